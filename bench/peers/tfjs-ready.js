/** What TensorFlow.js needs before its first operation on wasm: its import, and its backend ready. */

import { createRequire } from "node:module";
import { dirname } from "node:path";

const start = performance.now();
const tf = await import("@tensorflow/tfjs");
const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");

const home = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json"));
setWasmPaths(`${home}/dist/`);
await tf.setBackend("wasm");
await tf.ready();
const ms = performance.now() - start;
console.log(JSON.stringify({ ms, peakBytes: process.resourceUsage().maxRSS * 1024 }));
process.exit();
