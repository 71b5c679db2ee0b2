/**
 * Turns the GPU.js backend's kernels (TypeScript functions) and the pointwise operations' rules into text, in one
 * TypeScript file: a minifier, a loader or a coverage tool may rewrite any function that it sees, but no string.
 */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { gpuJsRules } from "./pointwise/gpujs.ts";
import { readPointwiseTable } from "./pointwise/rows.ts";
import { writeGenerated } from "./write-generated.ts";

const source = join(dirname(fileURLToPath(import.meta.url)), "../src/tensor");
const target = join(source, "backend/gpujs/kernels.generated.ts");

/** The module's exports, as JavaScript that is changed no further than to take the types out. */
async function load(entry) {
  const { outputFiles } = await build({
    entryPoints: [join(source, entry)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2016",
    supported: { "exponent-operator": false, "class-private-field": true },
    packages: "external",
    logLevel: "error",
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

/** A function's text; where TypeScript has x ** y, GPU.js knows Math.pow. */
const textOf = (kernel) => String(kernel).replaceAll("__pow(", "Math.pow(");

const math = await load("backend/gpujs/kernels/math.ts");
const kernels = await load("backend/gpujs/kernels/index.ts");
const rules = gpuJsRules(readPointwiseTable());

const json = (value) => JSON.stringify(value, null, 2);
const text = [
  "// From kernels/*.ts and ops/pointwise/ by scripts/build-gpujs-kernels.js; do not edit.",
  `export const helpers = ${json(Object.values(math).map(textOf))};`,
  `export const kernels = ${json(Object.fromEntries(Object.entries(kernels).map(([name, kernel]) => [name, textOf(kernel)])))};`,
  ...Object.entries(rules).map(([name, texts]) => `export const ${name} = ${json(texts)};`),
].join("\n");
if (writeGenerated(target, `${text}\n`)) console.log(`gpujs: ${Object.keys(kernels).length} kernels as text`);
