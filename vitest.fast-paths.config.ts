/**
 * What computes on wasm, with each fast path forced on and off: `npm run test:fast-paths`. Strict rounding makes a
 * difference where the engine has relaxed SIMD: in Node from version 22.
 */

import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import type { WayUse } from "./src/tensor/backend/wasm/conv-choice.js";

function forcing(use: WayUse, strict: boolean): TestProjectConfiguration {
  return {
    extends: true,
    test: {
      name: `Convolution's fast ways ${use}, ${strict ? "strict" : "relaxed"}`,
      include: ["test/{layers,nets,ops,optim,tensor,train}/*.test.ts"],
      // Those of memory need processes of their own, and no numbers.
      exclude: ["test/**/*.long.test.ts"],
      // Also for the tests that name no backend.
      setupFiles: ["test/targets.ts"],
      provide: {
        targets: ["wasm on 1 thread", "wasm on 2 threads"],
        // Where Winograd's tiles can be of six points and of eight, they are of eight where rounding is strict.
        forced: {
          winograd: use,
          eightPoints: strict ? use : "never",
          pixels: use,
          images: use,
          depthwise: use,
          epilogue: use,
          strict,
        },
        mustRun: true,
      },
    },
  };
}

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    projects: [forcing("always", false), forcing("always", true), forcing("never", false), forcing("never", true)],
  },
});
