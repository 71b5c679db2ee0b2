/**
 * Pointwise functions of one tensor and their gradients: one class for each formula, one exported kernel for each.
 * Storages are padded to whole vectors, so there is no tail.
 */

import { firstByte, stopByte } from "./block";
import {
  exp as expOf,
  gelu as geluOf,
  geluSlope,
  log as logOf,
  pow as powOf,
  sigmoid as sigmoidOf,
  softplus as softplusOf,
  tanh as tanhOf,
  where,
} from "./math";
import { splat } from "./simd";

// ---- y = f(x; a, b) ----------------------------------------------------------------------------

interface Formula {
  f(x: v128, a: v128, b: v128): v128;
}

class Neg {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return f32x4.neg(x);
  }
}
class Exp {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return expOf(x);
  }
}
class Log {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return logOf(x);
  }
}
class Sqrt {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return f32x4.sqrt(x);
  }
}
class Abs {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return f32x4.abs(x);
  }
}
class Pow {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return powOf(x, a);
  }
}
class Square {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(x, x);
  }
}
class Clamp {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return f32x4.min(f32x4.max(x, a), b);
  }
}
class Relu {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return f32x4.max(x, splat(0));
  }
}
class LeakyRelu {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return where(f32x4.gt(x, splat(0)), x, f32x4.mul(x, a));
  }
}
class Sigmoid {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return sigmoidOf(x);
  }
}
class Tanh {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return tanhOf(x);
  }
}
class Gelu {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return geluOf(x);
  }
}
class Softplus {
  @inline f(x: v128, a: v128, b: v128): v128 {
    return softplusOf(x);
  }
}

// ---- what reaches x from g = ∂L/∂y and the one of x and y that was saved ---------------------------

interface Slope {
  f(g: v128, saved: v128, a: v128, b: v128): v128;
}

class NegGrad {
  @inline f(g: v128, y: v128, a: v128, b: v128): v128 {
    return f32x4.neg(g);
  }
}
class ExpGrad {
  @inline f(g: v128, y: v128, a: v128, b: v128): v128 {
    return f32x4.mul(g, y);
  }
}
class LogGrad {
  @inline f(g: v128, x: v128, a: v128, b: v128): v128 {
    return f32x4.div(g, x);
  }
}
class SqrtGrad {
  @inline f(g: v128, y: v128, a: v128, b: v128): v128 {
    return f32x4.div(g, f32x4.add(y, y));
  }
}
class AbsGrad {
  @inline f(g: v128, x: v128, a: v128, b: v128): v128 {
    return v128.or(v128.and(f32x4.gt(x, splat(0)), g), v128.and(f32x4.lt(x, splat(0)), f32x4.neg(g)));
  }
}
class PowGrad {
  @inline f(g: v128, x: v128, a: v128, b: v128): v128 {
    const slope = f32x4.mul(f32x4.mul(g, a), powOf(x, f32x4.sub(a, splat(1))));
    return v128.and(slope, f32x4.ne(a, splat(0)));
  }
}
class SquareGrad {
  @inline f(g: v128, x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(f32x4.add(g, g), x);
  }
}
class ClampGrad {
  @inline f(g: v128, x: v128, a: v128, b: v128): v128 {
    return v128.and(g, v128.and(f32x4.ge(x, a), f32x4.le(x, b)));
  }
}
class ReluGrad {
  @inline f(g: v128, y: v128, a: v128, b: v128): v128 {
    return v128.andnot(g, f32x4.le(y, splat(0)));
  }
}
class LeakyReluGrad {
  @inline f(g: v128, x: v128, a: v128, b: v128): v128 {
    return where(f32x4.gt(x, splat(0)), g, f32x4.mul(g, a));
  }
}
class SigmoidGrad {
  @inline f(g: v128, y: v128, a: v128, b: v128): v128 {
    return f32x4.mul(g, f32x4.mul(y, f32x4.sub(splat(1), y)));
  }
}
class TanhGrad {
  @inline f(g: v128, y: v128, a: v128, b: v128): v128 {
    // Not 1 − y²: near 1, the square's rounding error would be all that is left.
    return f32x4.mul(g, f32x4.mul(f32x4.sub(splat(1), y), f32x4.add(splat(1), y)));
  }
}
class GeluGrad {
  @inline f(g: v128, x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(g, geluSlope(x));
  }
}
class SoftplusGrad {
  @inline f(g: v128, x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(g, sigmoidOf(x));
  }
}

// ---- kernels -----------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function map<F extends Formula>(begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  const va = splat(a);
  const vb = splat(b);
  const stop = stopByte(end, size);
  for (let at = firstByte(begin); at < stop; at += 16) {
    // A method called on no object: the way to hand a function to a loop that the compiler inlines.
    v128.store(y + at, changetype<F>(0).f(v128.load(x + at), va, vb));
  }
}

/** `v` is the saved x or y. */
// @ts-ignore: decorator
@inline
function mapGrad<F extends Slope>(
  begin: i32,
  end: i32,
  g: usize,
  v: usize,
  gx: usize,
  size: i32,
  a: f32,
  b: f32,
): void {
  const va = splat(a);
  const vb = splat(b);
  const stop = stopByte(end, size);
  for (let at = firstByte(begin); at < stop; at += 16) {
    v128.store(gx + at, changetype<F>(0).f(v128.load(g + at), v128.load(v + at), va, vb));
  }
}

export function neg(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<Neg>(begin, end, x, y, size, a, b);
}
export function exp(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<Exp>(begin, end, x, y, size, a, b);
}
export function log(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<Log>(begin, end, x, y, size, a, b);
}
export function sqrt(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<Sqrt>(begin, end, x, y, size, a, b);
}
export function abs(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<Abs>(begin, end, x, y, size, a, b);
}
export function pow(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<Pow>(begin, end, x, y, size, a, b);
}
export function square(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<Square>(begin, end, x, y, size, a, b);
}
export function clamp(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<Clamp>(begin, end, x, y, size, a, b);
}
export function relu(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<Relu>(begin, end, x, y, size, a, b);
}
export function leakyRelu(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<LeakyRelu>(begin, end, x, y, size, a, b);
}
export function sigmoid(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<Sigmoid>(begin, end, x, y, size, a, b);
}
export function tanh(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<Tanh>(begin, end, x, y, size, a, b);
}
export function gelu(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<Gelu>(begin, end, x, y, size, a, b);
}
export function softplus(_: usize, begin: i32, end: i32, x: usize, y: usize, size: i32, a: f32, b: f32): void {
  map<Softplus>(begin, end, x, y, size, a, b);
}

export function negGrad(_: usize, begin: i32, end: i32, g: usize, v: usize, gx: usize, n: i32, a: f32, b: f32): void {
  mapGrad<NegGrad>(begin, end, g, v, gx, n, a, b);
}
export function expGrad(_: usize, begin: i32, end: i32, g: usize, v: usize, gx: usize, n: i32, a: f32, b: f32): void {
  mapGrad<ExpGrad>(begin, end, g, v, gx, n, a, b);
}
export function logGrad(_: usize, begin: i32, end: i32, g: usize, v: usize, gx: usize, n: i32, a: f32, b: f32): void {
  mapGrad<LogGrad>(begin, end, g, v, gx, n, a, b);
}
export function sqrtGrad(_: usize, begin: i32, end: i32, g: usize, v: usize, gx: usize, n: i32, a: f32, b: f32): void {
  mapGrad<SqrtGrad>(begin, end, g, v, gx, n, a, b);
}
export function absGrad(_: usize, begin: i32, end: i32, g: usize, v: usize, gx: usize, n: i32, a: f32, b: f32): void {
  mapGrad<AbsGrad>(begin, end, g, v, gx, n, a, b);
}
export function powGrad(_: usize, begin: i32, end: i32, g: usize, v: usize, gx: usize, n: i32, a: f32, b: f32): void {
  mapGrad<PowGrad>(begin, end, g, v, gx, n, a, b);
}
export function squareGrad(
  _: usize,
  begin: i32,
  end: i32,
  g: usize,
  v: usize,
  gx: usize,
  n: i32,
  a: f32,
  b: f32,
): void {
  mapGrad<SquareGrad>(begin, end, g, v, gx, n, a, b);
}
export function clampGrad(_: usize, begin: i32, end: i32, g: usize, v: usize, gx: usize, n: i32, a: f32, b: f32): void {
  mapGrad<ClampGrad>(begin, end, g, v, gx, n, a, b);
}
export function reluGrad(_: usize, begin: i32, end: i32, g: usize, v: usize, gx: usize, n: i32, a: f32, b: f32): void {
  mapGrad<ReluGrad>(begin, end, g, v, gx, n, a, b);
}
export function leakyReluGrad(
  _: usize,
  begin: i32,
  end: i32,
  g: usize,
  v: usize,
  gx: usize,
  n: i32,
  a: f32,
  b: f32,
): void {
  mapGrad<LeakyReluGrad>(begin, end, g, v, gx, n, a, b);
}
export function sigmoidGrad(
  _: usize,
  begin: i32,
  end: i32,
  g: usize,
  v: usize,
  gx: usize,
  n: i32,
  a: f32,
  b: f32,
): void {
  mapGrad<SigmoidGrad>(begin, end, g, v, gx, n, a, b);
}
export function tanhGrad(_: usize, begin: i32, end: i32, g: usize, v: usize, gx: usize, n: i32, a: f32, b: f32): void {
  mapGrad<TanhGrad>(begin, end, g, v, gx, n, a, b);
}
export function geluGrad(_: usize, begin: i32, end: i32, g: usize, v: usize, gx: usize, n: i32, a: f32, b: f32): void {
  mapGrad<GeluGrad>(begin, end, g, v, gx, n, a, b);
}
export function softplusGrad(
  _: usize,
  begin: i32,
  end: i32,
  g: usize,
  v: usize,
  gx: usize,
  n: i32,
  a: f32,
  b: f32,
): void {
  mapGrad<SoftplusGrad>(begin, end, g, v, gx, n, a, b);
}
