/** Host side of Winograd convolution: which convolutions it takes, and how they are cut into work items. */

import type { ConvGeometry } from "../backend.js";
import { ceilDiv, roundUp } from "./round.js";
import type { Runtime } from "./runtime.js";

const POINTS = 36;
const SIDE = 6;
const VECTOR = 16;

/** Bytes of one item's inputs at their points: most of a second-level cache. */
const SPREAD_BYTES = 768 * 1024;

/** Bytes of a chunk's inputs at their points in the weight gradient: they stay in the third-level cache. */
const CHUNK_BYTES = 12 * 1024 * 1024;

/** Tiles of a chunk in the weight gradient: the more, the fewer sums over lanes. */
const CHUNK_TILES = 256;

/** Filters at their points that no cache holds: to compute them anew for a few items is then faster than to read them. */
const FAR_BYTES = 16 * 1024 * 1024;
const FEW_ITEMS = 4;

/** Where the measured gain begins, by the size of the filter. */
const LEAST_CHANNELS: Record<number, number> = { 3: 8, 5: 16 };

/** As the kernels' functions of these names. */
const pointStride = (bytes: number): number => bytes + 64;
const filterBytes = (chans: number): number => POINTS * pointStride(chans * VECTOR);

/** The filters must be 3×3 or 5×5, with every pixel, no holes and one group. */
export function can(g: ConvGeometry): boolean {
  const plain = g.strideH === 1 && g.strideW === 1 && g.dilationH === 1 && g.dilationW === 1 && g.groups === 1;
  const square = g.kH === g.kW && (g.kH === 3 || g.kH === 5);
  return plain && square && g.padH < g.kH && g.padW < g.kW;
}

/** With channels enough to make up for going to the points and back. */
export const pays = (g: ConvGeometry): boolean => Math.min(g.c, g.o) >= LEAST_CHANNELS[g.kH];

/** How planes of h × w are cut into tiles; see the kernels' `Tiling`. */
interface Tiling {
  readonly h: number;
  readonly w: number;
  readonly before: readonly [h: number, w: number];
  readonly m: number;
  readonly tilesH: number;
  readonly tilesW: number;
  readonly side: number;
  readonly width: number;
}

function tilingOf(
  planes: [h: number, w: number],
  outputs: [h: number, w: number],
  m: number,
  side: number,
  before: [h: number, w: number],
): Tiling {
  const [tilesH, tilesW] = outputs.map((n) => ceilDiv(n, m));
  const width = roundUp(tilesW * m + side - m, 4);
  return { h: planes[0], w: planes[1], before, m, tilesH, tilesW, side, width };
}

function withTiling(rt: Runtime, t: Tiling, use: (tiling: number) => void): void {
  rt.withBytes([64], (tiling) => {
    rt.run("setTiling", 1, [tiling, t.h, t.w, ...t.before, t.m, t.tilesH, t.tilesW, t.side, t.width]);
    use(tiling);
  });
}

/** Scratch for the strips of `rows` tile rows, their table of tiles, and a tile on its way back. */
function stripBytes(t: Tiling, rows: number): number {
  return Math.max((rows + 1) * SIDE * t.width * 4 + roundUp(rows * t.tilesW, 8) * 4 + SIDE * VECTOR, 1024);
}

export function conv2d(rt: Runtime, x: number, w: number, bias: number, out: number, g: ConvGeometry): void {
  const size: [number, number] = [g.outH, g.outW];
  const tiling = tilingOf([g.h, g.w], size, 7 - g.kH, SIDE, [g.padH, g.padW]);
  const filters = { w, bias, side: g.kH, strides: [g.c, 1], turned: false } as const;
  convolve(rt, tiling, filters, { x, out, images: g.n, chans: g.c, outs: g.o, size });
}

/** The gradient of the input is the convolution of g with turned filters whose channels and outputs change places. */
export function conv2dInputGrad(rt: Runtime, grad: number, w: number, out: number, g: ConvGeometry): void {
  const size: [number, number] = [g.h, g.w];
  const tiling = tilingOf([g.outH, g.outW], size, 7 - g.kH, SIDE, [g.kH - 1 - g.padH, g.kW - 1 - g.padW]);
  const filters = { w, bias: 0, side: g.kH, strides: [1, g.c], turned: true } as const;
  convolve(rt, tiling, filters, { x: grad, out, images: g.n, chans: g.o, outs: g.c, size });
}

/** Square filters, and how many of them there are from one output, or channel, to the next. */
interface Filters {
  readonly w: number;
  /** 0 where there is none. */
  readonly bias: number;
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
  /** Of the outputs. */
  readonly size: readonly [h: number, w: number];
}

/** Fewer rows of tiles, if so many leave fewer places of the last panel of eight empty. */
function wholePanels(rows: number, tilesW: number): number {
  const used = (n: number) => (n * tilesW) / roundUp(n * tilesW, 8);
  let best = rows;
  for (let n = rows - 1; n > rows / 2; n--) if (used(n) > used(best)) best = n;
  return best;
}

function convolve(rt: Runtime, t: Tiling, filters: Filters, { x, out, images, chans, outs, size }: Images): void {
  const { w, bias, side, strides, turned } = filters;
  const taps = side * side;
  const groups = ceilDiv(outs, 4);
  const tileRows = images * t.tilesH;
  const most = Math.max(8, Math.min(32, Math.floor(SPREAD_BYTES / (POINTS * chans * 4))));
  const rowsPerItem = Math.min(tileRows, wholePanels(Math.max(1, Math.floor(most / t.tilesW)), t.tilesW));
  const panels = ceilDiv(rowsPerItem * t.tilesW, 8);
  const spread = POINTS * pointStride(panels * chans * 2 * VECTOR);
  const products = POINTS * 4 * panels * 2 * VECTOR;
  const rowItems = ceilDiv(tileRows, rowsPerItem);
  const together = rowItems > (groups * filterBytes(chans) > FAR_BYTES ? FEW_ITEMS : 1);
  const scratch = VECTOR + spread + products + stripBytes(t, rowsPerItem) + (together ? 0 : filterBytes(chans));
  // Few rows of tiles leave threads without work: then they share the outputs.
  const outsPerItem = rt.threads === 1 || together ? outs : 4 * ceilDiv(groups, rt.threads);
  const items = rowItems * ceilDiv(outs, outsPerItem);
  const filterShape = [side, ...strides.map((n) => n * taps), turned ? 1 : 0];
  const multiply = (packed: number) =>
    withTiling(rt, t, (tiling) => {
      const shape = [images, chans, outs, ...size, rowsPerItem, outsPerItem];
      rt.run("winogradConv", items, [tiling, x, packed, bias, out, ...shape, w, ...filterShape], scratch);
    });
  if (!together) {
    multiply(0);
    return;
  }
  rt.withBytes([groups * filterBytes(chans)], (packed) => {
    const tapBytes = (taps + SIDE * side) * VECTOR;
    rt.run("winogradFilters", groups, [w, packed, outs, chans, ...filterShape], tapBytes);
    multiply(packed);
  });
}

export function conv2dWeightGrad(rt: Runtime, x: number, grad: number, out: number, g: ConvGeometry): void {
  const m = 7 - g.kH;
  const outputs: [number, number] = [g.outH, g.outW];
  const inputTiling = tilingOf([g.h, g.w], outputs, m, SIDE, [g.padH, g.padW]);
  const gradTiling = tilingOf(outputs, outputs, m, m, [0, 0]);
  const groups = ceilDiv(g.o, 4);
  const tileRows = g.n * inputTiling.tilesH;
  const most = Math.min(CHUNK_TILES, Math.floor(CHUNK_BYTES / (POINTS * g.c * 4)));
  const rowsPerChunk = Math.min(tileRows, Math.max(1, Math.floor(most / inputTiling.tilesW)));
  const mostTileBytes = roundUp(rowsPerChunk * inputTiling.tilesW, 8) * 4;

  const inputBytes = POINTS * pointStride(g.c * mostTileBytes);
  const isOne = rowsPerChunk === tileRows;
  const sumBytes = filterBytes(g.c);
  const strips = stripBytes(inputTiling, rowsPerChunk);
  const scratch = POINTS * pointStride(4 * mostTileBytes) + strips + (isOne ? sumBytes : 0);
  rt.withBytes([inputBytes, isOne ? 0 : groups * sumBytes], (inputs, shared) => {
    const sums = isOne ? 0 : shared;
    withTiling(rt, inputTiling, (inputAt) =>
      withTiling(rt, gradTiling, (gradAt) => {
        for (let q0 = 0; q0 < tileRows; q0 += rowsPerChunk) {
          const rows = Math.min(rowsPerChunk, tileRows - q0);
          const tileBytes = roundUp(rows * inputTiling.tilesW, 8) * 4;
          const first = q0 === 0 ? 1 : 0;
          rt.run("winogradSpreadInput", g.c, [inputAt, x, inputs, g.c, q0, rows, tileBytes], strips);
          const dw = q0 + rows === tileRows ? out : 0;
          const shape = [g.c, g.o, q0, rows, tileBytes, first, dw, g.kH];
          rt.run("winogradProducts", groups, [gradAt, inputs, grad, sums, ...shape], scratch);
        }
      }),
    );
  });
}
