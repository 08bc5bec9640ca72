// exp, log, powers and the circular functions from + − × ÷ √ and bit operations alone, so with the same bits on every engine
// (docs/theory.md, §7.1): those of Math and ** differ between engines in the last place. All are within one ulp of the truth.
//
// Reductions and coefficients: FreeBSD msun (e_log.c, k_sin.c, k_cos.c, s_atan.c, e_rem_pio2.c). Logarithms that must not lose
// a power's digits are kept as a sum of two doubles (Dekker 1971): the function returns the first and leaves the second in `low`.

/** ln 2 as a sum: the first has zeros in its last 32 bits, so that a multiple of it is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const { LOG2E } = Math;
/** Added and taken off again it rounds to a whole number: 1.5 × 2⁵². */
const ROUNDER = 6755399441055744;

const double = new Float64Array(1);
const word = new Int32Array(double.buffer);
/** Where the sign and exponent are. */
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

/** 2ᵏ at k + 1074, every power of two that a double holds. */
const TWO = new Float64Array(2098);
TWO[1074] = 1;
for (let k = 1; k <= 1023; k++) TWO[1074 + k] = 2 * TWO[1073 + k]!;
for (let k = 1; k <= 1074; k++) TWO[1074 - k] = TWO[1075 - k]! / 2;

let low = 0;

/** a × b, its rounding error in `low`; |a|, |b| < 2⁹⁹⁰. */
function product(a: number, b: number): number {
  const x = 134217729 * a;
  const y = 134217729 * b;
  const ah = x - (x - a);
  const bh = y - (y - b);
  const al = a - ah;
  const bl = b - bh;
  const p = a * b;
  low = ah * bh - p + ah * bl + al * bh + al * bl;
  return p;
}

/** (eʰ − 1 − h)/h² for |h| ≤ ½ ln 2: Taylor's series to h¹¹. */
function tail(h: number): number {
  const h2 = h * h;
  const h4 = h2 * h2;
  return (
    0.5 +
    h * 0.16666666666666666 +
    h2 * (0.041666666666666664 + h * 0.008333333333333333) +
    h4 *
      (0.001388888888888889 +
        h * 0.0001984126984126984 +
        h2 * (2.48015873015873e-5 + h * 2.7557319223985893e-6) +
        h4 *
          (2.755731922398589e-7 + h * 2.505210838544172e-8 + h2 * (2.08767569878681e-9 + h * 1.6059043836821613e-10)))
  );
}

/** e^(x + rest) for |rest| far below x. */
function expOfSum(x: number, rest: number): number {
  if (x > 709.8) return Infinity;
  if (x < -745.2) return 0;
  const k = x * LOG2E + ROUNDER - ROUNDER;
  const high = x - k * LN2_HIGH;
  const h = high - k * LN2_LOW + rest;
  const remainder = high - h - k * LN2_LOW + rest;
  const y = h + (h * h * tail(h) + remainder);
  const two = TWO[1074 + k];
  if (k > -1022 && k < 1024) return two! + two! * y;
  return k > 0 ? (1 + y) * TWO[2097]! * 2 : (1 + y) * TWO[1174 + k]! * TWO[974]!;
}

/** eˣ. */
export function exp(x: number): number {
  return x - x === 0 ? expOfSum(x, 0) : Math.max(x, 0);
}

/** eˣ − 1, without cancellation at small x. */
export function expm1(x: number): number {
  if (!(x < 40)) return exp(x);
  if (x < -40) return -1;
  if (Math.abs(x) < 1e-17) return x;
  const k = x * LOG2E + ROUNDER - ROUNDER;
  const high = x - k * LN2_HIGH;
  const h = high - k * LN2_LOW;
  const y = h * h * tail(h) + (high - h - k * LN2_LOW);
  if (k === 0) return h + y;
  const two = TWO[1074 + k]!;
  const [a, b] = [two - 1, two * h];
  const sum = a + b;
  const part = sum - a;
  return sum + (a - (sum - part) + (b - part) + two * y);
}

/** x = 2ᵏm with m ∈ [√½, √2): m, and k in `low`. */
function mantissa(x: number): number {
  const subnormal = x < 2.2250738585072014e-308;
  double[0] = subnormal ? x * 18014398509481984 : x;
  const high = word[HIGH]!;
  const t = (high + 0x00095f62) | 0;
  low = (t >> 20) - (subnormal ? 1077 : 1023);
  word[HIGH] = (high - (t & 0xfff00000) + 0x3ff00000) | 0;
  return double[0]!;
}

/** log x: 2 artanh s = s(2 + z R(z)) with s = (m − 1)/(m + 1), z = s², arranged so that the leading terms are exact. */
export function log(x: number): number {
  if (!(x > 0 && x < Infinity)) return x === 0 ? -Infinity : x > 0 ? x : NaN;
  const f = mantissa(x) - 1;
  const k = low;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const R =
    z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586))) +
    w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + R) + k * LN2_LOW) - f);
}

/** log x to about 2⁻⁶⁵ of itself, its second word in `low`; 0 < x < ∞. */
function logAsSum(x: number): number {
  const m = mantissa(x);
  const k = low;
  const f = m - 1;
  const g = m + 1;
  const s = f / g;
  const p = product(s, g);
  const sLow = (f - p - low - s * (m - (g - 1))) / g;
  const z = product(s, s);
  const zLow = low + 2 * s * sLow;
  // log m = 2s(1 + z/3 + z²/5 + …), the first two terms as sums.
  let q = 1 / 25;
  for (let n = 23; n >= 5; n -= 2) q = 1 / n + z * q;
  const third = 1 / 3 + z * q;
  const thirdLow = 1 / 3 - third + z * q + 1.850371707708594e-17;
  const t = product(z, third);
  const tLow = low + z * thirdLow + zLow * third;
  const u = product(s, t);
  const uLow = low + s * tLow + sLow * t;
  const a = s + u;
  const aLow = s - a + u + (uLow + sLow);
  const b = k * LN2_HIGH;
  const sum = b + 2 * a;
  const rest = (k === 0 ? 0 : b - sum + 2 * a) + (2 * aLow + k * LN2_LOW);
  const high = sum + rest;
  low = sum - high + rest;
  return high;
}

/** log x over log `base`, given as the sum of two doubles 1/log base. */
function logTo(x: number, inverse: number, inverseLow: number): number {
  if (!(x > 0 && x < Infinity)) return log(x);
  const high = logAsSum(x);
  const rest = low;
  const p = product(high, inverse);
  return p + (low + high * inverseLow + rest * inverse);
}

/** log₁₀ x, whole at powers of ten. */
export const log10 = (x: number): number => logTo(x, Math.LOG10E, 1.098319650216765e-17);

/** log₂ x, whole at powers of two. */
export const log2 = (x: number): number => logTo(x, LOG2E, 2.0355273740931033e-17);

/** log(1 + x), without cancellation at small x. */
export function log1p(x: number): number {
  const u = 1 + x;
  if (!(u > 0 && u < Infinity)) return log(u);
  if (Math.abs(x) < 1e-17) return x;
  const part = u - x;
  const rest = x - (u - part) + (1 - part);
  const high = logAsSum(u);
  return high + (low + rest / u);
}

const odd = (y: number): boolean => Math.abs(y % 2) === 1;

/** xʸ as ** has it, exact where it is a double of few digits: whole powers of small numbers, 10ᵏ to 10²². */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (y === 1) return x;
  if (y === 2) return x * x;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const a = Math.abs(x);
  if (a === 1 && y - y !== 0) return NaN;
  const negative = (x < 0 || Object.is(x, -0)) && odd(y);
  let value: number;
  if (a === 0 || a === Infinity || y - y !== 0) value = a > 1 === y > 0 ? Infinity : 0;
  else if (x < 0 && y % 1 !== 0) return NaN;
  else if (a === 1) value = 1;
  else {
    const high = logAsSum(a);
    const rest = low;
    const p = high * y;
    if (p > 710) value = Infinity;
    else if (p < -746) value = 0;
    else {
      product(high, y);
      value = expOfSum(p, low + rest * y);
    }
  }
  return negative ? -value : value;
}

/** √(x² + y²), without overflow or underflow on the way. */
export function hypot(x: number, y: number): number {
  let a = Math.max(Math.abs(x), Math.abs(y));
  let b = Math.min(Math.abs(x), Math.abs(y));
  if (a - a !== 0) return Math.abs(x) === Infinity || Math.abs(y) === Infinity ? Infinity : NaN;
  if (b <= a / 268435456) return a;
  const scale = a > 1e150 ? TWO[474]! : b < 1e-140 ? TWO[1674]! : 1;
  a *= scale;
  b *= scale;
  // One step of Newton's from the rounded root, its residual taken exactly.
  const h = Math.sqrt(a * a + b * b);
  const [aa, aLow] = [product(a, a), low];
  const [bb, bLow] = [product(b, b), low];
  const hh = product(h, h);
  const residual = aa - hh + bb + (aLow + bLow - low);
  return (h + residual / (2 * h)) / scale;
}

/** 2/π to 1,152 bits after the point, for angles too large for three parts of π/2. */
const TWO_OVER_PI = (): bigint => {
  // Machin's formula: π = 16 arctan(1/5) − 4 arctan(1/239).
  const bits = 1280n;
  const arctan = (n: bigint): bigint => {
    let power = (1n << bits) / n;
    let sum = power;
    for (let k = 3n; power !== 0n; k += 2n) {
      power /= -n * n;
      sum += power / k;
    }
    return sum;
  };
  const pi = 16n * arctan(5n) - 4n * arctan(239n);
  return (2n << (bits + 1152n)) / pi;
};
let twoOverPi: bigint | undefined;

/** x = k π/2 + h + low with |h| ≤ π/4: h, the second word in `low`, k modulo 4 in `quadrant`. */
let quadrant = 0;
function reduce(x: number): number {
  if (Math.abs(x) < 0.7853981633974483) {
    quadrant = 0;
    low = 0;
    return x;
  }
  if (Math.abs(x) < 1e6) {
    const k = x * 0.6366197723675814 + ROUNDER - ROUNDER;
    quadrant = k & 3;
    const a = x - k * 1.5707963267341256;
    const second = k * 6.077100506303966e-11;
    const b = a - second;
    const bLow = a - b - second;
    const third = k * 2.0222662487959506e-21;
    const h = b + (bLow - third);
    low = b - h + (bLow - third);
    return h;
  }
  twoOverPi ??= TWO_OVER_PI();
  mantissa(Math.abs(x));
  const e = low - 53;
  const turns = BigInt(Math.abs(x) / TWO[1074 + e]!) * twoOverPi;
  const point = BigInt(1152 - e);
  const k = (turns + (1n << (point - 1n))) >> point;
  const share = turns - (k << point);
  // The share of a quarter turn, as two doubles, times π/2.
  const top = Number(share >> (point - 200n));
  const below = Number((share >> (point - 200n)) - BigInt(top));
  const high = top * TWO[874]!;
  const h = product(high, 1.5707963267948966);
  low += high * 6.123233995736766e-17 + below * TWO[874]! * 1.5707963267948966;
  quadrant = Number(k & 3n);
  if (x > 0) return h;
  quadrant = -quadrant & 3;
  low = -low;
  return -h;
}

/** sin(h + rest) for |h| ≤ π/4. */
function sinNear(h: number, rest: number): number {
  const z = h * h;
  const v = z * h;
  const r =
    0.00833333333332249 +
    z * (-0.0001984126982985795 + z * 2.7557313707070068e-6) +
    z * z * z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10);
  return h - (z * (0.5 * rest - v * r) - rest + v * 0.16666666666666632);
}

/** cos(h + rest) for |h| ≤ π/4. */
function cosNear(h: number, rest: number): number {
  const z = h * h;
  const r =
    z * (0.0416666666666666 + z * (-0.001388888888887411 + z * 2.480158728947673e-5)) +
    z * z * z * z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11));
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * r - h * rest));
}

/** sin x, x in radians. */
export function sin(x: number): number {
  if (x - x !== 0) return NaN;
  const h = reduce(x);
  const value = quadrant & 1 ? cosNear(h, low) : sinNear(h, low);
  return quadrant & 2 ? -value : value;
}

/** cos x, x in radians. */
export function cos(x: number): number {
  if (x - x !== 0) return NaN;
  const h = reduce(x);
  const value = quadrant & 1 ? sinNear(h, low) : cosNear(h, low);
  return quadrant === 1 || quadrant === 2 ? -value : value;
}

/** arctan 0, ½, 1, 3/2 and ∞, each as a sum of two doubles. */
const ARCTAN = [0, 0.4636476090008061, 0.7853981633974483, 0.982793723247329, 1.5707963267948966];
const ARCTAN_LOW = [0, 2.2698777452961687e-17, 3.061616997868383e-17, 1.3903311031230998e-17, 6.123233995736766e-17];

/** The angle of (x, y) in (−π, π], negative zeros as in Math.atan2. */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const left = x < 0 || Object.is(x, -0);
  const down = y < 0 || Object.is(y, -0);
  let a = Math.abs(x);
  let b = Math.abs(y);
  if (a === Infinity || b === Infinity) [a, b] = [a === Infinity ? 1 : 0, b === Infinity ? 1 : 0];
  // Beyond 10¹⁸ to one the quotient is the tangent, or nothing beside π/2.
  const far = b <= a / 1e18 ? b / a || 0 : a < b / 1e18 ? Infinity : undefined;
  const most = Math.max(a, b);
  const scale = most > 1e150 ? TWO[474]! : most < 1e-150 ? TWO[1674]! : 1;
  a *= scale;
  b *= scale;
  let angle: number;
  let rest = 0;
  if (far !== undefined) {
    angle = Math.min(far, ARCTAN[4]!);
    rest = far === Infinity ? ARCTAN_LOW[4]! : 0;
  } else {
    // tan(θ − θ_i) = (b − t a)/(a + t b) for the nearest θ_i = arctan t, its rounding error carried along.
    const i = b < 0.4375 * a ? 0 : b < 0.6875 * a ? 1 : b < 1.1875 * a ? 2 : b < 2.4375 * a ? 3 : 4;
    const t = i === 4 ? 1 : i / 2;
    const over = i === 4 ? -a : b - t * a;
    const overLow = i === 4 ? 0 : b - over - t * a;
    const under = i === 4 ? b : a + t * b;
    const underLow = i === 4 ? 0 : a - under + t * b;
    const q = over / under;
    const p = product(q, under);
    const qLow = (over - p - low + overLow - q * underLow) / under;
    const z = q * q;
    const w = z * z;
    const series =
      z *
        (0.3333333333333293 +
          w *
            (0.14285714272503466 +
              w *
                (0.09090887133436507 +
                  w * (0.06661073137387531 + w * (0.049768779946159324 + w * 0.016285820115365782))))) +
      w *
        (-0.19999999999876483 +
          w *
            (-0.11111110405462356 +
              w * (-0.0769187620504483 + w * (-0.058335701337905735 + w * -0.036531572744216916))));
    angle = ARCTAN[i]! + q;
    rest = ARCTAN[i]! - angle + q + (ARCTAN_LOW[i]! + qLow - q * series);
  }
  const other = Math.PI - angle;
  const value = left ? other + (Math.PI - other - angle + (1.2246467991473532e-16 - rest)) : angle + rest;
  return down ? -value : value;
}
