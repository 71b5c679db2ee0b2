/**
 * Winograd's one-dimensional transforms for six points: 0, 1, −1, 2, −2 and ∞. A filter of r taps slid over six
 * inputs gives m = 7 − r outputs; as polynomials, that is a product known from its values at six points. Done along
 * both axes, 36 multiplications give m·m outputs instead of m·m·r·r: 4 times fewer for 3×3 filters (m = 4), 2.78
 * times fewer for 5×5 (m = 2). The same six points serve both.
 *
 * y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A.
 * @see A. Lavin and S. Gray, "Fast algorithms for convolutional neural networks", 2016, arXiv:1509.09308
 */

// @ts-ignore: decorator
@inline
function times(a: f32, v: v128): v128 {
  return f32x4.mul(f32x4.splat(a), v);
}

/** Bᵀ: six inputs to six points, stored `step` bytes apart. */
// @ts-ignore: decorator
@inline
export function inputToPoints(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, out: usize, step: usize): void {
  v128.store(out, f32x4.add(f32x4.sub(times(4, d0), times(5, d2)), d4));
  const even4 = f32x4.sub(d4, times(4, d2));
  const odd4 = f32x4.sub(d3, times(4, d1));
  v128.store(out + step, f32x4.add(even4, odd4));
  v128.store(out + 2 * step, f32x4.sub(even4, odd4));
  const even1 = f32x4.sub(d4, d2);
  const odd1 = times(2, f32x4.sub(d3, d1));
  v128.store(out + 3 * step, f32x4.add(even1, odd1));
  v128.store(out + 4 * step, f32x4.sub(even1, odd1));
  v128.store(out + 5 * step, f32x4.add(f32x4.sub(times(4, d1), times(5, d3)), d5));
}

/** Aᵀ: six points, `inStep` bytes apart, to m = 4 or 2 outputs, `outStep` apart. */
// @ts-ignore: decorator
@inline
export function pointsToOutput(from: usize, inStep: usize, m: i32, out: usize, outStep: usize): void {
  const x0 = v128.load(from);
  const x1 = v128.load(from + inStep);
  const x2 = v128.load(from + 2 * inStep);
  const x3 = v128.load(from + 3 * inStep);
  const x4 = v128.load(from + 4 * inStep);
  const x5 = v128.load(from + 5 * inStep);
  const sum1 = f32x4.add(x1, x2);
  const difference1 = f32x4.sub(x1, x2);
  const sum2 = f32x4.add(x3, x4);
  const difference2 = f32x4.sub(x3, x4);
  v128.store(out, f32x4.add(f32x4.add(x0, sum1), sum2));
  const y1 = f32x4.add(difference1, times(2, difference2));
  if (m == 2) {
    v128.store(out + outStep, f32x4.add(y1, x5));
    return;
  }
  v128.store(out + outStep, y1);
  v128.store(out + 2 * outStep, f32x4.add(sum1, times(4, sum2)));
  v128.store(out + 3 * outStep, f32x4.add(f32x4.add(difference1, times(8, difference2)), x5));
}

/** A: gradients of m outputs (y2 = y3 = 0 where m is 2, `last` is the m-th) to gradients of six points. */
// @ts-ignore: decorator
@inline
export function outputToPoints(y0: v128, y1: v128, y2: v128, y3: v128, last: v128, out: usize, step: usize): void {
  v128.store(out, y0);
  const even1 = f32x4.add(y0, y2);
  const odd1 = f32x4.add(y1, y3);
  v128.store(out + step, f32x4.add(even1, odd1));
  v128.store(out + 2 * step, f32x4.sub(even1, odd1));
  const even2 = f32x4.add(y0, times(4, y2));
  const odd2 = f32x4.add(times(2, y1), times(8, y3));
  v128.store(out + 3 * step, f32x4.add(even2, odd2));
  v128.store(out + 4 * step, f32x4.sub(even2, odd2));
  v128.store(out + 5 * step, last);
}

/** G: r = 3 or 5 taps, `inStep` bytes apart, to six points, `outStep` apart. */
// @ts-ignore: decorator
@inline
export function tapsToPoints(from: usize, inStep: usize, r: i32, out: usize, outStep: usize): void {
  const zero = f32x4.splat(0);
  const g0 = v128.load(from);
  const g1 = v128.load(from + inStep);
  const g2 = v128.load(from + 2 * inStep);
  const g3 = r == 5 ? v128.load(from + 3 * inStep) : zero;
  const g4 = r == 5 ? v128.load(from + 4 * inStep) : zero;
  v128.store(out, times(0.25, g0));
  const even1 = times(-1.0 / 6.0, f32x4.add(f32x4.add(g0, g2), g4));
  const odd1 = times(-1.0 / 6.0, f32x4.add(g1, g3));
  v128.store(out + outStep, f32x4.add(even1, odd1));
  v128.store(out + 2 * outStep, f32x4.sub(even1, odd1));
  const even2 = times(1.0 / 24.0, f32x4.add(f32x4.add(g0, times(4, g2)), times(16, g4)));
  const odd2 = times(1.0 / 24.0, f32x4.add(times(2, g1), times(8, g3)));
  v128.store(out + 3 * outStep, f32x4.add(even2, odd2));
  v128.store(out + 4 * outStep, f32x4.sub(even2, odd2));
  v128.store(out + 5 * outStep, r == 5 ? g4 : g2);
}

/** Gᵀ: gradients of six points, `inStep` bytes apart, to gradients of r taps, `outStep` apart. */
// @ts-ignore: decorator
@inline
export function pointsToTaps(from: usize, inStep: usize, r: i32, out: usize, outStep: usize): void {
  const u0 = v128.load(from);
  const u1 = v128.load(from + inStep);
  const u2 = v128.load(from + 2 * inStep);
  const u3 = v128.load(from + 3 * inStep);
  const u4 = v128.load(from + 4 * inStep);
  const u5 = v128.load(from + 5 * inStep);
  const even1 = times(-1.0 / 6.0, f32x4.add(u1, u2));
  const odd1 = times(-1.0 / 6.0, f32x4.sub(u1, u2));
  const even2 = times(1.0 / 24.0, f32x4.add(u3, u4));
  const odd2 = times(1.0 / 24.0, f32x4.sub(u3, u4));
  v128.store(out, f32x4.add(f32x4.add(times(0.25, u0), even1), even2));
  v128.store(out + outStep, f32x4.add(odd1, times(2, odd2)));
  const g2 = f32x4.add(even1, times(4, even2));
  if (r == 3) {
    v128.store(out + 2 * outStep, f32x4.add(g2, u5));
    return;
  }
  v128.store(out + 2 * outStep, g2);
  v128.store(out + 3 * outStep, f32x4.add(odd1, times(8, odd2)));
  v128.store(out + 4 * outStep, f32x4.add(f32x4.add(even1, times(16, even2)), u5));
}
