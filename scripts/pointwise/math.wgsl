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

// ln(1 + x): u - 1 is what rounding 1 + x to u left of x, so x / (u - 1) mends ln u (Kahan).
fn log1pOf(x: f32) -> f32 {
  if (abs(x) < 0.0001) { return x - x * x / 2.0; }
  if (x > 100000000.0) { return logOf(x); }
  let u = 1.0 + x;
  return logOf(u) * x / (u - 1.0);
}

// sin(x + quarters * pi / 2): WGSL's own are only exact to a fixed number of digits behind the point, and near 0 at that.
fn circularOf(x: f32, quarters: f32) -> f32 {
  let n = round(x * 0.636619772);
  let r = x - n * 1.5703125 - n * 4.837512969970703e-4 - n * 7.54978995489188e-8;
  let q = r * r;
  let turn = n + quarters - 4.0 * floor((n + quarters) / 4.0);
  let sine = r + r * q * (-1.6666654611e-1 + q * (8.3321608736e-3 - q * 1.9515295891e-4));
  let cosine = 1.0 - q / 2.0 + q * q * (4.166664568298827e-2 + q * (-1.388731625493765e-3 + q * 2.443315711809948e-5));
  let y = select(sine, cosine, turn == 1.0 || turn == 3.0);
  return select(y, -y, turn > 1.0);
}

fn sinOf(x: f32) -> f32 { return circularOf(x, 0.0); }

fn cosOf(x: f32) -> f32 { return circularOf(x, 1.0); }

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

// The standard normal's distribution function less 1/2, by a series of positive terms (Abramowitz and Stegun, 26.2.11).
fn normalMass(x: f32) -> f32 {
  if (abs(x) > 8.0) { return select(-0.5, 0.5, x > 0.0); }
  var term = x;
  var sum = x;
  for (var n = 3.0; n < 300.0; n += 2.0) {
    term *= x * x / n;
    sum += term;
  }
  return sum * gaussian(x) * 0.3989422804014327;
}

fn normalCdf(x: f32) -> f32 { return 0.5 + normalMass(x); }

fn errorFunction(x: f32) -> f32 { return 2.0 * normalMass(x * 1.4142135623730951); }
