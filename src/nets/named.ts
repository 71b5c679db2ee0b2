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

export interface NamedNet {
  build: (options: NetOptions) => Sequential;
  /** Of the photographs that it was made for. */
  size: number;
  /** With two classes and photographs of that size. */
  parameters: number;
  /** What it is for. */
  about: string;
}

export const nets: Record<NetName, NamedNet> = {
  net1: {
    build: ({ classes, size }) => new Net1({ classes, size }),
    size: 32,
    parameters: 402_770,
    about: "the fastest, for a first try and for small pictures",
  },
  net2: {
    build: (options) => new Net2(options),
    size: 64,
    parameters: 1_814_866,
    about: "larger, and some fifteen times as slow as net1",
  },
  net3: {
    build: (options) => new Net3(options),
    size: 64,
    parameters: 393_858,
    about: "as small and nearly as fast as net1, and the most accurate on faces",
  },
};
