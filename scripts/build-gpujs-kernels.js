/**
 * Turns the GPU.js backend's kernels (TypeScript functions) and the pointwise operations' rules into text, in one
 * TypeScript file: a minifier, a loader or a coverage tool may rewrite any function that it sees, but no string.
 */

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const source = join(dirname(fileURLToPath(import.meta.url)), "../src/tensor");
const target = join(source, "backend/gpujs/kernels.generated.ts");

/** Generated files may not be there yet, and nothing that the text of a kernel or a rule needs is in them. */
const withoutGenerated = {
  name: "without-generated",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.generated\.js$/ }, ({ path }) => ({ path, namespace: "generated" }));
    onLoad({ filter: /./, namespace: "generated" }, () => ({ contents: "module.exports = {};", loader: "js" }));
  },
};

/** The module's exports, as JavaScript that is changed no further than to take the types out. */
async function load(entry) {
  const { outputFiles } = await build({
    entryPoints: [join(source, entry)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2016",
    supported: { "exponent-operator": false, "class-private-field": true },
    plugins: [withoutGenerated],
    packages: "external",
    logLevel: "error",
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

/** What GPUs compute less exactly than JavaScript, as kernels/math.ts does it; `__pow` is how esbuild writes x ** y. */
const exact = {
  "Math.max": "maxOf",
  "Math.min": "minOf",
  "Math.exp": "expOf",
  "Math.tanh": "tanhOf",
  "Math.log": "logOf",
  "Math.log1p": "log1pOf",
  __pow: "powOf",
};

/** An arrow function of a rule as a function with a name; parameters that the rule leaves out are added. */
function named(name, parameters, rule) {
  const [, own, body] = /^\(([^)]*)\) => ([^{][\s\S]*)$/.exec(rule.toString()) ?? [];
  if (body === undefined) throw new Error(`build-gpujs-kernels: a rule must be one expression: ${rule}`);
  const names = own.split(", ").filter((text) => text !== "");
  const all = [...names, ...parameters.slice(names.length).map((parameter) => `unused_${parameter}`)];
  const text = body.replace(/\b(?:Math\.\w+|__pow)(?=\()/g, (called) => exact[called] ?? called);
  return `function ${name}(${all.join(", ")}) { return ${text}; }`;
}

/** A function's text; where TypeScript has x ** y, GPU.js knows Math.pow. */
const textOf = (kernel) => String(kernel).replaceAll("__pow(", "Math.pow(");

const math = await load("backend/gpujs/kernels/math.ts");
const kernels = await load("backend/gpujs/kernels/index.ts");
const { unaryRules, binaryRules, normalCdf } = await load("ops/pointwise.ts");

const json = (value) => JSON.stringify(value, null, 2);
const texts = (table, text) => Object.fromEntries(Object.entries(table).map(([name, value]) => [name, text(value)]));
const text = [
  "// From kernels/*.ts and ops/pointwise.ts by scripts/build-gpujs-kernels.js; do not edit.",
  `export const helpers = ${json([...Object.values(math), normalCdf].map(textOf))};`,
  `export const kernels = ${json(texts(kernels, textOf))};`,
  `export const unaryRules = ${json(texts(unaryRules, ({ f }) => named("unaryRule", ["x", "a", "b"], f)))};`,
  `export const gradRules = ${json(texts(unaryRules, ({ df }) => named("gradRule", ["g", "x", "y", "a", "b"], df)))};`,
  `export const binaryRules = ${json(texts(binaryRules, ({ f }) => named("binaryRule", ["a", "b"], f)))};`,
].join("\n");
let current = "";
try {
  current = readFileSync(target, "utf8");
} catch {
  // The first build.
}
if (current !== `${text}\n`) {
  // Under a name of its own first: builds may run side by side, and nobody may see half a file.
  const draft = `${target}.${process.pid}`;
  writeFileSync(draft, `${text}\n`);
  renameSync(draft, target);
  console.log(`gpujs: ${Object.keys(kernels).length} kernels as text`);
}
