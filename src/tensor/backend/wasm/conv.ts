/** Host side of convolution and its input gradient: how both are cut into work items that fit the caches. */

import type { ConvGeometry } from "../backend.js";
import type { ConvPointers } from "./conv-way.js";
import { chunk, type HeightWidth, paddedPlane, type Slide, slideOf, withWindow } from "./conv-window.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";

/** Bytes of padded planes that an item may hold: a part of the second-level cache. */
const PLANES_BYTES = 256 * 1024;

/** Longest sum over channels and taps at a time: its panel of filters stays in the first-level cache. */
const DEPTH = 320;

/** Small maps are worked on together until there are so many pixels to share the filters that were fetched. */
const PIXELS = 128;

/** Where the filters' numbers lie: address of the first one used, and elements from one to the next along each axis. */
interface Filters {
  readonly first: number;
  readonly bias: number;
  readonly group: number;
  readonly out: number;
  readonly chan: number;
  readonly row: number;
  readonly column: number;
}

/** Where results go: address of the first, and elements from one to the next. */
interface Target {
  readonly first: number;
  readonly plane: number;
  readonly row: number;
  readonly column: number;
  /** Its address; 0 where there is none. */
  readonly epilogue: number;
}

/** One run of windows over `images` images of groups · chans planes, with groups · outs filters. */
interface Pass {
  readonly slide: Slide;
  readonly images: number;
  readonly groups: number;
  readonly chans: number;
  readonly outs: number;
}

export function conv2d(rt: Runtime, [x, w, bias, out]: ConvPointers, g: ConvGeometry, epilogue: number): void {
  const [chans, outs, taps] = [g.c / g.groups, g.o / g.groups, g.kH * g.kW];
  convolve(
    rt,
    { slide: slideOf(g), images: g.n, groups: g.groups, chans, outs },
    x,
    { first: w, bias, group: outs * chans * taps, out: chans * taps, chan: taps, row: g.kW, column: 1 },
    { first: out, plane: g.outH * g.outW, row: g.outW, column: 1, epilogue },
  );
}

/**
 * Σ over the windows that see a pixel: a convolution of `grad` with filters turned by 180°, whose channels and outputs
 * have changed places. Pixels that a stride lets see the same taps, every strideH-th row and strideW-th column, make
 * one pass.
 */
export function conv2dInputGrad(rt: Runtime, grad: number, w: number, out: number, g: ConvGeometry): void {
  const [chans, outs, taps] = [g.c / g.groups, g.o / g.groups, g.kH * g.kW];
  for (const v of strideClasses(g.h, g.kH, g.strideH, g.padH, g.dilationH)) {
    for (const u of strideClasses(g.w, g.kW, g.strideW, g.padW, g.dilationW)) {
      const slide: Slide = {
        src: [g.outH, g.outW],
        kernel: [v.taps, u.taps],
        stride: [1, 1],
        before: [v.before, u.before],
        dilation: [v.dilation, u.dilation],
        out: [v.pixels, u.pixels],
      };
      convolve(
        rt,
        { slide, images: g.n, groups: g.groups, chans: outs, outs: chans },
        grad,
        {
          first: w + (v.lastTap * g.kW + u.lastTap) * 4,
          bias: 0,
          group: outs * chans * taps,
          out: taps,
          chan: chans * taps,
          row: -v.tapStep * g.kW,
          column: -u.tapStep,
        },
        {
          first: out + (v.first * g.w + u.first) * 4,
          plane: g.h * g.w,
          row: g.strideH * g.w,
          column: g.strideW,
          epilogue: 0,
        },
      );
    }
  }
}

/** Along one axis: the pixels first, first + stride, … of x, and the taps lastTap, lastTap − tapStep, … that see them. */
interface StrideClass {
  readonly first: number;
  readonly pixels: number;
  readonly taps: number;
  readonly lastTap: number;
  readonly tapStep: number;
  /** Padding and dilation of the windows over the gradient. */
  readonly before: number;
  readonly dilation: number;
}

/** Tap k of window q sees pixel i where q · stride + k · dilation − pad = i. */
function strideClasses(size: number, kernel: number, stride: number, pad: number, dilation: number): StrideClass[] {
  return Array.from({ length: Math.min(stride, size) }, (_, first) => {
    const sees = (k: number) => (first + pad - k * dilation) % stride === 0;
    const taps = Array.from({ length: kernel }, (_, k) => k).filter(sees);
    const pixels = ceilDiv(size - first, stride);
    if (taps.length === 0) return { first, pixels, taps: 0, lastTap: 0, tapStep: 1, before: 0, dilation: 1 };
    const lastTap = taps[taps.length - 1];
    const tapStep = taps.length > 1 ? taps[1] - taps[0] : stride;
    const before = (lastTap * dilation - first - pad) / stride;
    return { first, pixels, taps: taps.length, lastTap, tapStep, before, dilation: (tapStep * dilation) / stride };
  });
}

function convolve(rt: Runtime, pass: Pass, src: number, filters: Filters, target: Target): void {
  const { slide, images, groups, chans, outs } = pass;
  const taps = slide.kernel[0] * slide.kernel[1];
  const chansPerBlock = Math.max(1, ceilDiv(chans, Math.max(1, ceilDiv(chans * taps, DEPTH))));
  const panels = fillsPanelsBetter(slide.out, outs);
  const item = cut(pass, chansPerBlock, rt.threads);
  const items = ceilDiv(images, item.images) * ceilDiv(slide.out[0], item.rows) * groups * ceilDiv(outs, item.outs);
  const plane = paddedPlane(slide, item.rows);
  const pixels = item.images * item.rows * roundUp(slide.out[1], 8);
  const depth = chansPerBlock * taps;
  const planes = item.images * chansPerBlock * plane.bytes;
  const scratch = 1024 + depth * 4 + pixels * 8 + planes + (panels ? pixels * depth * 4 : 0);
  const shape = [images, groups, chans, outs, ...slide.out, target.plane, target.row, target.column];
  const block = [item.images, item.rows, item.outs, chansPerBlock, panels ? 1 : 0];
  withPacked(rt, groups, outs, chans, slide.kernel, filters, (packed) =>
    withWindow(rt, slide, plane, (window) =>
      rt.run("convTiles", items, [window, src, packed, target.first, ...shape, ...block, target.epilogue], scratch),
    ),
  );
}

/** Packs each group's filters as the tiles read them, four to a panel, while `use` runs. */
function withPacked(
  rt: Runtime,
  groups: number,
  outs: number,
  chans: number,
  [kH, kW]: HeightWidth,
  filters: Filters,
  use: (packed: number) => void,
): void {
  const { first, bias, group, out, chan, row, column } = filters;
  const panels = groups * ceilDiv(outs, 4);
  rt.withBytes([panels * (1 + chans * kH * kW) * 16], (packed) => {
    rt.run("convPackFilters", panels, [first, bias, packed, outs, chans, kH, kW, group, out, chan, row, column]);
    use(packed);
  });
}

/** Images, rows and filters of one item: what fits the caches, or less, so that every thread gets several items. */
function cut(pass: Pass, chansPerBlock: number, threads: number): { images: number; rows: number; outs: number } {
  const { slide, groups } = pass;
  const [outH, outW] = slide.out;
  let { images, rows } = chunk(slide, pass.images, chansPerBlock, PIXELS, PLANES_BYTES);
  let outs = roundUp(pass.outs, 4);
  const items = () => ceilDiv(pass.images, images) * ceilDiv(outH, rows) * groups * ceilDiv(pass.outs, outs);
  const wanted = threads === 1 ? 1 : 4 * threads;
  while (items() < wanted) {
    if (images > 1) images = ceilDiv(images, 2);
    else if (rows * outW > PIXELS && rows > 4) rows = ceilDiv(rows, 2);
    else if (outs > 16) outs = roundUp(ceilDiv(outs, 2), 4);
    else break;
  }
  return { images, rows, outs };
}

/**
 * Rows of pixels leave lanes of each row's last tile unused; panels of any eight pixels do not, but must be gathered
 * first, which takes about as long as three and a half tiles.
 */
function fillsPanelsBetter([, outW]: HeightWidth, outs: number): boolean {
  const used = outW / roundUp(outW, 8);
  return ceilDiv(outs, 4) * (1 / used - 1) > 3.5;
}
