/** Matrix products, single and batched. */

import { aBoolean, checkOptions, type OptionKinds } from "../arguments.js";
import { checkSameBackend, record } from "../autograd.js";
import type { MatmulGeometry } from "../backend/backend.js";
import { scope } from "../scope.js";
import { broadcastShapes, formatShape, type Shape, ShapeError, sizeOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { reshape } from "./movement/reshape.js";
import { expand, sumTo } from "./sum.js";

export interface MatmulOptions {
  /** Multiplies aᵀ (its last two axes swapped) instead of a. Default false. */
  transA?: boolean;
  /** Multiplies by bᵀ instead of b. Default false. */
  transB?: boolean;
}

const KINDS: OptionKinds<MatmulOptions> = { transA: aBoolean, transB: aBoolean };

interface Operands {
  geometry: MatmulGeometry;
  outShape: number[];
  /** The operands' shapes once their batch axes are broadcast; equal to their own where one matrix serves all. */
  aShape: Shape;
  bShape: Shape;
}

function matmulGeometry(a: Shape, b: Shape, transA: boolean, transB: boolean): Operands {
  if (a.length < 2 || b.length < 2) {
    throw new ShapeError(
      `matmul: expected matrices, got shapes ${formatShape(a)} and ${formatShape(b)}; reshape vectors to [1, n] or [n, 1]`,
    );
  }
  const [m, k] = transA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
  const [kB, n] = transB ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!];
  if (k !== kB) {
    throw new ShapeError(
      `matmul: inner sizes differ: ${k} and ${kB}\n` +
        `  a  ${formatShape(a)}${transA ? "  transposed" : ""}\n` +
        `  b  ${formatShape(b)}${transB ? "  transposed" : ""}`,
    );
  }
  const aBatch = a.slice(0, -2);
  const bBatch = b.slice(0, -2);
  const batchShape = broadcastShapes(aBatch, bBatch, "matmul");
  const batch = sizeOf(batchShape);
  // A single matrix serves every batch entry without being copied; anything between is expanded.
  const expanded = (own: Shape, matrix: Shape) => (sizeOf(own) === 1 ? matrix : [...batchShape, ...matrix.slice(-2)]);
  const aStride = sizeOf(aBatch) === 1 ? 0 : m * k;
  const bStride = sizeOf(bBatch) === 1 ? 0 : k * n;
  return {
    geometry: { batch, m, n, k, transA, transB, aStride, bStride },
    outShape: [...batchShape, m, n],
    aShape: expanded(aBatch, a),
    bShape: expanded(bBatch, b),
  };
}

/**
 * C[…, m, n] = Σ_k A[…, m, k] · B[…, k, n]. Axes before the last two are batch axes and broadcast.
 * @param a [..., m, k]
 * @param b [..., k, n]
 * @throws ShapeError when the inner sizes differ or the batch axes do not broadcast.
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  checkTensor("matmul", "a", a);
  checkTensor("matmul", "b", b);
  checkOptions("matmul", options, KINDS);
  const { transA = false, transB = false } = options;
  checkSameBackend("matmul", [a, b]);
  const { geometry, outShape, aShape, bShape } = matmulGeometry(a.shape, b.shape, transA, transB);
  // One matrix b for a batch of plain a's is one product with all rows of a: taller, and so faster, than a batch.
  if (geometry.batch > 1 && geometry.bStride === 0 && geometry.aStride !== 0 && !transA) {
    return scope(() => {
      const rows = matmul(reshape(a, [-1, geometry.k]), reshape(b, b.shape.slice(-2)), { transB });
      return reshape(rows, outShape);
    });
  }
  const [aFits, bFits] = [sizeOf(aShape) === a.size, sizeOf(bShape) === b.size];
  if (aFits && bFits) return product(a, b, geometry, outShape);
  return scope(() => product(aFits ? a : expand(a, aShape), bFits ? b : expand(b, bShape), geometry, outShape));
}

/** The product of operands whose batch axes already agree, or are absent. */
function product(a: Tensor, b: Tensor, geometry: MatmulGeometry, outShape: Shape): Tensor {
  const { transA, transB } = geometry;
  const { backend } = a;
  const gradients = (g: Tensor) => [
    () => sumTo(transA ? matmul(b, g, { transA: transB, transB: true }) : matmul(g, b, { transB: !transB }), a.shape),
    () => sumTo(transB ? matmul(g, a, { transA: true, transB: transA }) : matmul(a, g, { transA: !transA }), b.shape),
  ];
  const storage = backend.matmul(a.storage, b.storage, geometry);
  return record("matmul", [a, b], outShape, storage, gradients, [a, b], geometry);
}
