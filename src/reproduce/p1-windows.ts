// Paper 1, the sensitivity of a measured ξ to the window of compute it is fitted on.

import { curvesFigure } from "../figures/index.ts";
import { type Frontier, fitPowerLaw, frontier, logspace, powerLaw } from "../index.ts";
import { pow } from "../math/elementary.ts";
import { atLeast, atMost, type Recipe } from "./recipe.ts";

const WINDOWS = [
  [1e6, 1e8],
  [2e6, 5e7],
] as const;

export const windows: Recipe = {
  id: "p1-windows",
  title: "ξ from one window of compute against another",
  settings:
    "The windows [10⁶, 10⁸] and [2·10⁶, 5·10⁷] are the paper's; α = β = 0.7, a doubling grid of d and γ = ½/Tr D are ours.",
  run({ quick }) {
    const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
    const sizes = logspace(200, 51_200, 9); // doubling, as in the paper's experiments
    const points = quick ? 9 : 25;
    const fits = WINDOWS.map((flops) => {
      const found = frontier({ spectrum, flops, points, method: "envelope", sizes });
      return { flops, found, fit: fitPowerLaw(found.flops, found.d) };
    });
    const [exact, narrow] = WINDOWS.map((flops) => frontier({ spectrum, flops, points })) as [Frontier, Frontier];
    const values = fits.map(({ fit }) => fit.exponent.value);
    return {
      claims: [
        atLeast("difference in ξ between the windows, over the difference of the exact frontier", 5, {
          measured: Math.abs(values[0]! - values[1]!) / Math.abs(exact.fit.xi.value - narrow.fit.xi.value),
        }),
        atMost("|ξ − ½| from the first window", 0.1, {
          measured: Math.abs(values[0]! - 0.5),
          uncertainty: fits[0]!.fit.exponent.stderr,
        }),
        atMost("|ξ − ½| from the second window", 0.1, {
          measured: Math.abs(values[1]! - 0.5),
          uncertainty: fits[1]!.fit.exponent.stderr,
        }),
        atMost("|ξ − ½| of the exact frontier on the first window", 0.02, {
          measured: Math.abs(exact.fit.xi.value - 0.5),
          source: "theory",
        }),
      ],
      figures: [
        curvesFigure({
          id: "p1-windows",
          title: "The envelope of a grid of d climbs in stairs",
          setting: "α = β = 0.7, d = 200 … 51,200 doubling, v = 4d, γ = ½/Tr D",
          caption: "On a doubling grid d* moves in steps of two; a fit depends on where the window cuts the stairs.",
          panels: fits.map(({ flops, found, fit }) => ({
            title: `window ${flops[0].toExponential(0)} … ${flops[1].toExponential(0)}: ξ = ${fit.exponent.value.toFixed(3)}`,
            x: { label: "compute f (flops)", log: true },
            y: { label: "best size d^{*}", log: true },
            series: [
              { label: "envelope", x: found.flops, y: found.d, mark: "dot" as const, category: 0 },
              { label: "exact", x: exact.flops, y: exact.d, role: "accent" as const },
              {
                label: "fit",
                x: found.flops,
                y: found.flops.map((f) => fit.coefficient * pow(f, fit.exponent.value)),
                role: "ink" as const,
              },
            ],
          })),
        }),
      ],
      remarks: ["The exact frontier has no stairs: its ξ does not depend on the window to this accuracy."],
    };
  },
};
