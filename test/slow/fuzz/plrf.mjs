// Calls of random features trained on fresh samples: theory, schedules, simulation. Each draws its arguments first, and gives what is called.

import * as lib from "../../../build/lib/index.js";
import { modelOf, optimizerOf, scheduleOf, spectrumOf, stepsOf } from "./values.mjs";

export const calls = {
  phase: (c) => () => lib.phase({ alpha: c.real(0, 2), beta: c.real(-1, 3) }),
  powerLaw: (c) => () => lib.powerLaw({ alpha: c.real(0, 2), beta: c.real(-1, 3) }),
  measured: (c) => () =>
    lib.measured({ eigenvalues: c.list(() => c.log(1e-6, 1)), energies: c.list(() => c.log(1e-6, 1)) }),
  plrf: (c) => () => modelOf(c),
  loss: (c) => {
    const [model, steps] = [modelOf(c), stepsOf(c)];
    return () => lib.loss(model, { steps, ...c.some({ method: () => c.pick(["contour", "modes"]) }) });
  },
  trainedLoss: (c) => {
    const [model, steps, optimizer] = [modelOf(c), c.rising(1, c.pick([30, 1e3, 1e6])), optimizerOf(c)];
    return () => lib.loss(model, { steps, optimizer, ...c.some({ horizon: () => c.whole(1, 1e6) }) });
  },
  forcing: (c) => {
    const model = modelOf(c);
    return () => lib.forcing(model, { steps: stepsOf(c) });
  },
  kernel: (c) => {
    const model = modelOf(c);
    return () => lib.kernel(model, { steps: stepsOf(c) });
  },
  components: (c) => {
    const model = modelOf(c);
    return () => lib.components(model, { steps: stepsOf(c) });
  },
  spectralDensity: (c) => {
    const model = modelOf(c);
    return () => lib.spectralDensity(model, c.some({ lambda: () => c.rising(1e-8, 2) }));
  },
  stability: (c) => {
    const model = modelOf(c);
    return () => [lib.kernelNorm(model) > 0 || "unstable", lib.stability(model.modes, model.d, model.batch)];
  },
  frontier: (c) => () =>
    lib.frontier({
      ...{ spectrum: spectrumOf(c), flops: [c.log(300, 1e9), c.log(1e10, 1e20)], points: c.whole(3, 6) },
      ...c.some({
        method: () => c.pick(lib.FRONTIER_METHODS),
        stepFraction: () => c.log(1e-3, 1),
        batch: () => c.whole(1, 64),
        dataRatio: () => c.log(1, 50),
      }),
    }),
  trainedFrontier: (c) => () =>
    lib.frontier({
      spectrum: spectrumOf(c),
      flops: [c.log(300, 1e5), c.log(1e6, 1e9)],
      points: 3,
      ...(c.random() < 0.7 ? { optimizer: optimizerOf(c) } : {}),
      ...c.some({ noise: () => c.log(1e-4, 1), stepFraction: () => c.log(1e-2, 1) }),
    }),
  diagram: (c) => () =>
    lib.diagram({
      alpha: c.list(() => c.real(0.05, 2), 4),
      beta: c.list(() => c.real(0, 2), 4),
      ...c.some({ flops: () => [c.log(1e4, 1e10), c.log(1e11, 1e20)] }),
    }),
  trainedExponents: (c) => () =>
    lib.trainedExponents(spectrumOf(c), {
      optimizer: optimizerOf(c),
      noise: c.random() < 0.5,
      tuned: c.random() < 0.5,
    }),
  tailFit: (c) => () => lib.tailFit(spectrumOf(c), c.some({ window: () => [c.whole(1, 10), c.whole(20, 60)] })),
  bestAtBudget: (c) => () =>
    lib.bestAtBudget({
      spectrum: spectrumOf(c),
      flops: c.log(1e3, 1e6),
      family: c.pick([...lib.FAMILIES]),
      ...c.some({ noise: () => c.log(1e-4, 1), batch: () => c.whole(1, 8) }),
    }),
  compareSchedules: (c) => {
    const [model, schedule] = [modelOf(c), scheduleOf(c)];
    return () => lib.compareSchedules(model, [{ name: "one", schedule }], c.whole(1, 1e6));
  },
  optimalSchedule: (c) => {
    const model = modelOf(c);
    return () => [1, 10, 1e3].map((r) => lib.optimalSchedule(model, c.whole(1, 1e9)).shape.at(r));
  },
  stableMultiple: (c) => {
    const model = modelOf(c);
    return () => lib.stableMultiple(model, optimizerOf(c))(c.whole(1, 1e6)) > 0;
  },
  logspace: (c) => () => lib.logspace(c.log(1e-3, 1), c.log(1, 1e9), c.whole(1, 50)),
  simulate: (c) => {
    const spectrum = { kind: "power-law", alpha: 0.2 + c.random(), beta: c.random() };
    const d = 2 + Math.floor(20 * c.random());
    const model = lib.plrf({ spectrum, d, v: 4 * d, stepFraction: 0.1 });
    return () =>
      lib.simulate(model, {
        steps: c.whole(1, 100),
        members: c.whole(1, 8),
        ...c.some({
          record: () => c.whole(1, 20),
          seed: () => c.whole(1, 1e9),
          method: () => c.pick(["spectral", "dense"]),
          noise: () => c.log(1e-3, 1),
          expected: () => true,
          draws: () => c.whole(1, 8),
        }),
      });
  },
  sampleSpectrum: (c) => {
    const model = lib.plrf({ spectrum: { kind: "power-law", alpha: 0.7, beta: 0.7 }, d: 8, v: 32 });
    return () => lib.sampleSpectrum(model, c.some({ draws: () => c.whole(1, 8), seed: () => c.whole(1, 1e9) }));
  },
  minimisedExponents: (c) => () => lib.minimisedExponents({ alpha: c.real(0.1, 2), beta: c.real(0, 3) }),
  momentumNorm: (c) => {
    const [model, optimizer] = [modelOf(c), optimizerOf(c)];
    return () => lib.momentumNorm(model, optimizer) > 0 || "unstable";
  },
  compared: (c) => {
    const [model, optimizer, horizon] = [modelOf(c), optimizerOf(c), c.whole(1, 1e5)];
    return () => lib.compared(model, "one", { optimizer, horizon });
  },
  stepsToCompare: (c) => () => lib.stepsToCompare(c.whole(1, 1e12), ...c.maybeOne(() => c.whole(2, 100))),
  localSlopes: (c) => () =>
    lib.localSlopes(
      c.list(() => c.log(1, 1e6)),
      c.list(() => c.log(1, 1e6)),
    ),
  samplesBefore: (c) => {
    const { batch } = optimizerOf(c);
    return () => lib.samplesBefore(batch ?? 1, c.whole(1, 1e6));
  },
  shapeOf: (c) => {
    const [schedule, horizon] = [scheduleOf(c), c.whole(1, 1e6)];
    return () => [0, 1, 10].map((r) => lib.shapeOf(schedule, horizon).at(r));
  },
  support: (c) => {
    const model = modelOf(c);
    return () => lib.support(model);
  },
  optimizerInWords: (c) => {
    const optimizer = optimizerOf(c);
    return () => lib.optimizerInWords(optimizer).length;
  },
  signLoss: (c) => {
    const spectrum = { kind: "power-law", alpha: c.real(0.2, 1.5), beta: c.real(0, 1.5) };
    const model = lib.plrf({ spectrum, d: c.log(20, 1e5), ...c.some({ noise: () => c.log(1e-4, 1) }) });
    const optimizer = lib.signSgd(c.some({ eta: () => c.log(1e-5, 1), batch: () => c.whole(1, 4) }));
    return () => lib.loss(model, { steps: c.rising(1, 1e5), optimizer });
  },
  expected: (c) => {
    const spectrum = { kind: "power-law", alpha: 0.2 + c.random(), beta: c.random() };
    const d = 2 + Math.floor(20 * c.random());
    const model = lib.plrf({ spectrum, d, v: 4 * d, stepFraction: 0.1 });
    return () =>
      lib.expected(model, {
        steps: c.whole(1, 1e4),
        ...c.some({ draws: () => c.whole(1, 8), optimizer: () => optimizerOf(c) }),
      });
  },
};
