// Paper 1, the finite-size effect: the exact loss over the estimate from its components, and how slowly measured exponents
// approach the predicted ones, most of all near the boundaries.

import { curvesFigure } from "../figures/index.ts";
import { components, frontier, logspace, loss, plrf, powerLaw } from "../index.ts";
import { log10, pow } from "../math/elementary.ts";
import { atLeast, atMost, type Claim, type Recipe } from "./recipe.ts";

const CASES = [
  { alpha: 0.7, beta: 0.3, name: "Ia, (0.7, 0.3)" },
  { alpha: 0.8, beta: 0.6, name: "II, (0.8, 0.6)" },
  { alpha: 0.7, beta: 1.2, name: "III, (0.7, 1.2)" },
  { alpha: 0.7, beta: 0.51, name: "near β = ½, (0.7, 0.51)" },
];

export const finiteSize: Recipe = {
  id: "p1-finite-size",
  title: "Finite size: exact over estimate, and exponents on their way to the limit",
  settings: "v = 4d, γ = ½/Tr D, d = 10³ … 10⁹; windows of two decades up to f = 10²⁴ (ours).",
  run({ quick, onProgress }) {
    const sizes = quick ? [1e4, 1e7] : [1e3, 1e5, 1e7, 1e9];
    const claims: Claim[] = [];
    const ratios = CASES.slice(0, 3).map(({ name, ...point }) => {
      const all: number[] = [];
      const series = sizes.map((d, i) => {
        const model = plrf({ spectrum: powerLaw(point), d });
        const steps = logspace(100, Math.min(pow(d, 2 * point.alpha), 1e15), 40).map(Math.round);
        const { sum } = components(model, { steps });
        const y = loss(model, { steps }).loss.map((value, k) => value / sum[k]!);
        all.push(...y);
        return { label: `d = 10^{${log10(d)}}`, x: steps, y, shade: i / (sizes.length - 1) };
      });
      claims.push(
        atMost(`${name}: largest loss over its estimate`, 1.9, { measured: Math.max(...all) }),
        atLeast(`${name}: smallest loss over its estimate`, 0.7, { measured: Math.min(...all) }),
      );
      return { title: name, x: { label: "steps r", log: true }, y: { label: "P / estimate" }, series, at: { y: [1] } };
    });
    const windows = logspace(1e8, 1e22, quick ? 4 : 8);
    const gaps = CASES.map(({ name, ...point }, c) => {
      onProgress(0.3 + (0.7 * c) / CASES.length);
      const y = windows.map((lo) => {
        const { fit, predicted } = frontier({ spectrum: powerLaw(point), flops: [lo, 100 * lo], points: 3 });
        return Math.abs(fit.eta.value - predicted!.eta);
      });
      return { label: name, x: windows.map((lo) => 10 * lo), y };
    });
    const closing = ({ y }: { y: Float64Array }) => y[0]! / y.at(-1)!;
    claims.push(
      ...gaps
        .slice(1, 3)
        .map((gap) => atLeast(`${gap.label}: the gap in η shrinks by`, 1.5, { measured: closing(gap) })),
      atLeast("near β = ½ the gap stays larger than inside phase II, by", 1, {
        measured: gaps[3]!.y.at(-1)! / gaps[1]!.y.at(-1)!,
      }),
    );
    return {
      claims,
      figures: [
        curvesFigure({
          id: "p1-finite-size",
          title: "Exact loss over the estimate from its components",
          setting: "v = 4d, γ = ½/Tr D, B = 1",
          caption: "The estimate is right up to a factor of order one, throughout training.",
          panels: ratios,
        }),
        curvesFigure({
          id: "p1-finite-size-gap",
          title: "How the gap to the predicted exponent closes",
          caption:
            "The distance of the measured η from its limit, over windows of two decades: slow, and slowest near a boundary.",
          panels: [
            {
              x: { label: "middle of the window f (flops)", log: true },
              y: { label: "|η − predicted|", log: true },
              series: gaps,
            },
          ],
        }),
      ],
      remarks: [],
    };
  },
};
