/** The tests that mutants of `src/NAME` are held against: those of `test/NAME`, in Node, where they take seconds. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [`test/${process.env.MUTATED}/**/*.test.ts`],
    exclude: ["test/**/*.long.test.ts"],
    testTimeout: 60_000,
    maxWorkers: 1,
    provide: { targets: ["js", "wasm on 1 thread"], forced: {}, mustRun: false },
  },
});
