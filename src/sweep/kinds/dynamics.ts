// The dynamical model, one problem a cell.

import { dynamics } from "../../theory/dynamics/dynamics.ts";
import { type DynamicsProblem, sourceCapacity } from "../../theory/dynamics/problem.ts";
import { RULES, type Rule } from "../../theory/training/optimizer.ts";
import type { JobKind } from "./kind.ts";
import { given, number } from "./parameters.ts";

export const dynamicsJob: JobKind = {
  name: "dynamics",
  about: "test and train loss of the dynamical model over training time",
  // 2: noise is σ², as everywhere, no longer sigma
  revision: 2,
  seeded: false,
  parameters: {
    a: { type: "number", about: "the target's exponent: c_k = k^(−a)", above: 1 },
    b: { type: "number", about: "the spectrum's exponent: λ_k = k^(−b)", above: 0 },
    N: { type: "number", about: "random features; by default infinitely many", least: 1, default: null },
    P: { type: "number", about: "training samples; by default infinitely many", least: 1, default: null },
    modes: { type: "integer", about: "features of the data; by default infinitely many", least: 1, default: null },
    noise: { type: "number", about: "variance σ² of the label noise, in every loss", least: 0, default: 0 },
    times: { type: "numbers", about: "training times, increasing", least: 0 },
    rule: { type: "text", about: "how the student is trained", choices: RULES, default: "gradient-flow" },
    eta: { type: "number", about: "step of the discrete rules", above: 0, default: null },
    mu: { type: "number", about: "momentum of heavy-ball", above: 0, default: null },
    batch: { type: "integer", about: "samples a step of sgd", least: 1, default: null },
    accuracy: { type: "text", about: "of the quadrature", choices: ["fast", "reference"], default: "fast" },
  },
  results: { finalTest: "number", finalTrain: "number" },
  stats: { converged: "boolean", testError: "number", trainError: "number", nodes: "integer" },
  curves: ["t", "test", "train"],
  memory: () => 0,
  run(p) {
    const momentum = p.mu === null ? {} : { momentum: p.mu };
    const rule = { kind: p.rule, ...given<object>(p, "eta", "batch"), ...momentum } as unknown as Rule;
    const spectrum = sourceCapacity({ a: number(p, "a"), b: number(p, "b") });
    const problem = { spectrum, rule, ...given<Omit<DynamicsProblem, "spectrum">>(p, "N", "P", "modes", "noise") };
    const accuracy = p.accuracy as "fast" | "reference";
    const { times, test, train, stats } = dynamics(problem, { times: p.times as number[], accuracy });
    const { converged, error, trainError, nodes } = stats;
    return {
      results: { finalTest: test.at(-1)!, finalTrain: train.at(-1)! },
      stats: { converged, testError: error, trainError, nodes },
      curves: { t: times, test, train },
    };
  },
};
