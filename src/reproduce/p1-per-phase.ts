// Paper 1, in each of the seven phases: loss curves with the frontier, and the fit of d*(f).

import { curvesFigure } from "../figures/index.ts";
import { frontier, logspace, loss, plrf, powerLaw } from "../index.ts";
import { POINTS } from "./p1-phases.ts";
import { type Claim, equals, type Recipe } from "./recipe.ts";

/** Phases that approach their limit slowly (finite-size effect): the tolerance says how far they are at f = 10²⁰. */
const SLOW: Record<string, number> = { Ic: 0.03, IVb: 0.03 };

export const perPhase: Recipe = {
  id: "p1-per-phase",
  title: "Frontier and best size in each of the seven phases",
  settings: "One point inside each phase, f = 10¹² … 10²⁰, v = 4d, γ = ½/Tr D (ours).",
  run({ quick, onProgress }) {
    const claims: Claim[] = [];
    const panels = POINTS.flatMap((point, i) => {
      onProgress(i / POINTS.length);
      const spectrum = powerLaw(point);
      const flops = [1e12, 1e20];
      const front = frontier({ spectrum, flops, points: quick ? 5 : 13 });
      const { phase: name, xi, eta } = front.predicted!;
      const tolerance = SLOW[name!] ?? 0.01;
      claims.push(
        equals(`${name} (${point.alpha}, ${point.beta}): ξ`, xi, tolerance, {
          measured: front.fit.xi.value,
          uncertainty: front.fit.xi.stderr,
        }),
        equals(`${name} (${point.alpha}, ${point.beta}): η`, eta, tolerance, {
          measured: front.fit.eta.value,
          uncertainty: front.fit.eta.stderr,
        }),
      );
      const sizes = logspace(front.d[0]! / 2, front.d.at(-1)! * 2, 9);
      const curves = Array.from(sizes, (d, k) => {
        const { flops: x, loss: y } = loss(plrf({ spectrum, d }), {
          steps: logspace(Math.max(64, flops[0]! / d), flops[1]! / d, 50),
        });
        return { x, y, shade: k / (sizes.length - 1) };
      });
      return [
        {
          title: `${name}: P^{*} ∝ f^{−${front.fit.eta.value.toFixed(3)}}, predicted ${eta.toFixed(3)}`,
          x: { label: "compute f (flops)", log: true },
          y: { label: "loss P", log: true },
          series: [...curves, { label: "P^{*}", x: front.flops, y: front.loss, role: "accent" as const }],
        },
        {
          title: `${name}: d^{*} ∝ f^{${front.fit.xi.value.toFixed(3)}}, predicted ${xi.toFixed(3)}`,
          x: { label: "compute f (flops)", log: true },
          y: { label: "best size d^{*}", log: true },
          series: [{ label: "d^{*}", x: front.flops, y: front.d, mark: "dot" as const, role: "accent" as const }],
        },
      ];
    });
    return {
      claims,
      figures: [
        curvesFigure({
          id: "p1-per-phase",
          title: "The seven phases",
          setting: "v = 4d, γ = ½/Tr D, B = 1",
          caption: "Left, loss curves of several d and their lower edge; right, the best size.",
          columns: 2,
          panels,
        }),
      ],
      remarks: [
        "Ic and IVb are slow: their local slopes still drift at f = 10²⁰ (finite-size effect), hence their wider tolerance.",
      ],
    };
  },
};
