/** Batch norm over the channels of [n, c, pixels]: moments, the normalization and its gradients. */

import { address, madd } from "./simd";
import { total } from "./wide";

/**
 * Mean and biased variance of each channel; a work item is a channel. One pass in double precision over d = x − x₀,
 * x₀ being the channel's first value, or 0 where that is not finite: (mean − x₀)² is at most M times the variance, so the subtraction in
 * (Σd² − (Σd)²/M)/M loses no more digits than a double can spare.
 */
export function channelMoments(
  scratch: usize,
  begin: i32,
  end: i32,
  x: usize,
  mean: usize,
  variance: usize,
  n: i32,
  c: i32,
  pixels: i32,
): void {
  const count = <f64>n * <f64>pixels;
  for (let channel = begin; channel < end; channel++) {
    const value = <f64>load<f32>(address(x, channel * pixels));
    const first: f64 = isFinite<f64>(value) ? value : 0;
    const shift = f64x2.splat(first);
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let q0 = f64x2.splat(0);
    let q1 = f64x2.splat(0);
    let sum: f64 = 0;
    let squares: f64 = 0;
    for (let image = 0; image < n; image++) {
      let p = address(x, (image * c + channel) * pixels);
      const stop = address(p, pixels);
      for (; p + 16 <= stop; p += 16) {
        const v = v128.load(p);
        const d0 = f64x2.sub(f64x2.promote_low_f32x4(v), shift);
        const d1 = f64x2.sub(f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1)), shift);
        s0 = f64x2.add(s0, d0);
        s1 = f64x2.add(s1, d1);
        q0 = f64x2.add(q0, f64x2.mul(d0, d0));
        q1 = f64x2.add(q1, f64x2.mul(d1, d1));
      }
      for (; p < stop; p += 4) {
        const d = <f64>load<f32>(p) - first;
        sum += d;
        squares += d * d;
      }
    }
    sum += total(s0, s1);
    squares += total(q0, q1);
    store<f32>(address(mean, channel), <f32>(first + sum / count));
    store<f32>(address(variance, channel), <f32>max<f64>(0, (squares - (sum * sum) / count) / count));
  }
}

/** (x − mean)·scale + bias. */
// @ts-ignore: decorator
@inline
export function normalized(x: v128, mean: v128, scale: v128, bias: v128): v128 {
  return madd(f32x4.sub(x, mean), scale, bias);
}

/** y = (x − mean)·scale + bias with scale = weight / √(variance + eps). A work item is `group` planes [n, c]. */
export function batchNorm(
  scratch: usize,
  begin: i32,
  end: i32,
  x: usize,
  mean: usize,
  variance: usize,
  weight: usize,
  bias: usize,
  y: usize,
  planes: i32,
  c: i32,
  pixels: i32,
  group: i32,
  eps: f32,
): void {
  const stop = min(end * group, planes);
  for (let plane = begin * group; plane < stop; plane++) {
    const channel = address(0, plane % c);
    const scale = f32x4.splat(load<f32>(weight + channel) / sqrt(load<f32>(variance + channel) + eps));
    const middle = v128.load32_splat(mean + channel);
    const base = v128.load32_splat(bias + channel);
    const from = address(x, plane * pixels);
    const to = address(y, plane * pixels);
    const bytes = address(0, pixels);
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) {
      v128.store(to + at, normalized(v128.load(from + at), middle, scale, base));
    }
    for (; at < bytes; at += 4) {
      const v = normalized(v128.load32_splat(from + at), middle, scale, base);
      store<f32>(to + at, f32x4.extract_lane(v, 0));
    }
  }
}

/** Σ g·x̂ and Σ g of each channel, x̂ = (x − mean) / √(variance + eps); a work item is a channel. */
export function batchNormParamGrads(
  scratch: usize,
  begin: i32,
  end: i32,
  g: usize,
  x: usize,
  mean: usize,
  variance: usize,
  weightGrad: usize,
  biasGrad: usize,
  n: i32,
  c: i32,
  pixels: i32,
  eps: f32,
): void {
  const bytes = address(0, pixels);
  for (let channel = begin; channel < end; channel++) {
    const middle = load<f32>(address(mean, channel));
    const middles = f32x4.splat(middle);
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let w0 = f64x2.splat(0);
    let w1 = f64x2.splat(0);
    let sum: f64 = 0;
    let weighted: f64 = 0;
    for (let image = 0; image < n; image++) {
      const plane = address(0, (image * c + channel) * pixels);
      let at = plane;
      for (; at + 16 <= plane + bytes; at += 16) {
        const slope = v128.load(g + at);
        const d = f32x4.sub(v128.load(x + at), middles);
        const g0 = f64x2.promote_low_f32x4(slope);
        const g1 = f64x2.promote_low_f32x4(i64x2.shuffle(slope, slope, 1, 1));
        s0 = f64x2.add(s0, g0);
        s1 = f64x2.add(s1, g1);
        w0 = f64x2.add(w0, f64x2.mul(g0, f64x2.promote_low_f32x4(d)));
        w1 = f64x2.add(w1, f64x2.mul(g1, f64x2.promote_low_f32x4(i64x2.shuffle(d, d, 1, 1))));
      }
      for (; at < plane + bytes; at += 4) {
        const slope = <f64>load<f32>(g + at);
        sum += slope;
        weighted += slope * <f64>(load<f32>(x + at) - middle);
      }
    }
    sum += total(s0, s1);
    weighted += total(w0, w1);
    store<f32>(
      address(weightGrad, channel),
      <f32>(weighted / sqrt(<f64>load<f32>(address(variance, channel)) + <f64>eps)),
    );
    store<f32>(address(biasGrad, channel), <f32>sum);
  }
}

/**
 * weight·r·(g − biasGrad/M − (x − mean)·r·weightGrad/M) with r = 1/√(variance + eps) and M = n · pixels.
 * A work item is `group` planes [n, c].
 */
export function batchNormInputGrad(
  scratch: usize,
  begin: i32,
  end: i32,
  g: usize,
  x: usize,
  mean: usize,
  variance: usize,
  weight: usize,
  weightGrad: usize,
  biasGrad: usize,
  gx: usize,
  planes: i32,
  c: i32,
  pixels: i32,
  group: i32,
  eps: f32,
): void {
  const stop = min(end * group, planes);
  const count = (<f32>planes / <f32>c) * <f32>pixels;
  for (let plane = begin * group; plane < stop; plane++) {
    const channel = address(0, plane % c);
    const r = <f32>1 / sqrt<f32>(load<f32>(variance + channel) + eps);
    const scale = f32x4.splat(load<f32>(weight + channel) * r);
    const tilt = f32x4.splat((load<f32>(weightGrad + channel) * r) / count);
    const drift = f32x4.splat(load<f32>(biasGrad + channel) / count);
    const middle = v128.load32_splat(mean + channel);
    const from = address(0, plane * pixels);
    const to = from + address(0, pixels);
    let at = from;
    for (; at + 16 <= to; at += 16) {
      const d = f32x4.sub(v128.load(x + at), middle);
      const centred = f32x4.sub(f32x4.sub(v128.load(g + at), drift), f32x4.mul(d, tilt));
      v128.store(gx + at, f32x4.mul(scale, centred));
    }
    for (; at < to; at += 4) {
      const d = f32x4.sub(v128.load32_splat(x + at), middle);
      const centred = f32x4.sub(f32x4.sub(v128.load32_splat(g + at), drift), f32x4.mul(d, tilt));
      store<f32>(gx + at, f32x4.extract_lane(f32x4.mul(scale, centred), 0));
    }
  }
}
