/** Host side of Winograd convolution: which convolutions it takes, and how they are cut into tiles and work items. */

import type { ConvGeometry } from "../backend.js";
import type { ConvWay } from "./conv-way.js";
import type { HeightWidth } from "./conv-window.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";

const VECTOR = 16;

/** The larger a tile, the fewer multiplications an output takes, and the more rounding; see the kernels' transforms. */
export type Points = 6 | 8;

/** Bytes of one item's inputs at their points: beyond them, sums wait in memory for more channels, and take longer than caches. */
const SPREAD_BYTES = 1152 * 1024;

/** Tiles of an item: the more, the fewer times the filters are read. */
const ITEM_TILES = 32;

/** Bytes of a chunk's inputs at their points in the weight gradient: they stay in the third-level cache. */
const CHUNK_BYTES = 12 * 1024 * 1024;

/** Points of a chunk in the weight gradient: the more tiles, the fewer sums over lanes; but four outputs' stay in the cache. */
const CHUNK_POINTS = 36 * 256;

/** Filters at their points that no cache holds: to compute them anew for a few items is then faster than to read them. */
const FAR_BYTES = 16 * 1024 * 1024;
const FEW_ITEMS = 4;

/** Room for a tile on its way back, and for filters on their way to the points. */
const TILE_BYTES = 2048;

/** Where a tile's outputs go. */
const PLACE_BYTES = 16;

/** Where the measured gain begins, by the points and the size of the filter. */
const LEAST_CHANNELS: Record<Points, Record<number, number>> = { 6: { 3: 8, 5: 16 }, 8: { 3: 8, 5: 8 } };

/** Bringing filters to points takes about as long as multiplying so many tiles with them. */
const FILTER_TILES = 4;

/** How much fewer multiplications there must be for eight points, and, along an axis, for tiles of two sizes. */
const LEAST_GAIN = 1.15;
const LEAST_MIXED_GAIN = 1.15;

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
}

/** By six points all of them; by eight as many as it takes for the fewest points, at least a tile, and the rest by six. */
function stretchesOf(size: number, side: number, points: Points): Stretch[] {
  const [small, large] = [7 - side, 9 - side];
  if (points === 6) return [{ start: 0, size, m: small }];
  const most = Math.max(1, ceilDiv(size, large));
  const pointsWith = (n: number) => 8 * n + 6 * Math.max(0, ceilDiv(size - n * large, small));
  let best = most;
  for (let n = most - 1; n > 0; n--) {
    if (pointsWith(n) < pointsWith(best) && pointsWith(n) * LEAST_MIXED_GAIN < 8 * most) best = n;
  }
  const first = Math.min(size, best * large);
  const byEight = { start: 0, size: first, m: large };
  return first === size ? [byEight] : [byEight, { start: first, size: size - first, m: small }];
}

/** A rectangle of outputs with tiles of one size. */
interface Region {
  readonly rows: Stretch;
  readonly columns: Stretch;
}

function regionsOf([h, w]: HeightWidth, side: number, points: Points): Region[] {
  const columns = stretchesOf(w, side, points);
  return stretchesOf(h, side, points).flatMap((rows) => columns.map((columns) => ({ rows, columns })));
}

/** For each channel and filter, by all tiles of a convolution and `more` tiles of each size. */
export function multiplications(g: ConvGeometry, points: Points, more = 0): number {
  return regionsOf([g.outH, g.outW], g.kH, points).reduce((sum, { rows, columns }) => {
    const tiles = g.n * ceilDiv(rows.size, rows.m) * ceilDiv(columns.size, columns.m);
    return sum + (rows.m + g.kH - 1) * (columns.m + g.kH - 1) * (tiles + more);
  }, 0);
}

/** The way of the filters to their points included. */
const workOf = (g: ConvGeometry, points: Points): number => multiplications(g, points, FILTER_TILES);

/** With channels enough to make up for going to the points and back; and with eight points where they save enough. */
function pays(g: ConvGeometry, points: Points): boolean {
  if (Math.min(g.c, g.o) < LEAST_CHANNELS[points][g.kH]) return false;
  return points === 6 || workOf(g, 8) * LEAST_GAIN < workOf(g, 6);
}

/** How planes are cut into the tiles of a region; see the kernels' `Tiling`. */
interface Tiling {
  readonly end: HeightWidth;
  readonly planes: HeightWidth;
  readonly before: HeightWidth;
  readonly m: HeightWidth;
  readonly points: HeightWidth;
  readonly side: HeightWidth;
  readonly tiles: HeightWidth;
  readonly width: number;
}

type Cut = Pick<Tiling, "end" | "planes" | "before" | "side">;

function tilingOf({ rows, columns }: Region, side: number, cut: (points: HeightWidth) => Cut): Tiling {
  const points: HeightWidth = [rows.m + side - 1, columns.m + side - 1];
  const tiles: HeightWidth = [ceilDiv(rows.size, rows.m), ceilDiv(columns.size, columns.m)];
  const own = cut(points);
  const width = roundUp(tiles[1] * columns.m + own.side[1] - columns.m, 4);
  return { ...own, m: [rows.m, columns.m], points, tiles, width };
}

/** The patches of inputs that the tiles of a region see. */
const inputTiling = (region: Region, side: number, planes: HeightWidth, pad: HeightWidth): Tiling =>
  tilingOf(region, side, (points) => {
    const before: HeightWidth = [pad[0] - region.rows.start, pad[1] - region.columns.start];
    return { end: planes, planes, before, side: points };
  });

/** The outputs themselves, for their gradients. */
const outputTiling = (region: Region, side: number, planes: HeightWidth): Tiling =>
  tilingOf(region, side, () => {
    const { rows, columns } = region;
    const end: HeightWidth = [rows.start + rows.size, columns.start + columns.size];
    return { end, planes, before: [-rows.start, -columns.start], side: [rows.m, columns.m] };
  });

function withTiling(rt: Runtime, t: Tiling, use: (tiling: number) => void): void {
  rt.withBytes([64], (tiling) => {
    const [h, w] = t.planes;
    const pairs = [t.before, t.m, t.points, t.side, t.tiles].flat();
    rt.run("setTiling", 1, [tiling, ...t.end, w, h * w * 4, ...pairs, t.width]);
    use(tiling);
  });
}

/** Points of a tile. */
const pointsOf = (t: Tiling): number => t.points[0] * t.points[1];

/** Scratch for strips, zeros and a table of tiles behind them, or for a tile on its way back. */
function stripBytes(t: Tiling): number {
  // Rows that the kernel `spreadTiles` has at once, as few as fill panels of eight tiles: n & -n is the power of two in n.
  const rows = 8 / Math.min(8, t.tiles[1] & -t.tiles[1]);
  const strips = (rows + 1) * t.points[0] * t.width * 4;
  return Math.max(strips + rows * t.tiles[1] * 4, TILE_BYTES);
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

/** Fewer rows of tiles, if so many leave fewer places of the last panel of eight empty. */
function wholePanels(rows: number, tilesW: number): number {
  const used = (n: number) => (n * tilesW) / roundUp(n * tilesW, 8);
  let best = rows;
  for (let n = rows - 1; n > rows / 2; n--) if (used(n) > used(best)) best = n;
  return best;
}

function convolve(rt: Runtime, region: Region, filters: Filters, all: Images): void {
  const { w, bias, epilogue, side, strides, turned } = filters;
  const { x, out, images, chans, outs, planes, pad, halves } = all;
  const { rows, columns } = region;
  const t = inputTiling(region, side, planes, pad);
  const [tilesH, tilesW] = t.tiles;
  const points = pointsOf(t);
  const taps = side * side;
  const groups = ceilDiv(outs, 4);
  const tileRows = images * tilesH;
  const rowsPerItem = Math.min(tileRows, wholePanels(Math.max(1, Math.floor(ITEM_TILES / tilesW)), tilesW));
  const panels = ceilDiv(rowsPerItem * tilesW, 8);
  const most = Math.max(8, Math.floor(SPREAD_BYTES / (points * panels * 32)));
  const chansPerBlock = Math.max(1, ceilDiv(chans, Math.max(1, ceilDiv(chans, most))));

  const rowItems = ceilDiv(tileRows, rowsPerItem);
  const packedBytes = groups * filterBytes(points, chans);
  const together = rowItems > (packedBytes > FAR_BYTES ? FEW_ITEMS : 1);
  // Few rows of tiles leave threads without work: then they share the outputs.
  const outsPerItem = rt.threads === 1 || together ? outs : 4 * ceilDiv(groups, rt.threads);
  const items = rowItems * ceilDiv(outs, outsPerItem);

  const spread = points * pointStride(panels * chansPerBlock * 2 * VECTOR);
  const products = points * panels * 2 * VECTOR * (chansPerBlock < chans ? roundUp(outsPerItem, 4) : 6);
  const own = together ? 0 : filterBytes(points, chansPerBlock);
  const places = rowsPerItem * tilesW * PLACE_BYTES;
  const scratch = VECTOR + spread + products + own + places + stripBytes(t);
  const filterShape = [side, ...strides.map((n) => n * taps), turned ? 1 : 0];
  withTiling(rt, t, (tiling) => {
    const multiply = (packed: number) => {
      // Tiles begin at even rows and columns.
      const kept = (n: number) => (halves ? n >> 1 : n);
      const [height, width] = all.size.map(kept);
      const target = out + (kept(rows.start) * width + kept(columns.start)) * 4;
      const region = [rows, columns].map(({ start, size }) => kept(start + size) - kept(start));
      const shape = [images, chans, outs, ...region, width, height * width * 4];
      const cut = [rowsPerItem, outsPerItem, chansPerBlock, rt.relaxed ? 1 : 0];
      const given = [tiling, x, packed, bias, target, ...shape, ...cut, w, ...filterShape, epilogue, halves ? 1 : 0];
      rt.run("winogradConv", items, given, scratch);
    };
    if (!together) {
      multiply(0);
      return;
    }
    rt.withBytes([packedBytes], (packed) => {
      rt.run("winogradFilters", groups, [tiling, w, packed, outs, chans, ...filterShape], TILE_BYTES);
      multiply(packed);
    });
  });
}

function weightGrad(rt: Runtime, x: number, grad: number, out: number, g: ConvGeometry, region: Region, more: number) {
  const inputs = inputTiling(region, g.kH, [g.h, g.w], [g.padH, g.padW]);
  const outputs = outputTiling(region, g.kH, [g.outH, g.outW]);
  const [tilesH, tilesW] = inputs.tiles;
  const points = pointsOf(inputs);
  const groups = ceilDiv(g.o, 4);
  const tileRows = g.n * tilesH;
  const most = Math.min(Math.floor(CHUNK_POINTS / points), Math.floor(CHUNK_BYTES / (points * g.c * 4)));
  const rowsPerChunk = Math.min(tileRows, Math.max(1, Math.floor(most / tilesW)));
  const mostTileBytes = roundUp(rowsPerChunk * tilesW, 8) * 4;

  const inputBytes = points * pointStride(g.c * mostTileBytes);
  const isOne = rowsPerChunk === tileRows;
  const sumBytes = filterBytes(points, g.c);
  const strips = stripBytes(inputs);
  const scratch = points * pointStride(4 * mostTileBytes) + strips + (isOne ? sumBytes : 0);
  rt.withBytes([inputBytes, isOne ? 0 : groups * sumBytes], (spread, shared) => {
    const sums = isOne ? 0 : shared;
    withTiling(rt, inputs, (inputAt) =>
      withTiling(rt, outputs, (outputAt) => {
        for (let q0 = 0; q0 < tileRows; q0 += rowsPerChunk) {
          const rows = Math.min(rowsPerChunk, tileRows - q0);
          const tileBytes = roundUp(rows * tilesW, 8) * 4;
          const first = q0 === 0 ? 1 : 0;
          rt.run("winogradSpreadInput", g.c, [inputAt, x, spread, g.c, q0, rows, tileBytes], strips);
          const dw = q0 + rows === tileRows ? out : 0;
          const shape = [g.c, g.o, q0, rows, tileBytes, first, dw, more, g.kH];
          rt.run("winogradProducts", groups, [outputAt, spread, grad, sums, ...shape], scratch);
        }
      }),
    );
  });
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
    for (const [i, region] of regionsOf([g.outH, g.outW], g.kH, points).entries()) {
      weightGrad(rt, x, grad, out, g, region, i > 0 ? 1 : 0);
    }
  },
});
