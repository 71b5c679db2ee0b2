/** Identity: a layer that does nothing, in the place of one that does. */

import { keepsNothing } from "../tensor/lifetime.js";
import { checkTensor, type Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

/** y = x. */
export class Identity extends Module {
  /** x itself. */
  forward(x: Tensor): Tensor {
    checkTensor("Identity", "x", x);
    return x;
  }
}

keepsNothing.add(Identity.prototype.forward);
