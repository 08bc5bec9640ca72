// Paper 1, heat maps of η and ξ over the plane, and the exponents along α = 0.7 with β rising through Ia, II and III.

import { curvesFigure, diagramFigure } from "../figures/index.ts";
import { diagram, frontier, phase, powerLaw } from "../index.ts";
import { atMost, type Recipe } from "./recipe.ts";

const ALPHA = 0.7;
const WINDOW = [1e10, 1e14] as const;

export const exponents: Recipe = {
  id: "p1-exponents",
  title: "Exponents over the phase plane, measured against predicted",
  settings: "α = 0.7 and rising β as in the paper; the window f = 10¹⁰…10¹⁴, v = 4d and γ = ½/Tr D are ours.",
  run({ quick, onProgress, signal }) {
    const n = quick ? 12 : 40;
    const grid = Float64Array.from({ length: n }, (_, i) => (1.4 * (i + 0.5)) / n);
    const predicted = diagram({ alpha: grid, beta: grid });
    const measured = diagram({ alpha: grid, beta: grid, flops: WINDOW });
    onProgress(0.6);
    const rows = (values: Float64Array[]) => values.map((row) => [...row]);
    const maps = (["eta", "xi"] as const).map((exponent) =>
      diagramFigure({
        setting: "f = 10^{10} … 10^{14}, v = 4d, γ = ½/Tr D",
        alpha: [...grid],
        beta: [...grid],
        phase: predicted.phase,
        exponent,
        predicted: rows(predicted[exponent]),
        measured: rows(measured[exponent]),
      }),
    );
    // off the boundaries β = 1/2 and β = α, where the approach is logarithmic
    const count = quick ? 8 : 27;
    const beta = Float64Array.from({ length: count }, (_, i) => 0.1 + (1.3 * i) / (count - 1));
    const fits = Array.from(beta, (b) => {
      signal.throwIfAborted();
      return frontier({ spectrum: powerLaw({ alpha: ALPHA, beta: b }), flops: WINDOW, points: 5 }).fit;
    });
    const line = { eta: fits.map(({ eta }) => eta.value), xi: fits.map(({ xi }) => xi.value) };
    const table = Array.from(beta, (b) => phase({ alpha: ALPHA, beta: b }));
    const worst = (which: "eta" | "xi") => Math.max(...table.map((row, i) => Math.abs(row[which] - line[which][i]!)));
    return {
      claims: [
        atMost("largest |η measured − predicted| along α = 0.7", 0.05, { measured: worst("eta") }),
        atMost("largest |ξ measured − predicted| along α = 0.7", 0.06, { measured: worst("xi") }),
      ],
      figures: [
        ...maps,
        curvesFigure({
          id: "p1-exponents-line",
          title: "Exponents along α = 0.7",
          setting: "β through phases Ia, II and III; f = 10^{10} … 10^{14}",
          caption: "Measured exponents round off the kinks of the predicted ones at β = 1/2 and β = α.",
          panels: (["eta", "xi"] as const).map((which) => ({
            title: which === "eta" ? "η: P^{*} ∝ f^{−η}" : "ξ: d^{*} ∝ f^{ξ}",
            x: { label: "target complexity β" },
            y: { label: which === "eta" ? "η" : "ξ" },
            series: [
              {
                label: "predicted",
                x: beta,
                y: table.map((row) => row[which]),
                mark: "dashed" as const,
                role: "ink" as const,
              },
              { label: "measured", x: beta, y: line[which], mark: "dot" as const, role: "accent" as const },
            ],
            at: { x: [0.5, ALPHA] },
          })),
        }),
      ],
      remarks: ["ξ is ½ all over phases Ib, III and IVa: there d* says nothing about α and β."],
    };
  },
};
