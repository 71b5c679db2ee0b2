/** The matrix product by its definition. */

import type { Backend } from "../backend.js";
import { type Make, values } from "./memory.js";

export const product = (make: Make): Pick<Backend, "matmul"> => ({
  matmul(aStorage, bStorage, { batch, m, n, k, transA, transB, aStride, bStride }) {
    const [a, b] = [aStorage, bStorage].map(values);
    const [aRow, aColumn] = transA ? [1, m] : [k, 1];
    const [bRow, bColumn] = transB ? [1, k] : [n, 1];
    return make(batch * m * n, (out) => {
      for (let z = 0; z < batch; z++) {
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let l = 0; l < k; l++) {
              sum += a[z * aStride + i * aRow + l * aColumn] * b[z * bStride + l * bRow + j * bColumn];
            }
            out[(z * m + i) * n + j] = sum;
          }
        }
      }
    });
  },
});
