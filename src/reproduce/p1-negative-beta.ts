// Paper 1, targets that grow harder with the index: α = 0.7 and β about 0, SGD against the theory.

import { curvesFigure } from "../figures/index.ts";
import { logspace, loss, phase, plrf, powerLaw, simulate } from "../index.ts";
import { atMost, type Claim, type Recipe, rootMeanSquare } from "./recipe.ts";

const ALPHA = 0.7;
const BETAS = [-0.2, -0.1, 0, 0.1, 0.2];
const SIZES = [100, 200, 400];

export const negativeBeta: Recipe = {
  id: "p1-negative-beta",
  title: "β about 0: SGD against the theory",
  settings:
    "α = 0.7 and β = −0.2 … 0.2 are the paper's; d = 100, 200, 400, v = 4d, γ = ½/Tr D, B = 1, f ≤ 3·10⁶ and the number of runs are ours.",
  async run({ quick, threads, signal, onProgress }) {
    const budget = quick ? 1e6 : 3e6;
    const claims: Claim[] = [];
    const panels = [];
    for (const [i, beta] of BETAS.entries()) {
      const spectrum = powerLaw({ alpha: ALPHA, beta });
      const { phase: name } = phase({ alpha: ALPHA, beta });
      const named = String(beta).replace("-", "−");
      const series = [];
      let farthest = 0;
      const deviations: number[] = [];
      for (const [k, d] of SIZES.entries()) {
        const model = plrf({ spectrum, d });
        const steps = Float64Array.from(new Set(logspace(1, budget / d, 25).map(Math.round)));
        const theory = loss(model, { steps }).loss;
        // one draw of W is off by a share ~ 1/√d of its loss
        const draws = Math.round((quick ? 1600 : 6400) / d);
        const runs = await simulate(model, {
          steps: steps.at(-1)!,
          record: steps,
          members: 4 * draws,
          draws,
          seed: 4,
          expected: true,
          threads,
          signal,
          onProgress: (done) => onProgress((i + (k + done) / SIZES.length) / BETAS.length),
        });
        deviations.push(...runs.deviation!);
        farthest = Math.max(farthest, ...runs.expected!.map((P, r) => Math.abs(P / theory[r]! - 1)));
        const shade = k / SIZES.length;
        const flops = steps.map((r) => d * r);
        series.push(
          { label: `d = ${d}`, x: flops, y: theory, shade },
          { x: flops, y: runs.mean, low: runs.quartiles.low, high: runs.quartiles.high, mark: "dot" as const, shade },
        );
      }
      claims.push(
        atMost(`β = ${named}: SGD's mean from its exact expectation, r.m.s. in standard errors`, 1.6, {
          measured: rootMeanSquare(deviations),
        }),
        atMost(`β = ${named}: largest |that expectation over the theory − 1|`, 0.06, { measured: farthest }),
      );
      panels.push({
        title: `β = ${named}${name ? `, phase ${name}` : ""}`,
        x: { label: "compute f = d·r (flops)", log: true },
        y: { label: "loss P", log: true },
        series,
      });
    }
    return {
      claims,
      figures: [
        curvesFigure({
          id: "p1-negative-beta",
          title: "SGD against the theory as β passes 0",
          setting: `α = ${ALPHA}, v = 4d, γ = ½/Tr D, B = 1; 4 runs on each of ${quick ? 1600 : 6400}/d draws of W`,
          caption:
            "Curves, theory; dots, mean of the runs; bands, their quartiles. Below β = 0 the theory holds unchanged.",
          columns: 3,
          panels,
        }),
      ],
      remarks: [
        "The closer α + β is to ½, the more of the target lies in modes beyond d, which no training reaches: curves flatten early.",
      ],
    };
  },
};
