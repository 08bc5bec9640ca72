// Sign SGD at large d in plain TypeScript (docs/theory.md, §12): the oracle for assembly/sign.ts.

import { abs, add, type Complex, complex, div, log1p, mul, scale, sub } from "../../math/complex.ts";
import { INVERSE, ROWS } from "../../math/radau.ts";
import { type ComplexArray, complexArray } from "../resolvent.ts";
import type { Rows, SignKernels, SignNodes } from "./kernels.ts";

const at = ({ re, im }: { re: Float64Array; im: Float64Array }, k: number): Complex => complex(re[k]!, im[k]!);

/** E h, E g_j² h and their slopes in y, for h = 1/(√s+y); the last POWERS are those of (λ/scale)^k. */
function averages({ root, weights }: Rows, y: Complex): { value: Complex[]; slope: Complex[] } {
  const n = root.length;
  const q = Array.from(root, (x) => div(complex(1), add(complex(x), y)));
  const sum = (k: number, f: (q: Complex) => Complex) =>
    q.reduce((s, r, i) => add(s, scale(weights[k * n + i]!, f(r))), complex(0));
  const rows = Array.from({ length: weights.length / n }, (_, k) => k);
  return {
    value: rows.map((k) => sum(k, (r) => r)),
    slope: rows.map((k) => sum(k, (r) => scale(-1, mul(r, r)))),
  };
}

/** The value at λ of mode j: its own, or a polynomial in λ/scale. */
function ofMode({ heads, scale: unit }: Rows, values: readonly Complex[], j: number, lambda: number): Complex {
  if (j < heads) return values[1 + j]!;
  let [sum, power] = [values[0]!, 1];
  for (const c of values.slice(1 + heads)) {
    power *= lambda / unit;
    sum = add(sum, scale(power, c));
  }
  return sum;
}

export const signReference: SignKernels = {
  rowSums(rows, { lambda, trace, energy }, d, zeta, guess) {
    const n = zeta.re.length;
    const out = { y: complexArray(n), trace: complexArray(n), energy: complexArray(n) };
    let y = complex(guess);
    let found: Complex | undefined;
    for (let k = 0; k < n; k++) {
      const target = at(zeta, k);
      let [T, E] = [complex(0), complex(0)];
      for (let iteration = 0, last = false; ; iteration++) {
        const { value, slope } = averages(rows, y);
        let dT = complex(0);
        [T, E] = [complex(0), complex(0)];
        for (let j = 0; j < lambda.length; j++) {
          const l = lambda[j]!;
          const A = scale(l, ofMode(rows, value, j, l));
          const B = scale(l, ofMode(rows, slope, j, l));
          const q = div(complex(1), add(A, target));
          T = add(T, scale(trace[j]! / l, mul(A, q)));
          E = add(E, scale(energy[j]!, q));
          dT = add(dT, scale(trace[j]! / l, mul(mul(B, target), mul(q, q))));
        }
        const f = sub(scale(d, mul(y, value[0]!)), T);
        const df = sub(scale(d, add(value[0]!, mul(y, slope[0]!))), dT);
        if (last) break;
        // Newton in 1/y
        const step = div(f, mul(df, y));
        const size = abs(step);
        if (!(size < Infinity) || iteration === 60) {
          for (const array of Object.values(out)) for (const x of [array.re, array.im]) x.fill(Number.NaN, k);
          return out;
        }
        last = size < 1e-7 || abs(f) < 1e-14 * d;
        y = div(y, add(complex(1), size > 0.7 ? scale(0.7 / size, step) : step));
      }
      put(out.y, k, y);
      put(out.trace, k, T);
      put(out.energy, k, E);
      const before = found;
      found = y;
      if (before) y = div(mul(y, y), before);
    }
    return out;
  },
  stepSign({ z, source, rest, ...closure }, state, { eta, rates, given, noise }) {
    return eta.map((step, t) => {
      const P = state.re.reduce((sum, x) => sum + x, rest);
      if (!given) rates[t] = rateOf(closure, step, P, weighted(z, state), noise);
      for (let k = 0; k < z.re.length; k++) {
        const g = sub(complex(1), scale(rates[t]!, at(z, k)));
        put(state, k, add(mul(mul(g, g), at(state, k)), scale(step * step, at(source, k))));
      }
      return P;
    });
  },

  growSign({ z, source, rest, ...closure }, state, { eta, rates, given, noise, time, slope, before }) {
    const losses = new Float64Array(eta.length / 3).fill(Number.NaN);
    let [P0, S0] = [state.re.reduce((sum, x) => sum + x, rest), weighted(z, state)];
    for (let step = 0; step < losses.length; step++) {
      const part = (values: Float64Array) => values.subarray(3 * step, 3 * step + 3);
      const [T, own] = [part(time), part(rates)];
      const derivative = (x: ArrayLike<number>, x0: number) =>
        T.map((t, q) => ([0, 1, 2].reduce((sum, p) => sum + INVERSE[3 * q + p]! * x[p]!, 0) - ROWS[q]! * x0) / t);
      if (!given) own.fill(before);
      for (let round = 0; ; round++) {
        const drift = derivative(own, before).map((x, q) => (own[q]! > 0 ? x / own[q]! : 0));
        const ends = Array.from(z.re, (_, k) => {
          const stages = [0, 1, 2].map((q) => {
            const more = part(slope)[q]! - drift[q]!;
            return generator(own[q]!, part(eta)[q]!, drift[q]!, more, at(z, k));
          });
          return radau(
            stages.map(({ rate }, q) => scale(T[q]!, rate)),
            stages.map(({ push }, q) => scale(T[q]!, mul(push, at(source, k)))),
            at(state, k),
          );
        });
        const P = [0, 1, 2].map((q) => ends.reduce((sum, stage) => sum + stage[q]!.re, rest));
        const S = [0, 1, 2].map((q) => ends.reduce((sum, stage, k) => sum + mul(at(z, k), stage[q]!).re, 0));
        const [dP, dS] = [derivative(P, P0), derivative(S, S0)];
        const found = own.map((_, q) => rateOf(closure, part(eta)[q]!, P[q]! - dP[q]! / 2, S[q]! - dS[q]! / 2, noise));
        const change = Math.max(...found.map((a, q) => (a === own[q] ? 0 : Math.abs(own[q]! / a - 1))));
        if (given || change < 1e-12) {
          ends.forEach((stage, k) => {
            put(state, k, stage[2]!);
          });
          [P0, S0, before] = [P[2]!, S[2]!, own[2]!];
          break;
        }
        if (round === 400 || Number.isNaN(change)) return losses;
        // plain iteration halved: slow, and sure
        found.forEach((a, q) => {
          own[q] = (own[q]! + a) / 2;
        });
      }
      losses[step] = P0;
    }
    return losses;
  },
};

const put = (array: ComplexArray, k: number, { re, im }: Complex): void => {
  array.re[k] = re;
  array.im[k] = im;
};

/** Re Σ z ρ. */
const weighted = (z: ComplexArray, rho: ComplexArray): number =>
  z.re.reduce((sum, x, k) => sum + x * rho.re[k]! - z.im[k]! * rho.im[k]!, 0);

/** a (12.1, 12.3). */
function rateOf(
  { spread, shape }: Pick<SignNodes, "spread" | "shape">,
  eta: number,
  P: number,
  S: number,
  noise: number,
): number {
  const [most, ...coefficients] = shape;
  const square = Math.min(Math.max((spread * S) / (P + noise), 0), most!);
  const f = coefficients.reduceRight((sum, c) => sum * ((2 * square) / most! - 1) + c, 0);
  return ((2 / Math.PI) * eta * f) / Math.sqrt(P + noise);
}

/** ℓ = 2 log(1−az), and the push κ/source of a step with η²: right to first order in a′/a, η′/η = more + a′/a (12.9). */
function generator(a: number, eta: number, drift: number, more: number, z: Complex): { rate: Complex; push: Complex } {
  const w = mul(scale(a, z), sub(scale(a, z), complex(2)));
  if (abs(w) === 0) return { rate: complex(0), push: complex(eta * eta) };
  const rate = log1p(w);
  const ratio = div(rate, w);
  // θ − ½ = 1/ℓ − 1/w − ½
  const lag = abs(w) < 1e-3 ? scale(-1 / 12, w) : sub(sub(div(complex(1), rate), div(complex(1), w)), complex(0.5));
  const chi = div(scale(2 * drift, lag), sub(complex(2), scale(a, z)));
  const share = sub(sub(complex(1), chi), scale(2 * more, lag));
  return { rate, push: scale(eta * eta, mul(ratio, share)) };
}

/** The stages (Ā − Tℓ)⁻¹ (Ā1 ρ₀ + push), by elimination without pivots. */
function radau(rate: readonly Complex[], push: readonly Complex[], start: Complex): Complex[] {
  const rows = rate.map((r, q) => [
    ...rate.map((_, p) => (p === q ? sub(complex(INVERSE[4 * q]!), r) : complex(INVERSE[3 * q + p]!))),
    add(scale(ROWS[q]!, start), push[q]!),
  ]);
  for (let k = 0; k < 3; k++)
    for (let i = 0; i < 3; i++) {
      if (i === k) continue;
      const factor = div(rows[i]![k]!, rows[k]![k]!);
      rows[i] = rows[i]!.map((x, c) => sub(x, mul(factor, rows[k]![c]!)));
    }
  return rows.map((row, k) => div(row[3]!, row[k]!));
}
