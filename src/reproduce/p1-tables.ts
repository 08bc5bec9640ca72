// Paper 1, its tables: the asymptotics of the components, and the compute-optimal exponents of every phase.

import { curvesFigure } from "../figures/index.ts";
import { components, forcing, kernel, localSlopes, minimisedExponents, phase, plrf, powerLaw } from "../index.ts";
import { pow } from "../math/elementary.ts";
import { POINTS } from "./p1-phases.ts";
import { atMost, type Claim, equals, type Recipe } from "./recipe.ts";

export const tables: Recipe = {
  id: "p1-tables",
  title: "Tables: asymptotics of the components, exponents of every phase",
  settings: "d = 10⁹ at (0.7, 0.3) and (0.8, 0.6), v = 4d, γ = ½/Tr D (ours).",
  run() {
    const claims: Claim[] = [];
    // F_pp: the slope of F − F_0 while training still learns modes, and of K
    const steps = Array.from({ length: 13 }, (_, i) => Math.round(100 * pow(10, i / 4)));
    const panels = [
      { alpha: 0.7, beta: 0.3 },
      { alpha: 0.8, beta: 0.6 },
    ].map((point) => {
      const model = plrf({ spectrum: powerLaw(point), d: 1e9 });
      const F = forcing(model, { steps }).forcing;
      const K = kernel(model, { steps }).kernel;
      const parts = components(model, { steps });
      const { alpha, beta } = point;
      const middle = 6;
      claims.push(
        equals(`(${alpha}, ${beta}): exponent of F_pp`, -(1 + beta / alpha - 1 / (2 * alpha)), 0.01, {
          measured: localSlopes(
            steps,
            F.map((f) => f - model.F0),
          )[middle]!,
        }),
        equals(`(${alpha}, ${beta}): exponent of K_pp`, -2 + 1 / (2 * alpha), 0.01, {
          measured: localSlopes(steps, K)[middle]!,
        }),
        equals(`(${alpha}, ${beta}): F over F_0 + F_pp + F_ac at r = 100`, 1, 0.02, {
          measured: F[0]! / (model.F0 + parts.Fpp[0]! + parts.Fac[0]!),
        }),
      );
      return {
        title: `(${alpha}, ${beta})`,
        x: { label: "steps r", log: true },
        y: { label: "forcing and kernel", log: true },
        series: [
          { label: "F − F_{0}", x: steps, y: F.map((f) => f - model.F0), category: 0 },
          {
            label: "F_{pp} + F_{ac}",
            x: steps,
            y: parts.Fpp.map((f, i) => f + parts.Fac[i]!),
            mark: "dashed" as const,
            category: 0,
          },
          { label: "K", x: steps, y: K, category: 2 },
          { label: "K_{pp}", x: steps, y: parts.Kpp.map((k) => k * model.gamma), mark: "dashed" as const, category: 2 },
        ],
      };
    });
    // F_0 ~ d^{−2α + max(0, 1−2β)}
    for (const { alpha, beta } of POINTS) {
      const sizes = [1e8, 1e9, 1e10];
      const floor = sizes.map((d) => plrf({ spectrum: powerLaw({ alpha, beta }), d }).F0);
      claims.push(
        equals(`(${alpha}, ${beta}): exponent of F_0 in d`, -2 * alpha + Math.max(0, 1 - 2 * beta), 0.02, {
          measured: localSlopes(sizes, floor)[1]!,
        }),
      );
    }
    // the table of exponents against the minimisation it comes from
    let worst = 0;
    for (let i = 0; i < 100; i++)
      for (let k = 0; k < 100; k++) {
        const point = { alpha: 0.0071 + 0.014 * i, beta: 0.0053 + 0.014 * k };
        const row = phase(point);
        const found = minimisedExponents(point);
        if (row.phase && !row.boundary)
          worst = Math.max(worst, Math.abs(row.xi - found.xi), Math.abs(row.eta - found.eta));
      }
    claims.push(
      atMost(
        "table of exponents against min over ξ of the largest component, 10,000 points: largest difference",
        1e-9,
        { measured: worst },
      ),
    );
    return {
      claims,
      figures: [
        curvesFigure({
          id: "p1-tables",
          title: "Forcing and kernel against their asymptotics",
          setting: "d = 10^{9}, v = 4d, γ = ½/Tr D",
          caption: "Solid, exact; dashed, the power laws of the table.",
          panels,
        }),
      ],
      remarks: [
        "Notation across papers: d here is N in Bordelon et al.; v is M; α, β here give b = 2α, a = 2α + 2β there; γB here is the step η of a mean gradient.",
      ],
    };
  },
};
