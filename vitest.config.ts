import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 120_000,
    // Two cores, and wasm threads of its own in each file: more workers would only take turns.
    maxWorkers: 2,
  },
});
