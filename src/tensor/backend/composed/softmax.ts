/** Softmax, composed: along the middle axis of an [outer, n, inner] box. */

import type { AxisGeometry, Composed, Primitives } from "../backend.js";
import { calculate } from "./values.js";

const boxOf = ({ outer, n, inner }: AxisGeometry) => [outer, n, inner];

export const softmax = (backend: Primitives): Pick<Composed, "softmax" | "softmaxGrad"> => ({
  softmax: (x, geometry, log) =>
    calculate(backend, (sheet) => {
      const box = sheet.given(x, boxOf(geometry));
      const shifted = box.sub(box.max(1));
      const powers = shifted.exp();
      const sum = powers.sum(1);
      return (log ? shifted.sub(sum.log()) : powers.div(sum)).keep();
    }),

  softmaxGrad: (g, y, geometry, log) =>
    calculate(backend, (sheet) => {
      const [slope, result] = [g, y].map((storage) => sheet.given(storage, boxOf(geometry)));
      if (log) return slope.sub(result.exp().mul(slope.sum(1))).keep();
      return result.mul(slope.sub(slope.mul(result).sum(1))).keep();
    }),
});
