// Beyond the papers, ours: what schedules, momentum and label noise make of the compute-optimal exponents, each frontier beside
// the exponent that the balance of components predicts (docs/theory.md, tables 9.14 and 9.15).

import { curvesFigure } from "../figures/index.ts";
import { cosine, dana, type Frontier, frontier, heavyBall, type Optimizer, optimal, powerLaw, sgd } from "../index.ts";
import { type Claim, type Context, equals, type Outcome, type Recipe } from "./recipe.ts";

interface Line {
  readonly label: string;
  readonly optimizer: Optimizer;
  readonly tuned?: boolean;
}

interface Case {
  readonly title: string;
  readonly alpha: number;
  readonly beta: number;
  readonly flops: readonly [number, number];
  readonly lines: readonly Line[];
}

const TOLERANCE = 0.02;

function recipe(
  about: Pick<Recipe, "id" | "title" | "settings">,
  {
    stepFraction,
    noise,
    cases,
    remarks,
  }: { stepFraction: number; noise: number; cases: readonly Case[]; remarks: string[] },
): Recipe {
  return {
    ...about,
    run({ quick, onProgress, signal }: Context): Outcome {
      const total = cases.reduce((sum, { lines }) => sum + lines.length, 0);
      let done = 0;
      const found = cases.map((one) => ({
        ...one,
        fronts: one.lines.map(({ optimizer, tuned = false }) => {
          const front = frontier({
            ...{ spectrum: powerLaw(one), flops: one.flops, points: quick ? 3 : 7 },
            ...{ stepFraction, noise, optimizer, tuned, signal },
          });
          onProgress(++done / total);
          return front;
        }),
      }));
      return {
        claims: found.flatMap(({ title, lines, fronts }) =>
          lines.map(({ label }, i) => claim(`${title}: η, ${label}`, fronts[i]!)),
        ),
        figures: [
          curvesFigure({
            id: about.id,
            title: about.title,
            setting: `γ ≤ ${stepFraction}/Tr D, v = 4d${noise > 0 ? `, σ² = ${noise}` : ""}`,
            caption: `${about.title}: the lowest loss at each budget; dashed, the predicted power laws through the last point.`,
            panels: found.map(({ title, lines, fronts }) => ({
              title,
              x: { label: "compute f (flops)", log: true },
              y: { label: "optimal loss P^{*}", log: true },
              series: lines.flatMap(({ label }, i) => {
                const { flops, loss, predicted } = fronts[i]!;
                const last = flops.length - 1;
                const eta = predicted!.eta;
                return [
                  { label: `${label}, η = ${eta.toFixed(3)}`, x: flops, y: loss, mark: "dot" as const, category: i },
                  {
                    x: flops,
                    y: flops.map((f) => loss[last]! * (f / flops[last]!) ** -eta),
                    mark: "dashed" as const,
                    category: i,
                  },
                ];
              }),
            })),
          }),
        ],
        remarks,
      };
    },
  };
}

function claim(what: string, { fit, predicted }: Frontier): Claim {
  return equals(what, predicted!.eta, TOLERANCE, {
    measured: fit.eta.value,
    uncertainty: fit.eta.stderr,
    source: "theory",
  });
}

const constant = { label: "constant", optimizer: sgd() };
const best = { label: "best schedule", optimizer: sgd({ schedule: optimal() }) };

export const schedules = recipe(
  {
    id: "x-schedules",
    title: "Schedules change the exponents of phases III and IV, and no others",
    settings: "Ours, in neither paper: the best schedule to leading order, at σ = 0.",
  },
  {
    stepFraction: 0.75,
    noise: 0,
    cases: [
      { title: "II (0.8, 0.6)", alpha: 0.8, beta: 0.6, flops: [1e12, 1e14], lines: [constant, best] },
      { title: "III (0.7, 1.2)", alpha: 0.7, beta: 1.2, flops: [1e14, 1e16], lines: [constant, best] },
      { title: "IVa (0.4, 0.9)", alpha: 0.4, beta: 0.9, flops: [1e16, 1e18], lines: [constant, best] },
    ],
    remarks: ["Warm-up removes the early noise K_pp that limits phases III and IV; decay removes a constant factor."],
  },
);

export const momentum = recipe(
  {
    id: "x-momentum",
    title: "Dimension-adapted momentum changes the exponents, heavy ball does not",
    settings:
      "Ours, in neither paper: heavy ball μ = 0.9; DANA with δ = 8 and strength 1 (constant) or 0.2 (decaying).",
  },
  {
    stepFraction: 0.5,
    noise: 0,
    cases: (
      [
        ["Ia (1, 0.3)", 1, 0.3],
        ["II (1, 0.7)", 1, 0.7],
        ["III (1, 1.3)", 1, 1.3],
      ] as const
    ).map(([title, alpha, beta]) => ({
      title,
      alpha,
      beta,
      flops: [1e14, 1e16] as const,
      lines: [
        { label: "heavy ball", optimizer: heavyBall({ momentum: 0.9 }) },
        { label: "DANA constant", optimizer: dana() },
        { label: "DANA decaying", optimizer: dana({ variant: "decaying" }) },
      ],
    })),
    remarks: ["Heavy ball has the exponents of plain SGD: its effective step is γ/(1−μ) and nothing else."],
  },
);

export const noise = recipe(
  {
    id: "x-noise",
    title: "With label noise a final decay is worth an exponent",
    settings: "Ours, in neither paper: σ² = 1, every step tuned at every budget.",
  },
  {
    stepFraction: 0.75,
    noise: 1,
    cases: (
      [
        ["Ia (0.7, 0.3)", 0.7, 0.3],
        ["II (0.8, 0.6)", 0.8, 0.6],
      ] as const
    ).map(([title, alpha, beta]) => ({
      title,
      alpha,
      beta,
      flops: [1e12, 1e14] as const,
      lines: [
        { ...constant, tuned: true },
        { label: "cosine", optimizer: sgd({ schedule: cosine() }), tuned: true },
        best,
      ],
    })),
    remarks: ["Linear decay suffices for α < 1, cosine for α < 3/2; a constant step never does where 2α > 1."],
  },
);
