// The theory of the random-features model, cell by cell.

import { phase } from "../../theory/exponents/phases.ts";
import { type PlrfOptions, plrf } from "../../theory/measure/plrf.ts";
import { kernelNorm } from "../../theory/measure/stability.ts";
import { FRONTIER_METHODS, type FrontierOptions, frontier } from "../../theory/plrf/frontier.ts";
import { LOSS_METHODS, type LossMethod, loss } from "../../theory/plrf/loss.ts";
import type { JobKind } from "./kind.ts";
import { given, spectrumOf, spectrumParameters, stepParameters, trainingOf, trainingParameters } from "./parameters.ts";

const deterministic = { seeded: false, memory: () => 0 } as const;

export const phaseJob: JobKind = {
  ...deterministic,
  name: "phase",
  about: "the phase of a point and its compute-optimal exponents",
  revision: 1,
  parameters: spectrumParameters,
  results: { phase: "text", xi: "number", eta: "number", tradeoff: "text", boundary: "text" },
  stats: {},
  curves: [],
  run(p) {
    const { tradeoff, ...rest } = phase(spectrumOf(p));
    return { results: { ...rest, tradeoff: tradeoff?.join(" = ") ?? null } };
  },
};

export const lossJob: JobKind = {
  ...deterministic,
  name: "loss",
  about: "the expected loss P(r) of one model over its training",
  revision: 2,
  parameters: {
    ...spectrumParameters,
    d: { type: "number", about: "model size: number of parameters", least: 1 },
    v: { type: "number", about: "number of data modes; by default 4d", least: 1, default: null },
    ...stepParameters,
    ...trainingParameters,
    horizon: {
      type: "integer",
      about: "the step a schedule is drawn for; by default the last",
      least: 1,
      default: null,
    },
    steps: { type: "numbers", about: "steps r, increasing", least: 0 },
    method: { type: "text", about: "how the curve is computed", choices: LOSS_METHODS, default: "contour" },
  },
  results: { finalLoss: "number", P0: "number", F0: "number", kernelNorm: "number", usedGamma: "number" },
  stats: { converged: "boolean", largestError: "number" },
  curves: ["steps", "flops", "loss"],
  run(p) {
    const model = plrf({
      spectrum: spectrumOf(p),
      ...given<Omit<PlrfOptions, "spectrum">>(p, "d", "v", "gamma", "stepFraction", "batch", "noise"),
    });
    const curve = loss(model, {
      ...{ steps: p.steps as number[], method: p.method as LossMethod },
      ...trainingOf(p),
      ...given<{ horizon?: number }>(p, "horizon"),
    });
    const { P0, F0, gamma: usedGamma } = model;
    return {
      results: { finalLoss: curve.loss.at(-1)!, P0, F0, kernelNorm: kernelNorm(model), usedGamma },
      stats: {
        converged: curve.stats.converged,
        largestError: Math.max(...curve.loss.map((value, i) => curve.stats.error[i]! / value)),
      },
      curves: { steps: curve.steps, flops: curve.flops, loss: curve.loss },
    };
  },
};

export const frontierJob: JobKind = {
  ...deterministic,
  name: "frontier",
  about: "the best model size and loss over a range of compute budgets, and their power laws",
  revision: 2,
  parameters: {
    ...spectrumParameters,
    flops: { type: "numbers", about: "lowest and highest budget f = B·d·r", above: 0, entries: 2 },
    points: { type: "integer", about: "budgets, evenly spaced in log f", least: 3, default: 25 },
    ...stepParameters,
    ...trainingParameters,
    dataRatio: { type: "number", about: "v/d", least: 1, default: 4 },
    method: { type: "text", about: "how the optimum is found", choices: FRONTIER_METHODS, default: "exact" },
  },
  results: {
    xi: "number",
    xiStderr: "number",
    eta: "number",
    etaStderr: "number",
    phase: "text",
    predictedXi: "number",
    predictedEta: "number",
  },
  stats: { converged: "boolean", evaluations: "number", atEdge: "number" },
  curves: ["flops", "d", "loss"],
  run(p) {
    const front = frontier({
      spectrum: spectrumOf(p),
      ...trainingOf(p),
      ...given<Omit<FrontierOptions, "spectrum">>(
        p,
        "flops",
        "points",
        "gamma",
        "stepFraction",
        "batch",
        "dataRatio",
        "method",
        "noise",
      ),
    });
    const { xi, eta } = front.fit;
    const predicted = front.predicted!;
    return {
      results: {
        xi: xi.value,
        xiStderr: xi.stderr,
        eta: eta.value,
        etaStderr: eta.stderr,
        phase: predicted.phase,
        predictedXi: predicted.xi,
        predictedEta: predicted.eta,
      },
      stats: {
        converged: front.stats.converged,
        evaluations: front.stats.evaluations,
        atEdge: front.stats.atEdge,
      },
      curves: { flops: front.flops, d: front.d, loss: front.loss },
    };
  },
};
