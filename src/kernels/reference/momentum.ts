// Momentum steps in plain TypeScript (docs/theory.md, eqs. 9.2, 9.3): the oracle for assembly/momentum.ts.

import type { MomentumKernels } from "../momentum.ts";
import { growMomentum } from "./growing-momentum.ts";

export const momentumReference: MomentumKernels = {
  stepMomentum({ z, source, rest }, { R, C, Y }, { gamma1, gamma2, gamma3, delta, batch, noise }) {
    const losses = new Float64Array(gamma2.length);
    for (let t = 0; t < losses.length; t++) {
      const P = R.reduce((sum, r) => sum + r, rest);
      losses[t] = P;
      const [g1, g2, g3, a, B] = [gamma1[t]!, gamma2[t]!, gamma3[t]!, 1 - delta[t]!, batch[t]!];
      const G = g2 + g1 * g3;
      for (let i = 0; i < R.length; i++) {
        const [lambda, r, c, y] = [z.re[i]!, R[i]!, C[i]!, Y[i]!];
        const M = B * lambda;
        const Q = B * (B + 1) * lambda * lambda * r + B * source.re[i]! * (P + noise);
        R[i] = r - 2 * G * M * r - 2 * g3 * a * c + G * G * Q + g3 * g3 * a * a * y + 2 * G * g3 * a * M * c;
        Y[i] = a * a * y + 2 * a * g1 * M * c + g1 * g1 * Q;
        C[i] = a * c + g1 * M * r - G * a * M * c - G * g1 * Q - g3 * a * a * y - g3 * a * g1 * M * c;
      }
    }
    return losses;
  },

  growMomentum,
};
