/** The nets by name: what a program needs to build one again that it finds mentioned in a file. */

import type { Sequential } from "../layers/sequential.js";
import { Net1 } from "./net1.js";
import { Net2 } from "./net2.js";
import { Net3 } from "./net3.js";

export type NetName = "net1" | "net2" | "net3";

export interface NetOptions {
  classes: number;
  size: number;
  /** Of net2 and net3 only. */
  dropout?: number;
}

/** How to build each net, and the size of photographs that it was made for. */
export const nets: Record<NetName, { build: (options: NetOptions) => Sequential; size: number }> = {
  net1: { build: ({ classes, size }) => new Net1({ classes, size }), size: 32 },
  net2: { build: (options) => new Net2(options), size: 64 },
  net3: { build: (options) => new Net3(options), size: 64 },
};
