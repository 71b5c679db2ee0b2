/** The tests that mutants are held against, as scripts/mutation/mutate.js names them: in Node, where they take seconds. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: JSON.parse(process.env.TESTS ?? "[]"),
    exclude: ["test/**/*.long.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    provide: { targets: ["js", "wasm on 1 thread"], forced: {}, mustRun: false },
  },
});
