/** Host side of convolution: how each of its three products is cut into work items that fit the caches. */

import type { ConvGeometry } from "../backend.js";
import type { Runtime } from "./runtime.js";

/** Bytes of padded planes that an item may hold: a part of the second-level cache. */
const PLANES_BYTES = 256 * 1024;

/** Longest sum over channels and taps at a time: its panel of filters stays in the first-level cache. */
const DEPTH = 320;

/** Small maps are worked on together until there are so many pixels to share the filters that were fetched. */
const PIXELS = 128;

/** Pixels of one dot product of the weight gradient: four rows of them fit in half the first-level cache. */
const DOT_PIXELS = 1024;

/** Filters and channels of one item of the weight gradient. */
const BLOCK = 64;

/** Items the weight gradient is cut into, so that many threads find work; the geometry alone decides. */
const PARTS = 16;

/** Numbers in one item of the sum over parts. */
const STRETCH = 4096;

const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);
const roundUp = (a: number, b: number): number => ceilDiv(a, b) * b;

/** A pair along height and width. */
type Pair = readonly [h: number, w: number];

/** Windows that slide over padded planes; see the kernels' `Window`. */
interface Slide {
  readonly src: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly insert: Pair;
  readonly before: Pair;
  readonly dilation: Pair;
  readonly out: Pair;
}

/** How a padded plane lies in memory for a band of `rows` rows of windows. */
interface Layout {
  readonly phases: Pair;
  readonly rows: number;
  readonly columns: number;
  readonly bytes: number;
}

function layout(s: Slide, rows: number): Layout {
  const [reachH, reachW] = [s.dilation[0] * (s.kernel[0] - 1), s.dilation[1] * (s.kernel[1] - 1)];
  const phases: Pair = [Math.min(s.stride[0], reachH + 1), Math.min(s.stride[1], reachW + 1)];
  const phaseRows = rows + Math.floor(reachH / s.stride[0]);
  const columns = s.out[1] + Math.floor(reachW / s.stride[1]);
  const data = phases[0] * phases[1] * phaseRows * columns * 4;
  // An odd number of cache lines, so that planes do not fall on each other in the cache; and at least a vector of zeros.
  const lines = ceilDiv(data + 16, 64) | 1;
  return { phases, rows: phaseRows, columns, bytes: lines * 64 };
}

function withWindow(rt: Runtime, s: Slide, l: Layout, use: (window: number) => void): void {
  const window = rt.allocate(128);
  const slide = [s.src, s.kernel, s.stride, s.insert, s.before, s.dilation].flat();
  rt.run("setWindow", 1, [window, ...slide, ...l.phases, l.rows, l.columns, l.bytes]);
  use(window);
  rt.release(window);
}

const forwardSlide = (g: ConvGeometry): Slide => ({
  src: [g.h, g.w],
  kernel: [g.kH, g.kW],
  stride: [g.strideH, g.strideW],
  insert: [1, 1],
  before: [g.padH, g.padW],
  dilation: [g.dilationH, g.dilationW],
  out: [g.outH, g.outW],
});

/** out = conv(x, w) + bias; `bias` is 0 where there is none. */
export function conv2d(rt: Runtime, x: number, w: number, bias: number, out: number, g: ConvGeometry): void {
  const [chans, outs, taps] = [g.c / g.groups, g.o / g.groups, g.kH * g.kW];
  const strides: FilterStrides = [outs * chans * taps, chans * taps, taps];
  convolve(rt, forwardSlide(g), x, w, bias, out, g.n, g.groups, chans, outs, strides, false);
}

/**
 * Σ over the windows that see a pixel: a convolution of g, with zeros inserted where the stride left pixels out, and
 * of filters turned by 180° whose channels and outputs have changed places.
 */
export function conv2dInputGrad(rt: Runtime, grad: number, w: number, out: number, g: ConvGeometry): void {
  const [chans, outs, taps] = [g.c / g.groups, g.o / g.groups, g.kH * g.kW];
  const slide: Slide = {
    src: [g.outH, g.outW],
    kernel: [g.kH, g.kW],
    stride: [1, 1],
    insert: [g.strideH, g.strideW],
    before: [g.dilationH * (g.kH - 1) - g.padH, g.dilationW * (g.kW - 1) - g.padW],
    dilation: [g.dilationH, g.dilationW],
    out: [g.h, g.w],
  };
  const strides: FilterStrides = [outs * chans * taps, taps, chans * taps];
  convolve(rt, slide, grad, w, 0, out, g.n, g.groups, outs, chans, strides, true);
}

/** Elements from one group, output and channel of the filters to the next. */
type FilterStrides = readonly [group: number, out: number, chan: number];

function convolve(
  rt: Runtime,
  slide: Slide,
  src: number,
  w: number,
  bias: number,
  out: number,
  images: number,
  groups: number,
  chans: number,
  outs: number,
  filterStrides: FilterStrides,
  flip: boolean,
): void {
  const taps = slide.kernel[0] * slide.kernel[1];
  const filterPanels = groups * ceilDiv(outs, 4);
  const packed = rt.allocate(filterPanels * (1 + chans * taps) * 16);
  const shape = [outs, chans, taps, ...filterStrides, flip ? 1 : 0];
  rt.run("convPackFilters", filterPanels, [w, bias, packed, ...shape]);

  const chansPerBlock = ceilDiv(chans, ceilDiv(chans * taps, DEPTH));
  const [outH, outW] = slide.out;
  const panels = fillsPanelsBetter(outW, outs);
  let { imagesPerItem, rowsPerItem } = chunk(slide, images, chansPerBlock, PIXELS, PLANES_BYTES);
  let outsPerItem = outs;
  const items = (): number =>
    ceilDiv(images, imagesPerItem) * ceilDiv(outH, rowsPerItem) * groups * ceilDiv(outs, outsPerItem);
  const wanted = rt.threads === 1 ? 1 : 4 * rt.threads;
  while (items() < wanted) {
    if (imagesPerItem > 1) imagesPerItem = ceilDiv(imagesPerItem, 2);
    else if (rowsPerItem * outW > PIXELS && rowsPerItem > 4) rowsPerItem = ceilDiv(rowsPerItem, 2);
    else if (outsPerItem > 16) outsPerItem = roundUp(ceilDiv(outsPerItem, 2), 4);
    else break;
  }

  const l = layout(slide, rowsPerItem);
  const pixels = imagesPerItem * rowsPerItem * roundUp(outW, 8);
  const depth = chansPerBlock * taps;
  const scratch =
    1024 + depth * 4 + pixels * 8 + imagesPerItem * chansPerBlock * l.bytes + (panels ? pixels * depth * 4 : 0);
  withWindow(rt, slide, l, (window) => {
    const args = [window, src, packed, out, images, groups, chans, outs, outH, outW];
    const cut = [imagesPerItem, rowsPerItem, outsPerItem, chansPerBlock, panels ? 1 : 0];
    rt.run("convTiles", items(), [...args, ...cut], scratch);
  });
  rt.release(packed);
}

/**
 * Rows of outW pixels leave lanes of the last tile of each row unused; panels of any eight pixels do not, but must be
 * gathered first, which takes about as long as three and a half tiles.
 */
function fillsPanelsBetter(outW: number, outs: number): boolean {
  const used = outW / roundUp(outW, 8);
  return ceilDiv(outs, 4) * (1 / used - 1) > 3.5;
}

/** All rows of as many images as make `pixels`, or bands of rows, so that `planes` padded planes fit in `bytes`. */
function chunk(
  slide: Slide,
  images: number,
  planes: number,
  pixels: number,
  bytes: number,
): { imagesPerItem: number; rowsPerItem: number } {
  const [outH, outW] = slide.out;
  const whole = planes * layout(slide, outH).bytes;
  const most = Math.min(Math.floor(bytes / whole), Math.floor(pixels / (outH * outW)), images);
  if (most >= 1) return { imagesPerItem: most, rowsPerItem: outH };
  let bands = 1;
  while (bands < outH && planes * layout(slide, ceilDiv(outH, bands)).bytes > bytes) bands++;
  return { imagesPerItem: 1, rowsPerItem: ceilDiv(outH, bands) };
}

/** dw[o, c, kh, kw] = Σ g · x over all images and windows. */
export function conv2dWeightGrad(rt: Runtime, x: number, grad: number, out: number, g: ConvGeometry): void {
  const [chans, outs, taps] = [g.c / g.groups, g.o / g.groups, g.kH * g.kW];
  const slide = forwardSlide(g);
  const chansPerItem = ceilDiv(chans, ceilDiv(chans, BLOCK));
  const outsPerItem = roundUp(ceilDiv(outs, ceilDiv(outs, BLOCK)), 4);
  const { imagesPerItem: imagesPerChunk, rowsPerItem } = chunk(slide, g.n, chansPerItem, DOT_PIXELS, 2 * PLANES_BYTES);
  const rowsPerChunk = Math.min(rowsPerItem, ceilDiv(g.outH, ceilDiv(g.outH * g.outW, DOT_PIXELS)));

  const chunks = ceilDiv(g.n, imagesPerChunk) * ceilDiv(g.outH, rowsPerChunk);
  const blocks = g.groups * ceilDiv(outs, outsPerItem) * ceilDiv(chans, chansPerItem);
  const chunksPerPart = ceilDiv(chunks, Math.min(chunks, ceilDiv(PARTS, blocks)));
  const parts = ceilDiv(chunks, chunksPerPart);
  const size = g.o * chans * taps;
  const partial = parts === 1 ? out : rt.allocate(parts * size * 4);

  const l = layout(slide, rowsPerChunk);
  const columns = roundUp(chansPerItem * taps, 2);
  const vectors = imagesPerChunk * rowsPerChunk * ceilDiv(g.outW, 4);
  const scratch =
    1024 +
    (outsPerItem + 1) * columns * 4 +
    vectors * 4 +
    imagesPerChunk * chansPerItem * l.bytes +
    vectors * outsPerItem * 16;
  withWindow(rt, slide, l, (window) => {
    const args = [window, x, grad, partial, g.n, g.groups, chans, outs, g.outH, g.outW];
    const cut = [imagesPerChunk, rowsPerChunk, chunksPerPart, outsPerItem, chansPerItem];
    rt.run("convWeightGrad", parts * blocks, [...args, ...cut], scratch);
  });
  if (parts > 1) {
    rt.run("convSumParts", ceilDiv(size, STRETCH), [partial, out, size, parts, STRETCH]);
    rt.release(partial);
  }
}
