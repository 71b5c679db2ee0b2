/** What the host does with the module's memory: numbers go in and come out. */

import type { Backend } from "../backend.js";
import type { Runtime } from "./runtime.js";

type Methods = "upload" | "read" | "readSync" | "putAside" | "free" | "memory";

export const memory = (rt: Runtime): Required<Pick<Backend, Methods>> => ({
  upload: (values) => rt.make(values.length, (out) => rt.floats(out, values.length).set(values)),
  read: async (x) => rt.copyOf(x),
  readSync: rt.copyOf,
  putAside: rt.putAside,
  free: rt.free,
  memory: () => ({ ...rt.live, reserved: rt.heap.reserved }),
});
