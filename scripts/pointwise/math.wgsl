// What formulas call and WGSL lacks, or computes less exactly than float32 can hold, or not for NaN.

fn isNaNOf(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }

// NaN wins.
fn maxOf(a: f32, b: f32) -> f32 {
  if (isNaNOf(a)) { return a; }
  if (isNaNOf(b)) { return b; }
  return max(a, b);
}

fn minOf(a: f32, b: f32) -> f32 {
  if (isNaNOf(a)) { return a; }
  if (isNaNOf(b)) { return b; }
  return min(a, b);
}

fn expOf(x: f32) -> f32 {
  if (isNaNOf(x)) { return x; }
  return exp(x);
}

// Near 1, where WGSL is only exact to a fixed number of digits behind the point, by the series of artanh.
fn logOf(x: f32) -> f32 {
  if (isNaNOf(x)) { return x; }
  if (x == 0.0) { return -1.0 / abs(x); }
  if (x < 0.0) { return (x - x) / (x - x); }
  if (abs(x - 1.0) > 0.3) { return log(x); }
  let s = (x - 1.0) / (x + 1.0);
  let q = s * s;
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q / 11.0)))));
}

// e^x - 1: near 0, where the difference would cancel, by its series.
fn expm1Of(x: f32) -> f32 {
  if (abs(x) > 0.3) { return exp(x) - 1.0; }
  return x * (1.0 + (x / 2.0) * (1.0 + (x / 3.0) * (1.0 + (x / 4.0) * (1.0 + (x / 5.0) * (1.0 + (x / 6.0) * (1.0 + x / 7.0))))));
}

// ln(1 + x) for x >= 0: u - 1 is what rounding 1 + x to u left of x, so x / (u - 1) mends ln u (Kahan).
fn log1pOf(x: f32) -> f32 {
  if (x < 0.0001) { return x - x * x / 2.0; }
  let u = 1.0 + x;
  return logOf(u) * x / (u - 1.0);
}

// (e^2x - 1) / (e^2x + 1), from the side on which nothing overflows.
fn tanhOf(x: f32) -> f32 {
  if (isNaNOf(x)) { return x; }
  let e = expm1Of(-2.0 * abs(x));
  let y = -e / (e + 2.0);
  return select(y, -y, x < 0.0);
}

// WGSL knows powers of positive numbers.
fn powOf(x: f32, y: f32) -> f32 {
  if (y == 0.0) { return 1.0; }
  if (isNaNOf(x)) { return x; }
  if (isNaNOf(y)) { return y; }
  if (y == 1.0) { return x; }
  if (y == 2.0) { return x * x; }
  if (y == -1.0) { return 1.0 / x; }
  if (x > 0.0) { return pow(x, y); }
  if (x == 0.0) { return select(1.0 / abs(x), 0.0, y > 0.0); }
  let size = pow(-x, y);
  let half = floor(y / 2.0);
  if (y == half * 2.0) { return size; }
  if (y == half * 2.0 + 1.0) { return -size; }
  return select(size, sqrt(x), x - x == 0.0);
}

fn logistic(x: f32) -> f32 { return 1.0 / (1.0 + expOf(-x)); }

fn log1pExp(x: f32) -> f32 { return maxOf(x, 0.0) + log1pOf(expOf(-abs(x))); }

fn gaussian(x: f32) -> f32 { return expOf(-0.5 * x * x); }

// The standard normal's distribution function, by a series of positive terms (Abramowitz and Stegun, 26.2.11).
fn normalCdf(x: f32) -> f32 {
  if (abs(x) > 8.0) { return select(0.0, 1.0, x > 0.0); }
  var term = x;
  var sum = x;
  for (var n = 3.0; n < 300.0; n += 2.0) {
    term *= x * x / n;
    sum += term;
  }
  return 0.5 + sum * gaussian(x) * 0.3989422804014327;
}
