// log, exp, exp − 1, sin and cos operation by operation as in assembly/elementary.ts and exponential.ts, so with the same bits
// (docs/theory.md, §7.1): Math.log and the rest differ from engine to engine.

const LOG = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
];
const SIN = [
  -0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6, -2.5050760253406863e-8,
  1.58969099521155e-10,
];
const COS = [
  0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7, 2.087572321298175e-9,
  -1.1359647557788195e-11,
];
const EXP = [
  0.5, 0.16666666666666666, 0.041666666666666664, 0.008333333333333333, 0.001388888888888889, 0.0001984126984126984,
  2.48015873015873e-5, 2.7557319223985893e-6, 2.755731922398589e-7, 2.505210838544172e-8, 2.08767569878681e-9,
  1.6059043836821613e-10,
];
const { LN2 } = Math;
/** ln 2 as a sum of two doubles; what added and taken away rounds to a whole number, 3·2⁵¹. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const ROUNDER = 6755399441055744;

const double = new Float64Array(1);
const word = new Int32Array(double.buffer);
/** Where the sign and exponent are. */
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

const horner = (c: readonly number[], x: number): number => c.reduceRight((y, a) => a + x * y);

/** log x for normal x > 0. */
export function log(x: number): number {
  double[0] = x;
  const t = (word[HIGH]! + 0x00095f62) | 0;
  const k = (t >>> 20) - 1023;
  word[HIGH] = (word[HIGH]! - (t & 0xfff00000) + 0x3ff00000) | 0;
  const m = double[0]!;
  const s = (m - 1) / (m + 1);
  const z = s * s;
  return k * LN2 + s * (2 + z * horner(LOG, z));
}

/** sin h for |h| ≤ π/4. */
export function sin(h: number): number {
  const z = h * h;
  return h + h * z * horner(SIN, z);
}

/** cos h for |h| ≤ π/4. */
export function cos(h: number): number {
  const z = h * h;
  return 1 - z * 0.5 + z * z * horner(COS, z);
}

/** c0 + c1 x + … + c5 x⁵, even and odd powers apart. */
function polynomial5(c: readonly number[], x: number): number {
  const x2 = x * x;
  const even = c[0]! + x2 * (c[2]! + x2 * c[4]!);
  const odd = c[1]! + x2 * (c[3]! + x2 * c[5]!);
  return even + x * odd;
}

/** 2ᵏ and eʰ − 1 of x = k ln 2 + h. */
function split(x: number): [two: number, remainder: number] {
  const k = x * Math.LOG2E + ROUNDER - ROUNDER;
  const h = x - k * LN2_HIGH - k * LN2_LOW;
  const h2 = h * h;
  return [2 ** k, h + h2 * (polynomial5(EXP, h) + h2 * (h2 * h2) * polynomial5(EXP.slice(6), h))];
}

/** eˣ for |x| < 700. */
export function exp(x: number): number {
  const [two, y] = split(x);
  return two + two * y;
}

/** eˣ − 1 for |x| < 700. */
export function expm1(x: number): number {
  const [two, y] = split(x);
  return two - 1 + two * y;
}
