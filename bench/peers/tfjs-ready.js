/** What TensorFlow.js needs before its first operation on wasm: its import, and its backend ready. */

import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

const home = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json"));
setWasmPaths(`${home}/dist/`);
await tf.setBackend("wasm");
await tf.ready();
console.log(JSON.stringify({ peakBytes: process.resourceUsage().maxRSS * 1024 }));
process.exit();
