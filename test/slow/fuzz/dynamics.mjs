// Calls of the dynamical model: finite data, many passes, best sizes.

import * as lib from "../../../build/lib/index.js";
import { problemOf, rulesOf } from "./values.mjs";

export const calls = {
  dynamics: (c) => {
    const model = lib.dynamicsModel(problemOf(c));
    const whole = !["gradient-flow"].includes(model.rule.kind);
    const times = c.rising(1, 1e6).map?.((t) => (whole ? Math.round(t) : t));
    return () => lib.dynamics(model, { times: whole && times ? [...new Set(times)] : times });
  },
  dynamicsExponents: (c) => () =>
    lib.dynamicsExponents({ a: c.real(0.5, 4), b: c.real(0.5, 4), ...c.some({ sgd: () => true }) }),
  sourceCapacity: (c) => () => lib.sourceCapacity({ a: c.real(0.5, 4), b: c.real(0.5, 4) }),
  responses: (c) => {
    const problem = problemOf(c);
    return () => lib.responses(problem, { times: c.rising(0.1, 1e4), modes: c.list(() => c.whole(1, 100), 4) });
  },
  earlyStopping: (c) => {
    const problem = problemOf(c);
    return () => lib.earlyStopping(problem);
  },
  bottleneck: (c) => {
    const problem = problemOf(c);
    return () => lib.bottleneck(problem, { time: c.log(1, 1e6) });
  },
  computeOptimal: (c) => {
    const problem = problemOf(c);
    return () =>
      lib.computeOptimal(problem, {
        compute: c.rising(1e3, 1e9, 3),
        ...c.some({ students: () => c.whole(1, 8), minN: () => c.log(1, 100), maxN: () => c.log(1e3, 1e6) }),
      });
  },
  reuse: (c) => () =>
    lib.reuse({
      spectrum: lib.sourceCapacity({ a: c.real(1.1, 3), b: c.real(1.1, 3) }),
      unique: c.rising(10, 1e4, 2),
      ...c.some({
        epochs: () => c.rising(1, 64, 4).map?.(Math.round),
        N: () => c.log(10, 1e6),
        noise: () => c.log(1e-4, 1),
        eta: () => c.log(1e-4, 1),
        batch: () => c.whole(1, 64),
      }),
    }),
  uniqueOptimal: (c) => () =>
    lib.uniqueOptimal(
      {
        spectrum: lib.sourceCapacity({ a: c.real(1.1, 3), b: c.real(1.1, 3) }),
        ...c.some({ noise: () => c.log(1e-4, 1) }),
      },
      {
        unique: c.rising(10, 1e5, 2),
        compute: c.rising(1e3, 1e8, 2),
        ...c.some({ batch: () => c.whole(1, 64), eta: () => c.log(1e-4, 1) }),
      },
    ),
  batchTradeoff: (c) => () =>
    lib.batchTradeoff({
      spectrum: lib.sourceCapacity({ a: c.real(1.1, 3), b: c.real(1.1, 3) }),
      batches: c.rising(1, 1e3, 3).map?.(Math.round),
      losses: c.list(() => c.log(1e-2, 1), 3),
      ...c.some({ N: () => c.log(10, 1e6), noise: () => c.log(1e-4, 1), eta: () => c.log(1e-4, 1) }),
    }),
  rules: (c) => () => {
    const rule = rulesOf(c);
    return [lib.ruleInWords(rule).length];
  },
  simulateDynamics: (c) => () =>
    lib.simulateDynamics(
      {
        spectrum: lib.sourceCapacity({ a: c.real(1.1, 3), b: c.real(1.1, 3) }),
        N: c.whole(2, 30),
        P: c.whole(2, 30),
        modes: c.whole(5, 60),
        rule: rulesOf(c),
        ...c.some({ noise: () => c.log(1e-4, 1) }),
      },
      {
        times: c.rising(1, 100, 5).map?.(Math.round),
        ...c.some({ draws: () => c.whole(1, 5), seed: () => c.whole(1, 1e9) }),
      },
    ),
};
