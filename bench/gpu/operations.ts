/// <reference types="vite/types/importMeta.d.ts" />

/** The tests of the operations on the GPU: a JSON line for each. `operations.js tiny` runs one file of them. */

import { outcomes } from "./vitest.js";

const files = import.meta.glob(["../../test/ops/*.test.ts", "!**/*.long.test.ts"]);
const wanted = process.argv[2] === "tiny" ? /batch-norm/ : /./;

for (const [path, load] of Object.entries(files)) if (wanted.test(path)) await load();
for await (const outcome of outcomes()) console.log(JSON.stringify(outcome));
process.exit();
