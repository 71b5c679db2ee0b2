/** The net of a task, with the weights that every contestant gets. */

import { type Module, tensor } from "../../src/index.js";
import { nets } from "../nets.js";
import type { Inputs, Task } from "./protocol.js";

/** @throws Error when no net has the task's layers */
export function loadNet({ layers }: Task, weights: Inputs, dropout: number): Module {
  const net = Object.values(nets).find((known) => known.layers.join() === layers.join());
  if (!net) throw new Error(`there is no net of the layers ${layers.join(", ")}`);
  const model = net.make(dropout);
  const state = Object.entries(weights).map(([name, { values, shape }]) => [name, tensor(values, shape)]);
  model.loadStateDict(Object.fromEntries(state));
  return model;
}
