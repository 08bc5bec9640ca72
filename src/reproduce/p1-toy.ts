// Paper 1, the toy scaling figure: loss over compute for several d with the optimal edge, an isoFLOP slice, and d*(f).

import { curvesFigure } from "../figures/index.ts";
import { fitPowerLaw, frontier, logspace, loss, plrf, powerLaw } from "../index.ts";
import { log10, pow } from "../math/elementary.ts";
import { equals, type Recipe } from "./recipe.ts";

export const toy: Recipe = {
  id: "p1-toy",
  title: "Loss over compute, an isoFLOP slice, and the best size",
  settings: "α = β = 0.7 as in the paper; v = 4d, γ = ½/Tr D and the range of compute are ours.",
  run({ quick }) {
    const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
    const flops = [1e6, 1e12];
    const front = frontier({ spectrum, flops, points: quick ? 7 : 25 });
    const sizes = logspace(front.d[0]! / 4, front.d.at(-1)! * 4, quick ? 7 : 13);
    const curves = Array.from(sizes, (d) => {
      const steps = logspace(Math.max(1, flops[0]! / d), flops[1]! / d, 60);
      return { d, ...loss(plrf({ spectrum, d }), { steps }) };
    });
    const slice = 1e9;
    const across = logspace(300, 3e6, quick ? 15 : 41);
    const slices = across.map((d) => loss(plrf({ spectrum, d }), { steps: [slice / d] }).loss[0]!);
    const best = front.d[front.flops.findIndex((f) => f >= slice * 0.999)]!;
    const fit = fitPowerLaw(front.flops, front.d);

    return {
      claims: [
        equals("η of the optimal edge", 0.648, 0.02, {
          measured: front.fit.eta.value,
          uncertainty: front.fit.eta.stderr,
        }),
        equals("ξ of d*(f)", 0.5, 0.02, { measured: front.fit.xi.value, uncertainty: front.fit.xi.stderr }),
        equals("log₁₀ of the slice's minimum against d*(f)", log10(best), 0.15, {
          measured: log10(across[slices.indexOf(Math.min(...slices))]!),
          source: "theory",
        }),
      ],
      figures: [
        curvesFigure({
          id: "p1-toy",
          title: "The toy scaling law",
          setting: "α = β = 0.7, v = 4d, γ = ½/Tr D, B = 1",
          caption: "Larger models start slower and end lower; at each compute one size is best.",
          panels: [
            {
              title: "Loss over compute",
              x: { label: "compute f = d·r (flops)", log: true },
              y: { label: "loss P", log: true },
              series: [
                ...curves.map((curve, i) => ({ x: curve.flops, y: curve.loss, shade: i / (curves.length - 1) })),
                { label: "optimal edge P^{*}(f)", x: front.flops, y: front.loss, role: "accent" as const },
              ],
              at: { x: [slice] },
            },
            {
              title: "The slice f = 10^{9}",
              x: { label: "model size d", log: true },
              y: { label: "loss P", log: true },
              series: [{ label: "P at f = 10^{9}", x: across, y: slices }],
              at: { x: [best] },
            },
            {
              title: "The best size",
              x: { label: "compute f = d·r (flops)", log: true },
              y: { label: "optimal size d^{*}", log: true },
              series: [
                { label: "d^{*}(f)", x: front.flops, y: front.d, mark: "dot", role: "accent" },
                {
                  label: `f^{${fit.exponent.value.toFixed(3)}}`,
                  x: front.flops,
                  y: front.flops.map((f) => fit.coefficient * pow(f, fit.exponent.value)),
                  role: "ink",
                },
              ],
            },
          ],
        }),
      ],
      remarks: [
        "The paper's η of 0.648 was measured on a range of compute where finite-size corrections are still felt; the limit is 0.643.",
      ],
    };
  },
};
