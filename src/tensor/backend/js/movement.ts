/** Movement: numbers copied from one place to another. */

import { sizeOf, stridesOf } from "../../shape.js";
import type { Backend } from "../backend.js";
import { type Make, values } from "./memory.js";
import { eachPosition } from "./positions.js";

type Methods = "view" | "pad" | "cat" | "indexSelect" | "indexAdd";

export const movement = (make: Make): Pick<Backend, Methods> => ({
  view(x, { shape, strides, offset }) {
    const source = values(x);
    return make(sizeOf(shape), (out) => {
      let i = 0;
      eachPosition(shape, strides, offset, (at) => {
        out[i++] = source[at];
      });
    });
  },

  pad(x, { inShape, outShape, before, step }, value) {
    const source = values(x);
    const strides = stridesOf(outShape);
    const first = before.reduce((sum, n, d) => sum + n * strides[d], 0);
    const steps = strides.map((stride, d) => stride * step[d]);
    return make(sizeOf(outShape), (out) => {
      out.fill(value);
      let i = 0;
      eachPosition(inShape, steps, first, (at) => {
        out[at] = source[i++];
      });
    });
  },

  cat(parts, sizes, outer, inner) {
    const sources = parts.map(values);
    const total = sizes.reduce((sum, n) => sum + n, 0);
    return make(outer * total * inner, (out) => {
      let at = 0;
      for (let i = 0; i < outer; i++) {
        sources.forEach((source, p) => {
          const length = sizes[p] * inner;
          out.set(source.subarray(i * length, (i + 1) * length), at);
          at += length;
        });
      }
    });
  },

  indexSelect(x, indices, { outer, n, inner }) {
    const source = values(x);
    return make(outer * indices.length * inner, (out) => {
      for (let i = 0; i < outer; i++) {
        indices.forEach((index, j) => {
          const from = (i * n + index) * inner;
          out.set(source.subarray(from, from + inner), (i * indices.length + j) * inner);
        });
      }
    });
  },

  indexAdd(gStorage, indices, { outer, n, inner }) {
    const g = values(gStorage);
    return make(outer * n * inner, (out) => {
      for (let i = 0; i < outer; i++) {
        indices.forEach((index, j) => {
          for (let k = 0; k < inner; k++) {
            out[(i * n + index) * inner + k] += g[(i * indices.length + j) * inner + k];
          }
        });
      }
    });
  },
});
