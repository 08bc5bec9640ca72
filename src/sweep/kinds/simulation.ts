// Ensembles of one-pass SGD, one seed a cell.

import { SIMULATION_METHODS, type SimulationOptions, simulate } from "../../simulation/ensemble.ts";
import { type PlrfOptions, plrf } from "../../theory/measure/plrf.ts";
import type { JobKind } from "./kind.ts";
import { given, number, spectrumOf, spectrumParameters, stepParameters, trainingParameters } from "./parameters.ts";

export const simulateJob: JobKind = {
  name: "simulate",
  about: "an ensemble of one-pass SGD runs",
  // 2: noise is σ², as everywhere, no longer σ
  revision: 2,
  seeded: true,
  parameters: {
    ...spectrumParameters,
    d: { type: "integer", about: "model size: number of parameters", least: 1 },
    v: { type: "integer", about: "number of data modes; by default 4d", least: 1, default: null },
    ...stepParameters,
    steps: { type: "integer", about: "steps to run", least: 1 },
    record: { type: "integer", about: "losses recorded, spread in the logarithm of the steps", least: 2, default: 50 },
    members: { type: "integer", about: "runs of SGD", least: 1, default: 32 },
    draws: { type: "integer", about: "draws of W the members share; by default one each", least: 1, default: null },
    noise: trainingParameters.noise,
    method: { type: "text", about: "how a step is made", choices: SIMULATION_METHODS, default: "spectral" },
  },
  results: { finalLoss: "number", finalStderr: "number" },
  stats: { converged: "boolean", diverged: "integer", failedEigenvalues: "integer" },
  curves: ["r", "flops", "mean", "stderr"],
  // W, and of the spectral method the Gram matrix; beside them one of each while they are made
  memory: (p) => 16 * number(p, "d") * ((p.v as number | null) ?? 4 * number(p, "d")),
  async run(p, seed) {
    const model = plrf({
      spectrum: spectrumOf(p),
      ...given<Omit<PlrfOptions, "spectrum">>(p, "d", "v", "gamma", "stepFraction", "batch", "noise"),
    });
    const options = given<SimulationOptions>(p, "steps", "record", "members", "draws", "method");
    const { steps, flops, mean, stderr, stats } = await simulate(model, { ...options, seed });
    const { converged, diverged, failedEigenvalues } = stats;
    return {
      results: { finalLoss: mean.at(-1)!, finalStderr: stderr.at(-1)! },
      stats: { converged, diverged, failedEigenvalues },
      curves: { r: steps, flops, mean, stderr },
    };
  },
};
