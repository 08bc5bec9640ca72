// The generating functions and the sums over a contour in plain TypeScript (docs/theory.md, eqs. 4.1–4.5): the oracle for
// assembly/contour.ts.

import { abs, add, type Complex, complex, conj, div, exp, expm1, mul, scale, sqrt, sub } from "../../math/complex.ts";
import type { ContourKernels, ContourSum, Transform } from "../contour.ts";
import { type ComplexArray, complexArray } from "../resolvent.ts";
import { resolventReference } from "./resolvent.ts";

const ONE = complex(1);
/** e^{rs} has vanished below this r Re s. */
const VANISHED = -60;
const at = (x: ComplexArray, i: number): Complex => complex(x.re[i]!, x.im[i]!);

function set(x: ComplexArray, i: number, value: Complex): void {
  x.re[i] = value.re;
  x.im[i] = value.im;
}

export const contourReference: ContourKernels = {
  transforms({ modes, d, gamma, batch, kappa0 }, s) {
    const m = s.re.length;
    const quadratics = Array.from({ length: m }, (_, i) => {
      const point = scale(-1, at(s, i));
      const w = exp(point);
      const A = scale(gamma * gamma * batch * (batch + 1), w);
      const b = scale(-2 * gamma * batch, w);
      const c = expm1(point);
      // the root that does not cancel first
      const root = sqrt(sub(mul(b, b), scale(4, mul(A, c))));
      const q = mul(conj(b), root).re < 0 ? scale(-1, root) : root;
      const Q = scale(-0.5, add(b, q));
      return { w, q, z1: div(c, Q), z2: div(Q, A) };
    });
    // ζ = −z; the lower half plane is the mirror image of the upper
    const zeta = quadratics.flatMap(({ z1, z2 }) => [scale(-1, z1), scale(-1, z2)]);
    const folded = complexArray(2 * m);
    const root = complexArray(2 * m);
    zeta.forEach(({ re, im }, i) => {
      set(folded, i, complex(re, Math.abs(im)));
      set(root, i, complex(kappa0 + re, Math.abs(im)));
    });
    const failed = resolventReference.solveKappa(modes, 1 / d, 0, folded, root);
    const sums = resolventReference.modeSums(modes, root);
    const unfolded = (x: ComplexArray, i: number): Complex => (zeta[i]!.im < 0 ? conj(at(x, i)) : at(x, i));
    const C0 = modes.ratio.reduce((sum, u) => sum + u, 0);

    const make = (): Transform => ({ F: complexArray(m), K: complexArray(m), P: complexArray(m) });
    const whole = make();
    const singular = make();
    quadratics.forEach(({ w, q, z1, z2 }, i) => {
      const [near, far] = [2 * i, 2 * i + 1];
      const [kappa, D, G, H] = [root, sums.D, sums.G, sums.H].map((x) => unfolded(x, near)) as Four;
      const [kappa2, D2, G2] = [root, sums.D, sums.G].map((x) => unfolded(x, far)) as Three;
      // zS = z D/d at both points, scaled by γ²B d
      const source = gamma * gamma * batch;
      const Kv = scale(-source, div(mul(z1, D), q));
      const Ks = scale(source, div(mul(z2, D2), q));
      // Φ = G/m, m = ζ/κ
      const m1 = div(zeta[near]!, kappa);
      const phi1 = div(G, m1);
      const phi2 = div(G2, div(zeta[far]!, kappa2));
      // Φ(z₁) − C₀ = −κH + (S/m) G, free of cancellation
      const phiv = sub(scale(1 / d, div(mul(D, G), m1)), mul(kappa, H));
      const Fv = scale(-1, div(phiv, q));
      const Fs = div(sub(phi2, complex(C0)), q);
      const F = div(sub(phi2, phi1), q);
      const K = add(Ks, Kv);
      const open = sub(ONE, mul(w, K));
      const openS = sub(ONE, mul(w, Ks));
      const Pv = div(add(mul(Fv, openS), mul(Fs, mul(w, Kv))), mul(open, openS));
      set(whole.F, i, F);
      set(whole.K, i, K);
      set(whole.P, i, div(F, open));
      set(singular.F, i, Fv);
      set(singular.K, i, Kv);
      set(singular.P, i, Pv);
    });
    return { whole, singular, failed };
  },

  contourSums({ s, ds }, f, g, steps) {
    const sum = (integrand: ComplexArray): ContourSum => {
      const products = Array.from(s.re, (_, i) => scale(1 / Math.PI, mul(at(integrand, i), at(ds, i))));
      const sizes = products.map(abs);
      const value = new Float64Array(steps.length);
      const size = new Float64Array(steps.length);
      for (let k = 0; k < steps.length; k++)
        for (let i = 0; i < products.length && s.re[i]! * steps[k]! > VANISHED; i++) {
          const growth = Math.exp(s.re[i]! * steps[k]!);
          const angle = s.im[i]! * steps[k]!;
          value[k]! += growth * (products[i]!.re * Math.sin(angle) + products[i]!.im * Math.cos(angle));
          size[k]! += growth * sizes[i]!;
        }
      return { value, size };
    };
    return [sum(f), sum(g)];
  },
};

type Three = [Complex, Complex, Complex];
type Four = [Complex, Complex, Complex, Complex];
