/** Numbers that scripts/fixtures/make_net_fixtures.py computes too, bit by bit, so that nobody has to store them. */

import type { Module } from "../../src/layers/module.js";
import { tensor } from "../../src/tensor/factories/from-values.js";

/** n float32 numbers in [-1, 1): murmur3's finalizer of seed · 2^24 + i, its top 24 bits scaled. */
export function hashed(seed: number, n: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => {
    let h = (seed << 24) + i;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    return (h >>> 8) * 2 ** -23 - 1;
  });
}

/** Start of parameter number `seed`: hashed / √fanIn for weights, 0.1 · hashed for biases and norms, their scale + 1. */
function startOf(seed: number, name: string, shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, n) => product * n, 1);
  const u = hashed(seed, size);
  if (shape.length > 1) {
    const bound = Math.fround(1 / Math.sqrt(size / shape[0]));
    return u.map((x) => x * bound);
  }
  const offset = name.endsWith("weight") ? 1 : 0;
  return u.map((x) => Math.fround(x * Math.fround(0.1)) + offset);
}

/** Gives a model the numbers that the fixtures' training began with. */
export function initialized<M extends Module>(model: M): M {
  let seed = 0;
  for (const [name, p] of model.namedParameters()) p.copyFrom(tensor(startOf(seed++, name, p.shape), p.shape));
  return model;
}

const BLOCK = 8;

/** n images [3, size, size]: blocks of 8×8 pixels of one brightness, with noise: 0.5 + 0.375 · block + 0.125 · noise. */
export function imagesOf(seed: number, n: number, size: number): Float32Array {
  const across = size / BLOCK;
  const blocks = hashed(seed, n * 3 * across * across);
  return hashed(seed + 1, n * 3 * size * size).map((noise, i) => {
    const [column, row] = [i % size, Math.floor(i / size) % size];
    const plane = Math.floor(i / (size * size));
    const block = blocks[(plane * across + Math.floor(row / BLOCK)) * across + Math.floor(column / BLOCK)];
    return 0.5 + 0.375 * block + 0.125 * noise;
  });
}
