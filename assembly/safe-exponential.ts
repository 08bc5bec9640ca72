// Bounds on lanes: what keeps the exponents of a far trial step where e^x is right, and residuals within ±δ.

import { exp } from "./exponential";
import { splatAt } from "./lanes";
import { S, V } from "./width";

const LEAST = memory.data<f64>([-700]);
const MOST = memory.data<f64>([700]);

/** x within the bounds; NaN stays. */
// @ts-ignore: decorator
@inline
export function clamp(x: V, least: V, most: V): V {
  if (isVector<V>()) return f64x2.pmin(f64x2.pmax(x, least), most);
  else return min(max(x, least), most);
}

/** The same in f32. */
// @ts-ignore: decorator
@inline
export function clamp32(x: S, least: S, most: S): S {
  if (isVector<S>()) return f32x4.pmin(f32x4.pmax(x, least), most);
  else return min(max(x, least), most);
}

/** e^x of x within ±700. */
// @ts-ignore: decorator
@inline
export function safeExp(x: V): V {
  return exp(clamp(x, splatAt(LEAST), splatAt(MOST)));
}
