/** Host side of the convolution kernels. */

import type { Backend, ConvGeometry } from "../backend.js";
import { assertCounted, WIDEST } from "./grid.js";
import { view } from "./movement.js";
import { sumOfParts } from "./reduce.js";
import { by, type GpuRuntime } from "./runtime.js";

/** Threads that keep a GPU busy; where there are fewer weights, several threads share the images of the batch. */
const ENOUGH = 262_144;

/** The sizes that all three kernels are compiled for; the size of the batch is none of them. */
function constantsOf({ n: _n, groups, ...sizes }: ConvGeometry): Record<string, number> {
  assertCounted(sizes.h + 2 * sizes.padH, sizes.w + 2 * sizes.padW);
  return { ...sizes, cPerGroup: sizes.c / groups, oPerGroup: sizes.o / groups };
}

type Methods = "conv2d" | "conv2dInputGrad" | "conv2dWeightGrad";

export const convolution = (rt: GpuRuntime): Pick<Backend, Methods> => ({
  conv2d(x, w, bias, geometry) {
    const { n, w: width, o, kH, kW, outH, outW } = geometry;
    const offset = bias ?? rt.fill(o, 0);
    // Sums of nothing leave the bias, and what is empty has nothing that a kernel could take.
    const result =
      x.size === 0 || w.size === 0
        ? view(rt)(offset, { shape: [n, o, outH * outW], strides: [0, 1, 0], offset: 0 })
        : rt.launch(n * o * outH * outW, {
            ...rt.fours("conv2d", outW),
            operands: [by(width, x), by(kH * kW, w), by(o, offset)],
            constants: constantsOf(geometry),
            rows: n * o,
            columns: outH * outW,
          });
    if (!bias) rt.free(offset);
    return result;
  },

  conv2dInputGrad(g, w, geometry) {
    const { n, c, h, w: width, kH, kW, outW, strideW } = geometry;
    if (g.size === 0 || w.size === 0) return rt.fill(n * c * h * width, 0);
    return rt.launch(n * c * h * width, {
      // Between windows that are further apart, of four neighbours only some are reached at a time.
      ...(strideW === 1 ? rt.fours("conv2dInputGrad", width) : { kernel: "conv2dInputGrad" }),
      operands: [by(outW, g), by(kH * kW, w)],
      constants: constantsOf(geometry),
      rows: n * c,
      columns: h * width,
    });
  },

  conv2dWeightGrad(x, g, geometry) {
    const { n, c, w: width, o, kH, kW, outW, groups } = geometry;
    const weights = (o * c * kH * kW) / groups;
    if (x.size === 0 || g.size === 0) return rt.fill(weights, 0);
    const { kernel, perThread = 1 } = rt.fours("conv2dWeightGrad", o / groups);
    const images = Math.ceil(n / Math.min(n, Math.ceil((ENOUGH * perThread) / weights)));
    const parts = Math.ceil(n / images);
    // A row of threads is a whole filter, or one channel of it where that would be too long: GPU.js has the threads in
    // groups of 8 × 8, of which 3 × 3 places of a filter would leave half idle.
    const channels = c / groups;
    const wide = channels * kH * kW <= WIDEST ? channels : 1;
    const partial = rt.launch(parts * weights, {
      ...{ kernel, perThread },
      operands: [by(width, x), by(outW, g)],
      constants: { ...constantsOf(geometry), n, images, taps: kH * kW, rowsPerFilter: channels / wide },
      rows: (parts * o * channels) / wide / perThread,
      columns: wide * kH * kW * perThread,
    });
    const sum = sumOfParts(rt, partial, parts);
    if (perThread === 1) return sum;
    const filter = weights / o;
    const filters = view(rt)(sum, {
      shape: [o / perThread, perThread, filter],
      strides: [filter * perThread, 1, perThread],
      offset: 0,
    });
    rt.free(sum);
    return filters;
  },
});
