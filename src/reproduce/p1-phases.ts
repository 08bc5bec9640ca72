// Paper 1, the phase diagram with the cartoon of each phase: exact loss curves with the components that rule them.

import { curvesFigure, diagramFigure } from "../figures/index.ts";
import { type Component, components, diagram, frontier, logspace, loss, phase, plrf, powerLaw } from "../index.ts";
import { atLeast, type Claim, type Recipe } from "./recipe.ts";

/** A point inside each phase. */
export const POINTS = [
  { alpha: 0.7, beta: 0.3 },
  { alpha: 0.45, beta: 0.3 },
  { alpha: 0.2, beta: 0.8 },
  { alpha: 0.8, beta: 0.6 },
  { alpha: 0.7, beta: 1.2 },
  { alpha: 0.4, beta: 0.9 },
  { alpha: 0.27, beta: 0.8 },
] as const;

export const phases: Recipe = {
  id: "p1-phases",
  title: "The phase diagram, and what rules the loss in each phase",
  settings: "One point inside each phase (ours), v = 4d, γ = ½/Tr D, d = d*(10²²).",
  run({ quick, onProgress }) {
    const claims: Claim[] = [];
    const panels = POINTS.map((point, i) => {
      onProgress(i / POINTS.length);
      const spectrum = powerLaw(point);
      const { phase: name, tradeoff } = phase(point);
      const { d, flops } = frontier({ spectrum, flops: [1e20, 1e24], points: 3 });
      const model = plrf({ spectrum, d: d[1]! });
      const optimum = flops[1]! / d[1]!;
      const steps = logspace(100, Math.min(optimum * 1e3, 1e15), quick ? 25 : 60).map(Math.round);
      const P = loss(model, { steps }).loss;
      const parts = components(model, { steps });
      // at the optimum the two components of the trade-off should be the largest
      const at = components(model, { steps: [Math.round(optimum)] });
      const sizes: Record<Component, number> = { F_0: at.F0, F_pp: at.Fpp[0]!, F_ac: at.Fac[0]!, K_pp: at.Kpp[0]! };
      const share = tradeoff!.reduce((sum, part) => sum + sizes[part], 0) / at.sum[0]!;
      claims.push(
        atLeast(`phase ${name}: share of ${tradeoff!.join(" and ")} in the loss at the optimum`, 0.5, {
          measured: share,
          source: "theory",
        }),
      );
      return {
        title: `${name}: ${tradeoff!.map(subscript).join(" = ")}`,
        x: { label: "steps r", log: true },
        y: { label: "loss", log: true },
        series: [
          { label: "P", x: steps, y: P, role: "accent" as const },
          { label: "F_{0}", x: steps, y: steps.map(() => parts.F0), role: "muted" as const },
          { label: "F_{pp}", x: steps, y: parts.Fpp, category: 0 },
          ...(parts.Fac.some((y) => y > 0) ? [{ label: "F_{ac}", x: steps, y: parts.Fac, category: 1 }] : []),
          ...(parts.Kpp.some((y) => y > 0) ? [{ label: "K_{pp}/γB", x: steps, y: parts.Kpp, category: 2 }] : []),
        ].map((series) => ({
          ...series,
          y: Float64Array.from(series.y, (y) => (y > P.at(-1)! / 300 && y < 10 * P[0]! ? y : Number.NaN)),
        })),
        at: { x: [optimum] },
      };
    });
    const grid = (lo: number, hi: number, n: number) =>
      Float64Array.from({ length: n }, (_, i) => lo + ((hi - lo) * (i + 0.5)) / n);
    const plane = diagram({ alpha: grid(0, 1.4, 64), beta: grid(0, 1.4, 64) });
    return {
      claims,
      figures: [
        diagramFigure({
          setting: "exponents of large compute",
          alpha: [...plane.alpha],
          beta: [...plane.beta],
          phase: plane.phase,
          exponent: "eta",
          predicted: plane.eta.map((row) => [...row]),
        }),
        curvesFigure({
          id: "p1-phases-cartoons",
          title: "What rules the loss in each phase",
          setting: "d = d^{*}(10^{22}), v = 4d, γ = ½/Tr D; the vertical line is the compute-optimal number of steps",
          caption:
            "In each phase the exact loss follows one component after another; where two of them cross lies the optimum.",
          columns: 3,
          panels,
        }),
      ],
      remarks: [
        "The two components of the trade-off make up most of the loss at the optimum. In IVb that takes f beyond 10²⁰: below, F_0 is still the largest part, and falls slowly.",
      ],
    };
  },
};

/** F_pp as F_{pp}. */
const subscript = (name: string): string => name.replace(/_(\w+)/, "_{$1}");
