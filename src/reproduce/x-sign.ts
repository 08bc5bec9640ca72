// Beyond the papers: sign SGD, Adam without memory. Its exponents beside SGD's, from what compute on it beats SGD, its best schedule,
// and networks.

import { curvesFigure } from "../figures/index.ts";
import {
  type Frontier,
  frontier,
  loss,
  optimal,
  phase,
  plrf,
  powerLaw,
  type Spectrum,
  sgd,
  signSgd,
  simulate,
  warmupStableDecay,
} from "../index.ts";
import { exp, log } from "../math/elementary.ts";
import { atLeast, atMost, type Claim, equals, type Recipe } from "./recipe.ts";

const CASES = [
  { alpha: 0.7, beta: 0.3 },
  { alpha: 0.8, beta: 0.6 },
  { alpha: 0.7, beta: 1.2 },
  { alpha: 0.4, beta: 0.9 },
];
const FLOPS = [1e8, 1e14];
/** Of the map, and f at which the losses are compared. */
const ALPHAS = [0.4, 0.6, 0.8, 1];
const BETAS = [0.3, 0.6, 0.9, 1.2, 1.5];
const COMPARED = 1e12;
/** Below it models have too few features for the theory. */
const LEAST = 1e4;
const NETWORKS = { d: 200, v: 800, steps: 3000, eta: 0.002 };

type Way = (spectrum: Spectrum, setting: { flops: number[]; points: number; signal: AbortSignal }) => Frontier;
const decaying = signSgd({ schedule: warmupStableDecay({ decay: 0.2 }) });
const bySgd: Way = (spectrum, setting) => frontier({ ...setting, spectrum, stepFraction: 0.5 });
const bySign: Way = (spectrum, setting) => frontier({ ...setting, spectrum, tuned: true, optimizer: decaying });
const WAYS: readonly { readonly name: string; readonly of: Way }[] = [
  { name: "SGD, constant step", of: bySgd },
  {
    name: "SGD, best schedule",
    of: (spectrum, setting) =>
      frontier({ ...setting, spectrum, stepFraction: 0.75, optimizer: sgd({ schedule: optimal() }) }),
  },
  { name: "sign SGD, final decay", of: bySign },
  {
    name: "sign SGD, constant η",
    of: (spectrum, setting) => frontier({ ...setting, spectrum, tuned: true, optimizer: signSgd() }),
  },
];

export const sign: Recipe = {
  id: "x-sign",
  title: "Beyond the papers: sign SGD, the limit of Adam",
  settings:
    "All ours: v = 4d, B = 1, no label noise; SGD at ½/Tr D, its best schedule up to ¾/Tr D, sign SGD with η tuned, and with a linear decay over the last fifth; networks at d = 200, v = 800.",
  async run({ quick, threads, signal, onProgress }) {
    const claims: Claim[] = [];
    const points = quick ? 4 : 7;
    const panels = CASES.map((point, i) => {
      const spectrum = powerLaw(point);
      const fronts = WAYS.map(({ name, of }, k) => {
        onProgress((0.5 * (i + k / WAYS.length)) / CASES.length);
        return { name, front: of(spectrum, { flops: FLOPS, points, signal }) };
      });
      const [plain, best, decayed, constant] = fronts.map(({ front }) => front.slopes.eta.at(-1)!) as [
        number,
        number,
        number,
        number,
      ];
      const at = `(${point.alpha}, ${point.beta}), phase ${phase(point).phase}`;
      claims.push(
        equals(
          `${at}: η of sign SGD with a final decay, in the last of the decades, as of SGD's best schedule`,
          best,
          0.02,
          {
            measured: decayed,
            source: "theory",
          },
        ),
      );
      if (phase(point).phase === "III")
        claims.push(
          atLeast(`${at}: what the normalised drift adds to SGD's η, no schedule`, 0.05, {
            measured: constant - plain,
          }),
        );
      return {
        title: at,
        x: { label: "compute f (flops)", log: true },
        y: { label: "η from budget to budget" },
        series: fronts.map(({ name, front }, k) => ({
          label: name,
          x: front.flops,
          y: front.slopes.eta,
          category: k,
        })),
      };
    });
    const map = ALPHAS.map((alpha, i) => ({
      alpha,
      ...along(
        BETAS.map((beta, k) => {
          onProgress(0.5 + (0.3 * (i + k / BETAS.length)) / ALPHAS.length);
          const setting = { flops: [LEAST, COMPARED], points: quick ? 3 : 5, signal };
          return [bySgd(powerLaw({ alpha, beta }), setting), bySign(powerLaw({ alpha, beta }), setting)] as const;
        }),
      ),
    }));
    const { steps, theory, runs } = await networks({ quick, threads, signal });
    onProgress(1);
    const [plain] = runs;
    claims.push(
      atMost("networks after a tenth of their steps: largest distance from the theory, standard errors", 4, {
        measured: Math.max(
          ...steps.map((r, k) =>
            r < NETWORKS.steps / 10 ? 0 : Math.abs(plain!.mean[k]! - theory[k]!) / plain!.stderr[k]!,
          ),
        ),
      }),
    );
    return {
      claims,
      figures: [
        curvesFigure({
          id: "x-sign",
          title: "Exponents of the frontier of sign SGD",
          setting: "v = 4d, B = 1, no label noise",
          caption:
            "P^{*} ~ f^{−η}. Normalised by the loss, the drift warms up by itself: with a final decay sign SGD has the exponents of SGD's best schedule.",
          columns: 2,
          panels,
        }),
        curvesFigure({
          id: "x-sign-map",
          title: "Where sign SGD beats SGD",
          setting: "v = 4d, SGD at ½/Tr D, sign SGD with η tuned and a final decay",
          caption:
            "The factor in the loss, and the compute from which sign SGD is ahead: at 10^{4}, the least looked at, it may have been before.",
          columns: 2,
          panels: [
            {
              x: { label: "β" },
              y: { label: "P^{*} of SGD over that of sign SGD, f = 10^{12}", log: true },
              at: { y: [1] },
              series: map.map(({ alpha, factor }, k) => ({ label: `α = ${alpha}`, x: BETAS, y: factor, category: k })),
            },
            {
              x: { label: "β" },
              y: { label: "f from which sign SGD is ahead", log: true },
              series: map.map(({ alpha, ahead }, k) => ({ label: `α = ${alpha}`, x: BETAS, y: ahead, category: k })),
            },
          ],
        }),
        curvesFigure({
          id: "x-sign-networks",
          title: "Sign SGD on networks, and with memory",
          setting: `α = 0.7, β = 0.9, d = ${NETWORKS.d}, v = ${NETWORKS.v}, η = ${NETWORKS.eta} decaying linearly to 0`,
          caption: "The theory has no momentum: the sign of an average (signum) is simulated beside it.",
          panels: [
            {
              x: { label: "steps r", log: true },
              y: { label: "loss P", log: true },
              series: [
                { label: "theory, no momentum", x: steps, y: theory, role: "ink" as const },
                ...runs.map(({ name, mean, stderr }, k) => ({
                  label: name,
                  x: steps,
                  y: mean,
                  low: mean.map((P, q) => P - 2 * stderr[q]!),
                  high: mean.map((P, q) => P + 2 * stderr[q]!),
                  mark: "dot" as const,
                  category: k,
                })),
              ],
            },
          ],
        }),
      ],
      remarks: [
        `The exponents are approached from above: the noise that the decay leaves, and the share of the steps that are warm-up, still fall (docs/theory.md, §12).`,
        ...map.map(
          ({ alpha, factor, ahead }) =>
            `α = ${alpha}, β = ${BETAS.join(", ")}: factor at 10¹² ${Array.from(factor, (x) => x.toFixed(2)).join(", ")}; ahead from f = ${Array.from(ahead, (f) => (Number.isNaN(f) ? "beyond" : f.toExponential(0))).join(", ")}.`,
        ),
      ],
    };
  },
};

/** By how much sign SGD's loss is lower at the last budget, and the f at which the two frontiers cross; NaN where sign SGD is not ahead at the end. */
function along(pairs: readonly (readonly [Frontier, Frontier])[]): { factor: Float64Array; ahead: Float64Array } {
  const lead = pairs.map(([plain, signs]) => plain.loss.map((P, i) => log(P / signs.loss[i]!)));
  return {
    factor: Float64Array.from(lead, (row) => exp(row.at(-1)!)),
    ahead: Float64Array.from(lead, (row, k) => {
      const x = pairs[k]![0].flops.map(log);
      // the last budget at which SGD is ahead
      const i = row.findLastIndex((y) => y <= 0);
      if (i === row.length - 1) return Number.NaN;
      return i < 0 ? exp(x[0]!) : exp(x[i]! - (row[i]! * (x[i + 1]! - x[i]!)) / (row[i + 1]! - row[i]!));
    }),
  };
}

async function networks({ quick, threads, signal }: { quick: boolean; threads: number; signal: AbortSignal }) {
  const { d, v, steps: T, eta } = NETWORKS;
  const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.9 }), d, v });
  const of = (momentum: number) =>
    signSgd({ step: eta, schedule: { kind: "linear" }, ...(momentum > 0 ? { momentum } : {}) });
  const record = Float64Array.from(new Set([1, 10, 30, 100, 300, 600, 1000, 1500, 2000, 2500, 2800, T]));
  const theory = loss(model, { steps: record, optimizer: of(0), horizon: T }).loss;
  const runs: { name: string; mean: Float64Array; stderr: Float64Array }[] = [];
  for (const momentum of [0, 0.9]) {
    const members = quick ? 8 : 40;
    const setting = { steps: T, record, horizon: T, members, method: "dense" as const, seed: 5, threads, signal };
    const { mean, stderr } = await simulate(model, { ...setting, optimizer: of(momentum), force: true });
    runs.push({ name: momentum > 0 ? "networks, μ = 0.9" : "networks", mean, stderr });
  }
  return { steps: record, theory, runs };
}
