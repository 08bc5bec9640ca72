// Spectra, models, optimisers, problems and runs that calls share, drawn from the chances of a call.

import * as lib from "../../../build/lib/index.js";

export const spectrumOf = (c) => {
  const { random, real, log } = c;
  if (random() < 0.75) return { kind: "power-law", alpha: c.maybe(() => 0.1 + 2 * random()), beta: real(-0.5, 2.5) };
  const n = 1 + Math.floor(60 * random());
  return lib.measured({
    eigenvalues: Array.from({ length: n }, (_, j) => log(0.2, 1) * (j + 1) ** -1.4),
    energies: Array.from({ length: n }, (_, j) => log(0.2, 1) * (j + 1) ** -2),
  });
};
export const scheduleOf = ({ pick, real, whole, maybe, random }) =>
  pick([
    () => lib.constant(),
    () => lib.cosine(),
    () => lib.linear(),
    () => lib.power(real(0, 2)),
    () => lib.warmupStableDecay({ warmup: whole(1, 100), decay: real(0, 1) }),
    () => lib.optimal(),
    () =>
      lib.piecewise([
        [0, real(0, 1)],
        [whole(1, 1000), real(0, 1)],
      ]),
    () => lib.table(Array.from({ length: Math.ceil(30 * random()) }, () => maybe(random))),
    () =>
      lib.parseSchedule(
        pick(["cosine", "power:0.3", "power:x", "wsd:warmup=3,decay=0.5", "wsd:decay=", "", "wsd:warmup=1e99"]),
      ),
  ])();
export const optimizerOf = (c) => {
  const { pick, real, log, whole, some } = c;
  const common = () =>
    some({
      schedule: () => scheduleOf(c),
      gamma: () => log(1e-3, 1),
      eta: () => log(1e-3, 1),
      batch: () =>
        pick([
          () => whole(1, 32),
          () => [
            [0, 1],
            [whole(1, 100), whole(1, 9)],
          ],
        ])(),
    });
  return pick([
    () => lib.sgd(common()),
    () => lib.heavyBall({ ...common(), momentum: real(0, 1) }),
    () => lib.nesterov({ ...common(), momentum: real(0, 1) }),
    () =>
      lib.dana({
        ...common(),
        variant: pick(["constant", "decaying"]),
        ...some({ delta: () => log(0.5, 20), strength: () => log(1e-3, 2), exponent: () => real(0, 2) }),
      }),
    () =>
      lib.parseOptimizer(
        pick(["sgd", "heavy-ball:0.9", "nesterov:", "dana:decaying,delta=1e999", "heavy-ball:-1", "dana:delta=x"]),
      ),
  ])();
};
export const modelOf = (c) => {
  const { random, real, log, whole, some } = c;
  const spectrum = spectrumOf(c);
  const d = spectrum.kind === "measured" ? real(1, 20) : log(1, 1e8);
  const options = {
    spectrum,
    d,
    ...some({
      v: () => (random() < 0.3 ? d : d * log(1, 100)),
      stepFraction: () => log(1e-4, 1),
      batch: () => whole(1, 64),
      noise: () => log(1e-6, 10),
      force: () => random() < 0.3,
    }),
  };
  globalThis.show?.(options);
  return lib.plrf(options);
};
export const stepsOf = ({ rising, pick }) => rising(1, pick([1e3, 1e6, 1e12, 1e30]));
export const rulesOf = ({ pick, log, real, whole }) =>
  pick([
    () => lib.gradientFlow(),
    () => lib.gradientDescent({ eta: log(1e-3, 1) }),
    () => lib.heavyBall({ eta: log(1e-3, 1), momentum: real(0, 1) }),
    () => lib.sgd({ eta: log(1e-3, 1), batch: whole(1, 64), sampling: pick(["replacement", "batch"]) }),
  ])();
export const problemOf = (c) => {
  const { random, real, log, some, whole } = c;
  const spectrum = random() < 0.8 ? lib.sourceCapacity({ a: real(1.1, 3), b: real(1.1, 3) }) : spectrumOf(c);
  return {
    spectrum,
    ...some({
      N: () => log(1, 1e6),
      P: () => log(1, 1e6),
      noise: () => log(1e-4, 1),
      rule: () => rulesOf(c),
      modes: () => whole(10, 1e5),
    }),
  };
};
export const runsOf = ({ random, pick, maybe }) => {
  const n = 3 + Math.floor(30 * random());
  const N = Array.from({ length: n }, () => 10 ** (6 + 4 * random()));
  const D = Array.from({ length: n }, () => 10 ** (8 + 4 * random()));
  const [E, A, B] = [1.7, 400, 2000];
  const loss = N.map((x, i) => maybe(() => E + A * x ** -0.34 + B * D[i] ** -0.37 + 0.01 * random()));
  return lib.runs({ N, D, loss, ...(pick([true, false]) ? { run: N.map((_, i) => i % 5) } : {}) });
};
