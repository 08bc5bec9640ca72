// Brent's minimisation of a smooth function of one variable (Brent 1973, chapter 5): parabolic steps guarded by golden section.

/** 2 − φ: where a golden section cuts. */
const GOLDEN = (3 - Math.sqrt(5)) / 2;

export interface Minimum {
  readonly x: number;
  readonly value: number;
}

/** The minimum in [low, high], to an absolute `tolerance` in x. */
export function brent(f: (x: number) => number, low: number, high: number, tolerance: number): Minimum {
  let x = low + GOLDEN * (high - low);
  let [w, v] = [x, x];
  let fx = f(x);
  let [fw, fv] = [fx, fx];
  let [step, last] = [0, 0];
  for (let iteration = 0; iteration < 200; iteration++) {
    const middle = (low + high) / 2;
    if (Math.abs(x - middle) <= 2 * tolerance - (high - low) / 2) break;
    let golden = true;
    if (Math.abs(last) > tolerance) {
      // parabola through x, w, v
      const r = (x - w) * (fx - fv);
      let q = (x - v) * (fx - fw);
      let p = (x - v) * q - (x - w) * r;
      q = 2 * (q - r);
      if (q > 0) p = -p;
      q = Math.abs(q);
      if (Math.abs(p) < Math.abs((q * last) / 2) && p > q * (low - x) && p < q * (high - x)) {
        last = step;
        step = p / q;
        const u = x + step;
        if (u - low < 2 * tolerance || high - u < 2 * tolerance) step = Math.sign(middle - x) * tolerance;
        golden = false;
      }
    }
    if (golden) {
      last = x < middle ? high - x : low - x;
      step = GOLDEN * last;
    }
    const u = x + (Math.abs(step) >= tolerance ? step : Math.sign(step) * tolerance);
    const fu = f(u);
    if (fu <= fx) {
      if (u < x) high = x;
      else low = x;
      [v, fv, w, fw, x, fx] = [w, fw, x, fx, u, fu];
    } else {
      if (u < x) low = u;
      else high = u;
      if (fu <= fw || w === x) [v, fv, w, fw] = [w, fw, u, fu];
      else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
    }
  }
  return { x, value: fx };
}
