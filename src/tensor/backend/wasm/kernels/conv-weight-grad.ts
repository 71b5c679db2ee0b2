/** Gradient of a convolution for its filters: long dot products of gradient planes with shifted input planes. */

import { FLOAT, madd, sumLanes, VECTOR } from "./simd";
import { dotGathered } from "./tile";
import { Window } from "./window";

/** Filters whose gradients are summed together. */
const QUAD: i32 = 4;

/**
 * dw[part][o, c, kh, kw] = Σ_{image, y, x} g[image, o, y, x] · (padded x)[image, c, window (y, x) at (kh, kw)].
 *
 * Pixels are worked on in chunks: a band of rows of one image, or all rows of several. One item is a block of filters
 * × channels of one group over the chunks of one part, in order; parts depend on the geometry alone, never on the
 * number of threads, and the sum over parts is taken behind them.
 */
export function convWeightGrad(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  x: usize,
  g: usize,
  dw: usize,
  images: i32,
  groups: i32,
  chans: i32,
  outs: i32,
  outH: i32,
  outW: i32,
  imagesPerChunk: i32,
  rowsPerChunk: i32,
  chunksPerPart: i32,
  outsPerItem: i32,
  chansPerItem: i32,
): void {
  const window = changetype<Window>(at);
  const taps = window.kH * window.kW;
  const srcPlane = <usize>(window.srcH * window.srcW) * FLOAT;
  const outPlane = <usize>(outH * outW) * FLOAT;
  const vectorsPerRow = (outW + 3) / 4;
  const vectorsPerChunk = imagesPerChunk * rowsPerChunk * vectorsPerRow;
  // The planes of one channel lie one after another, so that a dot product walks through memory in order.
  const chanPlanes = <usize>imagesPerChunk * window.plane;
  // Columns of dw come in pairs; an odd last one is paired with a copy of itself that nobody reads.
  const columnsPerItem = (chansPerItem * taps + 1) & ~1;

  const sums = scratch;
  const columns = sums + <usize>(outsPerItem * columnsPerItem) * FLOAT;
  const offsets = columns + <usize>columnsPerItem * sizeof<usize>();
  const planes = (offsets + <usize>vectorsPerChunk * sizeof<usize>() + 63) & ~63;
  const grads = planes + <usize>chansPerItem * chanPlanes;
  // Whole quads of planes with rows of whole vectors need not be interleaved: they are read where they lie.
  const inPlace = imagesPerChunk == 1 && ((outs | outW) & 3) == 0;
  const gradRow = inPlace ? outPlane : VECTOR;
  const gradStep = inPlace ? VECTOR : QUAD * VECTOR;
  window.listTaps(columns, chansPerItem, chanPlanes);

  const chanBlocks = (chans + chansPerItem - 1) / chansPerItem;
  const outBlocks = (outs + outsPerItem - 1) / outsPerItem;
  const bands = (outH + rowsPerChunk - 1) / rowsPerChunk;
  const chunks = ((images + imagesPerChunk - 1) / imagesPerChunk) * bands;

  for (let item = begin; item < end; item++) {
    const firstChan = (item % chanBlocks) * chansPerItem;
    const chanCount = min(chansPerItem, chans - firstChan);
    const firstOut = ((item / chanBlocks) % outBlocks) * outsPerItem;
    const outCount = min(outsPerItem, outs - firstOut);
    const group = (item / chanBlocks / outBlocks) % groups;
    const part = item / chanBlocks / outBlocks / groups;

    const columnCount = chanCount * taps;
    const quads = (outCount + QUAD - 1) / QUAD;
    memory.fill(sums, 0, <usize>(quads * QUAD * columnsPerItem) * FLOAT);

    const lastChunk = min(chunks, (part + 1) * chunksPerPart);
    for (let chunk = part * chunksPerPart; chunk < lastChunk; chunk++) {
      const y0 = (chunk % bands) * rowsPerChunk;
      const rowCount = min(rowsPerChunk, outH - y0);
      const image0 = (chunk / bands) * imagesPerChunk;
      const imageCount = min(imagesPerChunk, images - image0);
      const vectors = imageCount * rowCount * vectorsPerRow;

      let offsetAt = offsets;
      for (let image = 0; image < imageCount; image++) {
        let from = x + <usize>(((image0 + image) * groups + group) * chans + firstChan) * srcPlane;
        let to = planes + <usize>image * window.plane;
        for (let y = 0; y < rowCount; y++) {
          for (let v = 0; v < vectorsPerRow; v++) {
            store<usize>(offsetAt, to - planes + <usize>(y * window.phaseCols + 4 * v) * FLOAT);
            offsetAt += sizeof<usize>();
          }
        }
        for (let c = 0; c < chanCount; c++) {
          window.load(to, from, y0);
          from += srcPlane;
          to += chanPlanes;
        }
        if (inPlace) continue;
        const grad = g + <usize>(((image0 + image) * groups + group) * outs + firstOut) * outPlane;
        const band = <usize>(image * rowCount * vectorsPerRow) * QUAD * VECTOR;
        for (let o = 0; o < outCount; o += QUAD) {
          const rows = grad + <usize>o * outPlane + <usize>(y0 * outW) * FLOAT;
          interleave(grads + band + <usize>(o * vectors) * VECTOR, rows, outPlane, outCount - o, rowCount, outW);
        }
      }

      for (let q = 0; q < quads; q++) {
        const filter = (image0 * groups + group) * outs + firstOut + q * QUAD;
        const grad = inPlace
          ? g + <usize>filter * outPlane + <usize>(y0 * outW) * FLOAT
          : grads + <usize>(q * vectors) * QUAD * VECTOR;
        let sum = sums + <usize>(q * columnsPerItem) * VECTOR;
        for (let column = 0; column < columnCount; column += 2) {
          const x0 = planes + load<usize>(columns + <usize>column * sizeof<usize>());
          const x1 = planes + load<usize>(columns + <usize>min(column + 1, columnCount - 1) * sizeof<usize>());
          dotGathered(grad, gradRow, gradStep, x0, x1, offsets, vectors, sum, sum + VECTOR);
          sum += 2 * VECTOR;
        }
      }
    }

    for (let o = 0; o < outCount; o++) {
      const filter = ((part * groups + group) * outs + firstOut + o) * chans + firstChan;
      let to = dw + <usize>filter * <usize>taps * FLOAT;
      let sum = sums + <usize>((o / QUAD) * columnsPerItem) * VECTOR + <usize>(o % QUAD) * FLOAT;
      for (let column = 0; column < columnCount; column++) {
        store<f32>(to, load<f32>(sum));
        to += FLOAT;
        sum += VECTOR;
      }
    }
  }
}

/** dst[vector][o] ← four pixels of plane o, zeros where there is none: rows are filled up to whole vectors, planes to four. */
function interleave(dst: usize, src: usize, plane: usize, planes: i32, rows: i32, columns: i32): void {
  const lanes = i32x4(0, 1, 2, 3);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x += 4) {
      for (let o = 0; o < QUAD; o++) {
        const isThere = o < planes;
        const four = v128.load(src + <usize>(isThere ? o : 0) * plane + <usize>x * FLOAT);
        v128.store(dst, v128.and(four, i32x4.lt_s(lanes, i32x4.splat(isThere ? columns - x : 0))));
        dst += VECTOR;
      }
    }
    src += <usize>columns * FLOAT;
  }
}

/**
 * Vectors reach beyond the ends of rows, where g is filled up with zeros and the pixels are other windows'. A zero times one
 * that is not finite is NaN: so a sum that is NaN though all of g is finite is taken again, over its own pixels alone.
 * One item is a filter.
 */
export function convSumAgain(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  x: usize,
  g: usize,
  dw: usize,
  images: i32,
  groups: i32,
  chans: i32,
  outs: i32,
  outH: i32,
  outW: i32,
): void {
  const window = changetype<Window>(at);
  const taps = window.kH * window.kW;
  const srcPlane = <usize>(window.srcH * window.srcW) * FLOAT;
  const srcImage = <usize>(groups * chans) * srcPlane;
  const outPlane = <usize>(outH * outW) * FLOAT;
  const outImage = <usize>(groups * outs) * outPlane;
  for (let o = begin; o < end; o++) {
    let to = dw + <usize>(o * chans * taps) * FLOAT;
    const grad = g + <usize>o * outPlane;
    if (areFinite(to, chans * taps)) continue;
    let finite = 0;
    while (finite < images && areFinite(grad + <usize>finite * outImage, outH * outW)) finite++;
    if (finite < images) continue;
    const source = x + <usize>((o / outs) * chans) * srcPlane;
    for (let c = 0; c < chans; c++) {
      for (let tap = 0; tap < taps; tap++) {
        if (isNaN(load<f32>(to))) {
          let sum: f32 = 0;
          for (let i = <usize>0; i < <usize>images; i++) {
            const plane = source + i * srcImage + <usize>c * srcPlane;
            sum = addProducts(window, plane, grad + i * outImage, tap / window.kW, tap % window.kW, outH, outW, sum);
          }
          store<f32>(to, sum);
        }
        to += FLOAT;
      }
    }
  }
}

/** Whether n numbers are neither infinite nor NaN, which times 0 are not 0. */
function areFinite(at: usize, n: i32): bool {
  const zero = f32x4.splat(0);
  const end = at + <usize>n * FLOAT;
  let sum = zero;
  for (; at + VECTOR <= end; at += VECTOR) sum = madd(v128.load(at), zero, sum);
  for (; at < end; at += FLOAT) sum = madd(v128.load32_splat(at), zero, sum);
  return sumLanes(sum) == 0;
}

/** sum + Σ g · x over the windows whose tap (kh, kw) lies on the plane. */
function addProducts(window: Window, plane: usize, g: usize, kh: i32, kw: i32, outH: i32, outW: i32, sum: f32): f32 {
  const top = kh * window.dilationH - window.beforeH;
  const left = kw * window.dilationW - window.beforeW;
  for (let y = 0; y < outH; y++) {
    const row = y * window.strideH + top;
    for (let x = 0; x < outW; x++) {
      const column = x * window.strideW + left;
      if (row >= 0 && row < window.srcH && column >= 0 && column < window.srcW) {
        sum += load<f32>(g) * load<f32>(plane + <usize>(row * window.srcW + column) * FLOAT);
      }
      g += FLOAT;
    }
  }
  return sum;
}
