// Beyond the papers: one model for both. A finite sample, seen again and again in batches: what it is worth, and networks that agree.

import { curvesFigure } from "../figures/index.ts";
import { logspace, type Reuse, reuse, type Sampling, sgd, simulateDynamics, sourceCapacity } from "../index.ts";
import { scripted } from "../numbers.ts";
import { atMost, type Claim, equals, type Recipe } from "./recipe.ts";

/** Targets and spectra, and decades of U where the plateau has its exponent. */
const CASES = [
  { a: 1.8, b: 1.4, unique: [1e4, 1e7] },
  { a: 2.2, b: 1.5, unique: [1e4, 1e7] },
  { a: 2, b: 1.2, unique: [1e6, 1e9] },
  { a: 1.5, b: 2, unique: [1e3, 1e6] },
] as const;
const EPOCHS = logspace(1, 1000, 31);
const SIZE = { N: 100, P: 200, modes: 300, noise: 0.04 };

export const epochs: Recipe = {
  id: "x-epochs",
  title: "Beyond the papers: samples seen again",
  settings:
    "All ours: N = ∞, σ² = 0, η = 0.2, B = 1, sampling with replacement; networks at N = 100, P = 200, σ² = 0.04, B = 2.",
  async run({ quick, threads, signal, onProgress }) {
    const claims: Claim[] = [];
    const found: Reuse[] = CASES.map(({ a, b, unique }, i) => {
      onProgress((0.5 * i) / CASES.length);
      const U = logspace(unique[0], unique[1], quick ? 3 : 7).map(Math.round);
      const one = reuse({ spectrum: sourceCapacity({ a, b }), unique: U, epochs: EPOCHS, eta: 0.2, signal });
      const { value, stderr } = one.fit.plateau!.exponent;
      claims.push(
        equals(`a = ${a}, b = ${b}: plateau of the worth ∝ U^ρ, ρ`, one.predicted!, 0.02, {
          measured: value,
          uncertainty: stderr,
          source: "theory",
        }),
      );
      return one;
    });
    for (const [i, sampling] of (["replacement", "batch"] as const satisfies Sampling[]).entries()) {
      const { test, train } = await simulateDynamics(
        { ...SIZE, spectrum: sourceCapacity({ a: 1.8, b: 1.4 }), rule: sgd({ eta: 0.2, batch: 2, sampling }) },
        { times: [10, 100, 400], draws: quick ? 40 : 160, seed: 17, threads, signal },
      );
      onProgress(0.5 + 0.25 * (i + 1));
      claims.push(
        atMost(`networks trained with sampling "${sampling}": largest distance from the theory, standard errors`, 4, {
          measured: Math.max(...[...test.deviation, ...train.deviation].map(Math.abs)),
        }),
      );
    }
    return {
      claims,
      figures: [
        curvesFigure({
          id: "x-epochs",
          title: "What samples seen again are worth",
          setting: "N = ∞, σ² = 0, η = 0.2, B = 1",
          caption:
            "Repeated samples are as good as fresh ones until they saturate; larger samples can be repeated more.",
          columns: 2,
          panels: found.map(({ unique, reuse: rows }, i) => ({
            title: `a = ${CASES[i]!.a}, b = ${CASES[i]!.b}`,
            x: { label: "epochs e", log: true },
            y: { label: "worth E, in units of U", log: true },
            series: [
              ...rows.map((row, k) => ({
                label: `U = ${scripted(unique[k]!)}`,
                x: EPOCHS,
                y: row,
                shade: k / Math.max(1, rows.length - 1),
              })),
              { label: "as good as fresh", x: EPOCHS, y: EPOCHS, mark: "dashed" as const, role: "muted" as const },
            ],
          })),
        }),
      ],
      remarks: [
        "The law fitted to language models has one half-life of repeated data, R*; here it grows with the sample, as its plateau does.",
        `R* at (1.8, 1.4): ${[...found[0]!.halfLife].map((R) => R.toPrecision(3)).join(", ")}.`,
      ],
    };
  },
};
