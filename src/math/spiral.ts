// A path of ζ refined so that each point is near the last on a log scale: along logarithmic spirals, in steps of |Δ log ζ| that keep
// a guess from the last root where Newton's method converges.

import { abs, complex, exp, mul, scale } from "./complex.ts";
import { atan2, log } from "./elementary.ts";

/** The longest |Δ log ζ| between neighbours: about 18 to a turn. */
const LONGEST_STEP = 0.35;
interface Path {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** The refined path, and where in it the points of the given one are. */
export function spiral({ re, im }: Path): { path: Path; at: Int32Array } {
  const path = { re: [] as number[], im: [] as number[] };
  const at = new Int32Array(re.length);
  let from = complex(re[0]!, im[0]!);
  for (let i = 0; i < re.length; i++) {
    const to = complex(re[i]!, im[i]!);
    const turn = atan2(to.im, to.re) - atan2(from.im, from.re);
    const whole = complex(log(abs(to) / abs(from)), turn);
    const steps = Math.ceil(abs(whole) / LONGEST_STEP);
    for (let step = 1; step < steps; step++) {
      const point = mul(from, exp(scale(step / steps, whole)));
      path.re.push(point.re);
      path.im.push(point.im);
    }
    at[i] = path.re.push(to.re) - 1;
    path.im.push(to.im);
    from = to;
  }
  return { path: { re: Float64Array.from(path.re), im: Float64Array.from(path.im) }, at };
}
