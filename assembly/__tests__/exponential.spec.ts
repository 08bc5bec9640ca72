import { cosIn, exp, expm1, quarterTurn, sinIn } from "../exponential";

/** The larger of the lanes' distances to a known value, in units of `scale`. */
function error(got: v128, low: f64, high: f64, scale: f64): f64 {
  return max(Math.abs(f64x2.extract_lane(got, 0) - low), Math.abs(f64x2.extract_lane(got, 1) - high)) / scale;
}

describe("exp and expm1", () => {
  it("have known values", () => {
    const x = f64x2.replace_lane(f64x2.splat(1), 1, -40);
    expect<f64>(error(exp(x), 2.718281828459045, 4.248354255291589e-18, 1)).toBeLessThan(5e-16);
    expect<f64>(f64x2.extract_lane(exp(x), 1) / 4.248354255291589e-18).toBeCloseTo(1, 14);
    const small = f64x2.replace_lane(f64x2.splat(1e-10), 1, -1e-10);
    expect<f64>(error(expm1(small), 1.00000000005e-10, -9.9999999995e-11, 1e-10)).toBeLessThan(3e-16);
  });

  it("agree with the standard library", () => {
    let worst = 0.0;
    for (let i = 0; i < 4000; i++) {
      const x = -600 + 0.3001 * <f64>i;
      const e = NativeMath.exp(x);
      worst = max(worst, error(exp(f64x2.splat(x)), e, e, e));
      const m = NativeMath.expm1(x / 100);
      worst = max(worst, error(expm1(f64x2.splat(x / 100)), m, m, Math.abs(m)));
    }
    expect<f64>(worst).toBeLessThan(5e-16);
  });
});

describe("sine and cosine", () => {
  it("agree with the standard library through many turns", () => {
    let worst = 0.0;
    for (let i = 0; i < 8000; i++) {
      const low = -400 + 0.1 * <f64>i,
        high = 1e-3 * <f64>i;
      const y = f64x2.replace_lane(f64x2.splat(low), 1, high);
      const turn = quarterTurn(y);
      worst = max(worst, error(sinIn(turn, y), NativeMath.sin(low), NativeMath.sin(high), 1));
      worst = max(worst, error(cosIn(turn, y), NativeMath.cos(low), NativeMath.cos(high), 1));
    }
    expect<f64>(worst).toBeLessThan(3e-16);
  });
});
