/** The matrix product by its definition. */

import type { FloatArray, MatmulGeometry } from "../backend.js";

export function matmul(out: FloatArray, a: FloatArray, b: FloatArray, geometry: MatmulGeometry): void {
  const { batch, m, n, k, transA, transB, aStride, bStride } = geometry;
  const [aRow, aColumn] = transA ? [1, m] : [k, 1];
  const [bRow, bColumn] = transB ? [1, k] : [n, 1];
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
}
