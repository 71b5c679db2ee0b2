/** Host side of Winograd convolution: which convolutions it takes, and how they are cut into tiles and work items. */

import type { ConvGeometry } from "../backend.js";
import type { ConvWay } from "./conv-way.js";
import { sumParts } from "./conv-weight-grad.js";
import type { HeightWidth } from "./conv-window.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";

const VECTOR = 16;

/** The larger a tile, the fewer multiplications an output takes, and the more rounding; see the kernels' transforms. */
export type Points = 6 | 8;

/** Bytes of one item's inputs at their points: beyond them, sums wait in memory for more channels, and take longer than caches. */
const SPREAD_BYTES = 1152 * 1024;

/** Tiles of an item, of the width that has most of them: the more, the fewer times the filters are read. */
const ITEM_TILES = 32;

/** Numbers of a chunk's inputs at their points in the weight gradient, of all parts together: they stay in the third-level cache. */
const CHUNK_NUMBERS = 3 * 1024 * 1024;

/** Points of a chunk in the weight gradient, for each width of tiles: the more tiles, the fewer sums over lanes; but four outputs' stay in the cache. */
const CHUNK_POINTS = 36 * 256;

/**
 * Parts of a weight gradient's images, where all of them have so many outputs, and channels times filters are few enough for a
 * cache to hold the sums of a part: it is one thread's work from beginning to end. The geometry decides alone, and so not the
 * number of threads.
 */
const PARTS = 8;
const LEAST_OUTPUTS = 32_768;
const MOST_FILTERS = 2048;

/** Filters at their points that no cache holds: to compute them anew for a few items is then faster than to read them. */
const FAR_BYTES = 16 * 1024 * 1024;
const FEW_ITEMS = 4;

/** Room for a tile on its way back, and for filters on their way to the points. */
const TILE_BYTES = 2048;

/** Where the measured gain begins, by the points and the size of the filter. */
const LEAST_CHANNELS: Record<Points, Record<number, number>> = { 6: { 3: 8, 5: 16 }, 8: { 3: 8, 5: 8 } };

/** Bringing filters to points takes about as long as multiplying so many tiles with them. */
const FILTER_TILES = 4;

/** How much fewer multiplications there must be for eight points, and, along an axis, for tiles of two sizes. */
const LEAST_GAIN = 1.15;

/** As the kernels' functions of these names. */
const pointStride = (bytes: number): number => bytes + 64;
const filterBytes = (points: number, chans: number): number => points * pointStride(chans * VECTOR);

/** The filters must be 3×3 or 5×5, with every pixel, no holes and one group. */
export function can(g: ConvGeometry): boolean {
  const plain = g.strideH === 1 && g.strideW === 1 && g.dilationH === 1 && g.dilationW === 1 && g.groups === 1;
  const square = g.kH === g.kW && (g.kH === 3 || g.kH === 5);
  return plain && square && g.padH < g.kH && g.padW < g.kW;
}

/** `size` outputs along one axis from `start` on, by tiles of `m` outputs. */
interface Stretch {
  readonly start: number;
  readonly size: number;
  readonly m: number;
  /** Points of a tile, and how many tiles there are. */
  readonly points: number;
  readonly tiles: number;
}

/** By six points all of them; by eight as many as it takes for the fewest points, at least a tile, and the rest by six. */
function stretchesOf(size: number, side: number, points: Points): Stretch[] {
  const stretch = (start: number, end: number, points: Points): Stretch => {
    const [size, m] = [end - start, points + 1 - side];
    return { start, size, m, points, tiles: ceilDiv(size, m) };
  };
  if (points === 6) return [stretch(0, size, 6)];
  const [small, large] = [7 - side, 9 - side];
  const most = Math.max(1, ceilDiv(size, large));
  const pointsWith = (n: number) => 8 * n + 6 * Math.max(0, ceilDiv(size - n * large, small));
  let best = most;
  for (let n = most - 1; n > 0; n--) {
    if (pointsWith(n) < pointsWith(best) && pointsWith(n) * LEAST_GAIN < 8 * most) best = n;
  }
  const first = Math.min(size, best * large);
  const byEight = stretch(0, first, 8);
  return first === size ? [byEight] : [byEight, stretch(first, size, 6)];
}

/** Rows of outputs with tiles of one height, and of one width or two. */
interface Region {
  readonly rows: Stretch;
  readonly columns: readonly Stretch[];
}

function regionsOf([h, w]: HeightWidth, side: number, points: Points): Region[] {
  const columns = stretchesOf(w, side, points);
  return stretchesOf(h, side, points).map((rows) => ({ rows, columns }));
}

/** Points of a tile. */
const pointsOf = ({ rows }: Region, { points }: Stretch): number => rows.points * points;

const sumOf = ({ columns }: Region, of: (columns: Stretch) => number): number =>
  columns.reduce((sum, stretch) => sum + of(stretch), 0);

/** For each channel and filter, by all tiles of a convolution and `more` tiles of each size. */
export function multiplications(g: ConvGeometry, points: Points, more = 0): number {
  const of = (region: Region) =>
    sumOf(region, (columns) => pointsOf(region, columns) * (g.n * region.rows.tiles * columns.tiles + more));
  return regionsOf([g.outH, g.outW], g.kH, points).reduce((sum, region) => sum + of(region), 0);
}

/** The way of the filters to their points included. */
const workOf = (g: ConvGeometry, points: Points): number => multiplications(g, points, FILTER_TILES);

/** With channels enough to make up for going to the points and back; and with eight points where they save enough. */
function pays(g: ConvGeometry, points: Points): boolean {
  if (Math.min(g.c, g.o) < LEAST_CHANNELS[points][g.kH]) return false;
  return points === 6 || workOf(g, 8) * LEAST_GAIN < workOf(g, 6);
}

/** How planes are cut into the tiles of a region. */
interface Tiling extends Region {
  /** Floats in a row of a strip. */
  readonly width: number;
  /** Of each width of tiles, what the kernels' `Tiling` holds. */
  readonly numbers: readonly number[];
}

/** Of inputs, with the padding before them; or, without one, of the outputs of a region, for their gradients. */
function tilingOf({ rows, columns }: Region, [h, w]: HeightWidth, pad?: HeightWidth): Tiling {
  const sideOf = ({ m, points }: Stretch) => (pad ? points : m);
  const last = columns[columns.length - 1];
  const width = roundUp(last.start + (last.tiles - 1) * last.m + sideOf(last), 4);
  const [end, padH, padW] = pad ? [h, ...pad] : [rows.start + rows.size, 0, 0];
  const along = (axis: Stretch) => [axis.start, axis.m, axis.points, sideOf(axis), axis.tiles];
  const planes = [end, w, h * w * 4, padH - rows.start, padW];
  const numbers = columns.flatMap((stretch) => {
    return [...planes, ...along(rows), ...along(stretch), width, stretch === last ? 0 : 1];
  });
  return { rows, columns, width, numbers };
}

const panelsOf = ({ tiles }: Stretch, rows: number): number => ceilDiv(rows * tiles, 8);

/** As the kernels' method of this name. */
const spreadBytes = (t: Tiling, rows: number, count: number): number =>
  sumOf(t, (columns) => pointsOf(t, columns) * pointStride(panelsOf(columns, rows) * count * 2 * VECTOR));

/** Scratch for strips, zeros and a table of tiles behind them, or for a tile on its way back. */
function stripBytes(t: Tiling): number {
  // Rows that the kernel `spreadTiles` has at once, as few as fill panels of eight tiles: n & -n is the power of two in n.
  const n = t.columns.reduce((bits, { tiles }) => bits | tiles, 0);
  const rows = 8 / Math.min(8, n & -n);
  const strips = (rows + 1) * t.rows.points * t.width * 4;
  return Math.max(strips + sumOf(t, (columns) => panelsOf(columns, rows)) * 32, TILE_BYTES);
}

/** Square filters, and how many of them there are from one output, or channel, to the next. */
interface Filters {
  readonly w: number;
  /** 0 where there is none, and so is the address of the epilogue. */
  readonly bias: number;
  readonly epilogue: number;
  readonly side: number;
  readonly strides: readonly [out: number, chan: number];
  readonly turned: boolean;
}

/** What is convolved, and to where. */
interface Images {
  readonly x: number;
  readonly out: number;
  readonly images: number;
  readonly chans: number;
  readonly outs: number;
  /** Of the planes of x, with the padding before them, and of the outputs. */
  readonly planes: HeightWidth;
  readonly pad: HeightWidth;
  readonly size: HeightWidth;
  /** Whether the largest of each two by two outputs is all that is kept. */
  readonly halves: boolean;
}

/**
 * Rows of tiles of an item: fewer than make ITEM_TILES, if they leave fewer places of the last panels of eight empty; or more,
 * up to `most`, if that fills a tenth more.
 */
function rowsOfItem(t: Tiling, most: number): number {
  const used = (n: number) => n / sumOf(t, (columns) => panelsOf(columns, n));
  const rows = Math.max(1, Math.floor(ITEM_TILES / Math.max(...t.columns.map(({ tiles }) => tiles))));
  let best = rows;
  for (let n = rows - 1; n > rows / 2; n--) if (used(n) > used(best)) best = n;
  for (let n = rows + 1; n <= 2 * rows && n <= most; n++) if (used(n) > 1.1 * used(best)) best = n;
  return best;
}

function convolve(rt: Runtime, region: Region, filters: Filters, all: Images): void {
  const { w, bias, epilogue, side, strides, turned } = filters;
  const { x, out, images, chans, outs, planes, pad, halves } = all;
  const t = tilingOf(region, planes, pad);
  const taps = side * side;
  const groups = ceilDiv(outs, 4);
  const tileRows = images * t.rows.tiles;
  // Each thread is to find a few items.
  const rowsPerItem = Math.min(tileRows, rowsOfItem(t, tileRows / (4 * rt.threads)));
  const outBytes = spreadBytes(t, rowsPerItem, 1);
  // By what one more takes: the cache line between two points is not theirs.
  const mostChans = Math.max(8, SPREAD_BYTES / (spreadBytes(t, rowsPerItem, 2) - outBytes));
  const chansPerBlock = Math.max(1, ceilDiv(chans, Math.max(1, ceilDiv(chans, mostChans))));

  const rowItems = ceilDiv(tileRows, rowsPerItem);
  const packedBytes = sumOf(t, (columns) => groups * filterBytes(pointsOf(t, columns), chans));
  const together = rowItems > (packedBytes > FAR_BYTES ? FEW_ITEMS : 1);
  // Few rows of tiles leave threads without work: then they share the outputs.
  const outsPerItem = rt.threads === 1 || together ? outs : 4 * ceilDiv(groups, rt.threads);
  const items = rowItems * ceilDiv(outs, outsPerItem);

  // Sums, and the places of an output's tiles, which take less room.
  const products = ((chansPerBlock < chans ? roundUp(outsPerItem, 4) : 6) + 1) * outBytes;
  const own = together ? 0 : filterBytes(pointsOf(t, t.columns[0]), chansPerBlock);
  const scratch = VECTOR + spreadBytes(t, rowsPerItem, chansPerBlock) + products + own + stripBytes(t);
  const filterShape = [side, ...strides.map((n) => n * taps), turned ? 1 : 0];
  rt.withInts(t.numbers, (tiling) => {
    const multiply = (packed: number) => {
      const half = halves ? 1 : 0;
      const shape = [images, chans, outs, ...all.size.map((n) => n >> half)];
      const cut = [rowsPerItem, outsPerItem, chansPerBlock, rt.relaxed ? 1 : 0];
      const given = [tiling, x, packed, bias, out, ...shape, ...cut, w, ...filterShape, epilogue, half];
      rt.run("winogradConv", items, given, scratch);
    };
    if (together) {
      rt.withBytes([packedBytes], (packed) => {
        rt.run("winogradFilters", groups, [tiling, w, packed, outs, chans, ...filterShape], TILE_BYTES);
        multiply(packed);
      });
    } else multiply(0);
  });
}

/** The gradient of each part, one behind the other. */
function weightGrad(rt: Runtime, x: number, grad: number, out: number, g: ConvGeometry, region: Region, parts: number) {
  const inputs = tilingOf(region, [g.h, g.w], [g.padH, g.padW]);
  const outputs = tilingOf(region, [g.outH, g.outW]);
  const tileRows = g.n * region.rows.tiles;
  const partRows = tileRows / parts;
  const rowPoints = sumOf(region, (columns) => pointsOf(region, columns) * columns.tiles);
  const most = Math.min(CHUNK_POINTS * region.columns.length, CHUNK_NUMBERS / (g.c * parts));
  const rowsPerChunk = Math.min(partRows, Math.max(1, Math.floor(most / rowPoints)));

  const strips = Math.max(stripBytes(inputs), stripBytes(outputs));
  const spreadSize = spreadBytes(inputs, rowsPerChunk, g.c);
  const sumBytes = (columns: Stretch) => filterBytes(pointsOf(region, columns), g.c);
  const groups = ceilDiv(g.o, 4);
  // Of a single chunk, sums need no memory but a thread's own.
  const sumsSize = rowsPerChunk === tileRows ? 0 : groups * sumOf(region, sumBytes);
  const scratch = spreadBytes(inputs, rowsPerChunk, 4) + strips + (sumsSize ? 0 : sumBytes(region.columns[0]));
  rt.withInts(inputs.numbers, (inputAt) =>
    rt.withInts(outputs.numbers, (outputAt) => {
      if (parts > 1) {
        const given = [inputAt, outputAt, x, grad, out, sumsSize, spreadSize, g.c, g.o, partRows, rowsPerChunk, g.kH];
        rt.run("winogradPartGrads", parts, given, sumsSize + spreadSize + scratch);
        return;
      }
      rt.withBytes([spreadSize, sumsSize], (spread, shared) => {
        const sums = sumsSize && shared;
        for (let q0 = 0; q0 < tileRows; q0 += rowsPerChunk) {
          const rows = Math.min(rowsPerChunk, tileRows - q0);
          const first = q0 === 0 ? 1 : 0;
          rt.run("winogradSpreadInput", g.c, [inputAt, x, spread, g.c, q0, rows], strips);
          const dw = q0 + rows === tileRows ? out : 0;
          const shape = [g.c, g.o, q0, rows, first, dw, g.kH];
          rt.run("winogradProducts", groups, [outputAt, spread, grad, sums, ...shape], scratch);
        }
      });
    }),
  );
}

/** The forward pass; of each two by two results the largest, if it `halves`. */
const forward =
  (points: Points, halves: boolean): ConvWay["conv2d"] =>
  (rt, [x, w, bias, out], g, epilogue) => {
    const [planes, size]: HeightWidth[] = [
      [g.h, g.w],
      [g.outH, g.outW],
    ];
    const filters = { w, bias, epilogue, side: g.kH, strides: [g.c, 1], turned: false } as const;
    const all = { x, out, images: g.n, chans: g.c, outs: g.o, planes, pad: [g.padH, g.padW], size, halves } as const;
    for (const region of regionsOf(size, g.kH, points)) convolve(rt, region, filters, all);
  };

/** Winograd's algorithm by tiles of six points, or of eight. */
export const winograd = (points: Points): ConvWay => ({
  can,
  pays: (g) => pays(g, points),
  conv2d: forward(points, false),
  conv2dHalved: forward(points, true),

  /** The gradient of the input is the convolution of g with turned filters whose channels and outputs change places. */
  conv2dInputGrad(rt: Runtime, grad: number, w: number, out: number, g: ConvGeometry): void {
    const [planes, pad, size]: HeightWidth[] = [
      [g.outH, g.outW],
      [g.kH - 1 - g.padH, g.kW - 1 - g.padW],
      [g.h, g.w],
    ];
    const filters = { w, bias: 0, epilogue: 0, side: g.kH, strides: [1, g.c], turned: true } as const;
    const all = { x: grad, out, images: g.n, chans: g.o, outs: g.c, planes, pad, size, halves: false };
    for (const region of regionsOf(size, g.kH, points)) convolve(rt, region, filters, all);
  },

  conv2dWeightGrad(rt: Runtime, x: number, grad: number, out: number, g: ConvGeometry): void {
    const isMuch = g.n * g.outH * g.outW >= LEAST_OUTPUTS && g.c * g.o <= MOST_FILTERS;
    const parts = isMuch && g.n % PARTS === 0 ? PARTS : 1;
    sumParts(rt, parts, g.o * g.c * g.kH * g.kW, out, (partial) => {
      for (const region of regionsOf([g.outH, g.outW], g.kH, points))
        weightGrad(rt, x, grad, partial, g, region, parts);
    });
  },
});
