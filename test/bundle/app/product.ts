/** The least that shows whether a backend runs. */

import { type BackendName, type BackendOptions, ones, useBackend } from "../../../src/index.js";

/** 300 numbers of a product of ones, twice: that a worker could not be started is known a moment later. */
export async function product(backend: BackendName, options: BackendOptions): Promise<number[]> {
  await useBackend(backend, options);
  const numbers = async () => [
    ...(await ones([300, 70])
      .matmul(ones([70, 1]))
      .data()),
  ];
  await numbers();
  await new Promise((resolve) => setTimeout(resolve, 500));
  return numbers();
}
