// Beyond the papers: momentum and the frontier. Heavy ball has SGD's exponents; dimension-adapted momentum (Ferbach et al. 2025)
// has others, derived here.

import { curvesFigure } from "../figures/index.ts";
import { dana, frontier, heavyBall, logspace, loss, type Optimizer, plrf, powerLaw, sgd } from "../index.ts";
import { atMost, type Claim, equals, type Recipe } from "./recipe.ts";

const POINT = { alpha: 1, beta: 0.3 };
const OPTIMIZERS: { readonly name: string; readonly optimizer: Optimizer }[] = [
  { name: "SGD", optimizer: sgd() },
  { name: "heavy ball", optimizer: heavyBall({ momentum: 0.9 }) },
  { name: "DANA-constant", optimizer: dana({ variant: "constant", delta: 8, strength: 1 }) },
  { name: "DANA-decaying", optimizer: dana({ variant: "decaying", delta: 8, strength: 0.2 }) },
];

export const momentum: Recipe = {
  id: "x-momentum",
  title: "Beyond the papers: momentum and the exponents it changes",
  settings:
    "All ours: (1, 0.3) in phase Ia, v = 4d, effective step ½/Tr D, μ = 0.9; δ = 8, strength 1 (constant) and 0.2 (decaying).",
  run({ quick, signal, onProgress }) {
    const spectrum = powerLaw(POINT);
    const claims: Claim[] = [];
    const found = OPTIMIZERS.map(({ name, optimizer }, i) => {
      onProgress(i / OPTIMIZERS.length);
      const front = frontier({ spectrum, flops: [1e12, 1e16], points: quick ? 3 : 5, optimizer, signal });
      claims.push(
        equals(`${name}: η`, front.predicted!.eta, 0.02, {
          measured: front.fit.eta.value,
          uncertainty: front.fit.eta.stderr,
          source: "theory",
        }),
      );
      return { name, front };
    });
    const model = plrf({ spectrum, d: 1e4 });
    const steps = Float64Array.from(new Set(logspace(1, 1e6, 60).map(Math.round)));
    const curve = (optimizer: Optimizer) => loss(model, { steps, optimizer }).loss;
    const curves = OPTIMIZERS.map(({ name, optimizer }) => ({ label: name, x: steps, y: curve(optimizer) }));
    const plain = loss(model, { steps }).loss;
    claims.push(
      atMost("heavy ball with μ = 0 over SGD − 1, the largest at r ≥ 1000", 1e-3, {
        measured: Math.max(
          ...curve(heavyBall({ momentum: 0 })).map((P, i) => (steps[i]! < 1000 ? 0 : Math.abs(P / plain[i]! - 1))),
        ),
        source: "theory",
      }),
    );
    return {
      claims,
      figures: [
        curvesFigure({
          id: "x-momentum",
          title: "Momentum",
          setting: `α = ${POINT.alpha}, β = ${POINT.beta}, v = 4d, effective step ½/Tr D, B = 1`,
          caption:
            "Heavy ball trains as SGD with its effective step; momentum that grows with the width trains faster.",
          panels: [
            {
              title: "Frontiers",
              x: { label: "compute f (flops)", log: true },
              y: { label: "P^{*}(f)", log: true },
              series: found.map(({ name, front }, k) => ({
                label: `${name}, η = ${front.fit.eta.value.toFixed(3)}`,
                x: front.flops,
                y: front.loss,
                category: k,
                ...(name === "heavy ball" ? { mark: "dashed" as const } : {}),
              })),
            },
            {
              title: "Loss at d = 10^{4}",
              x: { label: "steps r", log: true },
              y: { label: "loss P", log: true },
              series: curves.map((series, k) => ({
                ...series,
                category: k,
                ...(series.label === "heavy ball" ? { mark: "dashed" as const } : {}),
              })),
            },
          ],
        }),
      ],
      remarks: ["The exponents of dimension-adapted momentum are derived here, not read from a paper."],
    };
  },
};
