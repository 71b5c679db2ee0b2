/** The tests that mutants are held against, as scripts/mutation/mutate.js names them: in Node, where they take seconds. */

import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files as they were asked for: those that take longest last. */
class AsAsked extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files;
  }
}

export default defineConfig({
  test: {
    include: JSON.parse(process.env.TESTS ?? "[]"),
    exclude: ["test/**/*.long.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    sequence: { sequencer: AsAsked },
    setupFiles: ["scripts/mutation/no-fault.js"],
    provide: { targets: ["js", "wasm on 1 thread"], forced: {}, mustRun: false },
  },
});
