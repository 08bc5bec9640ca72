// Volterra time-stepping in plain TypeScript (docs/theory.md, eqs. 2.1, 2.2): the oracle for assembly/volterra.ts.

import type { VolterraKernels } from "../volterra.ts";
import { growModes } from "./growing-steps.ts";
import { growth } from "./growth.ts";

export const volterraReference: VolterraKernels = {
  stepModes({ z, source, rest }, state, { gamma, batch, noise }) {
    const n = z.re.length;
    const { re, im } = state;
    const losses = new Float64Array(gamma.length);
    for (let r = 0; r < gamma.length; r++) {
      let loss = rest;
      for (let k = 0; k < n; k++) loss += re[k]!;
      losses[r] = loss;
      const q = gamma[r]! * gamma[r]! * batch[r]!;
      const push = q * (loss + noise);
      for (let k = 0; k < n; k++) {
        const { re: x, im: y } = growth(gamma[r]!, batch[r]!, { re: z.re[k]!, im: z.im[k]! });
        const [a, b] = [re[k]!, im[k]!];
        re[k] = a + (x * a - y * b + source.re[k]! * push);
        im[k] = b + (x * b + y * a + source.im[k]! * push);
      }
    }
    return losses;
  },

  growModes,

  powers({ z, forcing, source, rest }, gamma, batch, count) {
    const q = gamma * gamma * batch;
    const F = new Float64Array(count).fill(rest);
    const K = new Float64Array(count);
    for (let k = 0; k < z.re.length; k++) {
      const { re: x, im: y } = growth(gamma, batch, { re: z.re[k]!, im: z.im[k]! });
      let [a, b] = [forcing.re[k]!, forcing.im[k]!];
      let [c, d] = [q * source.re[k]!, q * source.im[k]!];
      for (let r = 0; r < count; r++) {
        F[r]! += a;
        K[r]! += c;
        [a, b] = [a + (x * a - y * b), b + (x * b + y * a)];
        [c, d] = [c + (x * c - y * d), d + (x * d + y * c)];
      }
    }
    return { forcing: F, kernel: K };
  },

  volterra(forcing, kernel) {
    const P = forcing.slice();
    for (let r = 0; r < P.length; r++) for (let s = 0; s < r; s++) P[r]! += kernel[r - 1 - s]! * P[s]!;
    return P;
  },
};
