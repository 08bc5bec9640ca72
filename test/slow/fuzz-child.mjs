// Random and special-valued calls of the built library, one a line: the argument is "from to". Before each call its number is printed,
// after it "ok", or what is wrong. Deterministic: call n is the same whatever is asked for.

import { inspect } from "node:util";
import * as figures from "../../build/lib/figures/index.js";
import * as lib from "../../build/lib/index.js";

/** Park and Miller's generator on (0, 1). */
function generator(seed) {
  let state = (seed * 7919 + 12345) % 2147483647;
  const next = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  for (let i = 0; i < 8; i++) next();
  return next;
}

const SPECIAL = [
  0,
  -0,
  1,
  -1,
  2,
  0.5,
  Number.NaN,
  Infinity,
  -Infinity,
  1e-300,
  5e-324,
  1e-30,
  1e15,
  2 ** 53,
  1e30,
  1e140,
  1e300,
  1.7e308,
];
const KINDS = [undefined, null, "1", "", [], {}, true];

/** Everything random about call n. */
function chance(n) {
  const random = generator(n);
  const pick = (list) => list[Math.floor(random() * list.length)];
  // one call in three has values from the ends, and one in fifty of another kind
  const [wild, odd] = [random() < 0.35, random() < 0.02];
  const maybe = (value) => {
    if (odd && random() < 0.3) return pick(KINDS);
    return wild && random() < 0.3 ? pick(SPECIAL) : value();
  };
  const real = (low, high) => maybe(() => low + (high - low) * random());
  const log = (low, high) => maybe(() => low * (high / low) ** random());
  const whole = (low, high) => maybe(() => Math.round(low * (high / low) ** random()));
  const list = (of, most = 12) => maybe(() => Array.from({ length: Math.floor(random() * most) }, of));
  const rising = (low, high, most = 12) =>
    maybe(() => {
      const n = 1 + Math.floor(random() * most);
      return Array.from({ length: n }, () => low * (high / low) ** random()).sort((a, b) => a - b);
    });
  const some = (options) =>
    Object.fromEntries(
      Object.entries(options)
        .filter(() => random() < 0.4)
        .map(([k, make]) => [k, make()]),
    );
  return { random, pick, real, log, whole, list, rising, some, maybe };
}

// ── values that calls share ──────────────────────────────────────────────────
const spectrumOf = (c) => {
  const { random, real, log } = c;
  if (random() < 0.75) return { kind: "power-law", alpha: c.maybe(() => 0.1 + 2 * random()), beta: real(-0.5, 2.5) };
  const n = 1 + Math.floor(60 * random());
  return lib.measured({
    eigenvalues: Array.from({ length: n }, (_, j) => log(0.2, 1) * (j + 1) ** -1.4),
    energies: Array.from({ length: n }, (_, j) => log(0.2, 1) * (j + 1) ** -2),
  });
};
const scheduleOf = ({ pick, real, whole, maybe, random }) =>
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
const optimizerOf = (c) => {
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
const modelOf = (c) => {
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
const stepsOf = ({ rising, pick }) => rising(1, pick([1e3, 1e6, 1e12, 1e30]));
const rulesOf = ({ pick, log, real, whole }) =>
  pick([
    () => lib.gradientFlow(),
    () => lib.gradientDescent({ eta: log(1e-3, 1) }),
    () => lib.heavyBall({ eta: log(1e-3, 1), momentum: real(0, 1) }),
    () => lib.sgd({ eta: log(1e-3, 1), batch: whole(1, 64), sampling: pick(["replacement", "batch"]) }),
  ])();
const problemOf = (c) => {
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
const runsOf = ({ random, pick, maybe }) => {
  const n = 3 + Math.floor(30 * random());
  const N = Array.from({ length: n }, () => 10 ** (6 + 4 * random()));
  const D = Array.from({ length: n }, () => 10 ** (8 + 4 * random()));
  const [E, A, B] = [1.7, 400, 2000];
  const loss = N.map((x, i) => maybe(() => E + A * x ** -0.34 + B * D[i] ** -0.37 + 0.01 * random()));
  return lib.runs({ N, D, loss, ...(pick([true, false]) ? { run: N.map((_, i) => i % 5) } : {}) });
};

const CALLS = {
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
  fitPowerLaw: (c) => () =>
    lib.fitPowerLaw(
      c.list(() => c.log(1, 1e6)),
      c.list(() => c.log(1, 1e6)),
    ),
  parseNumber: (c) => () =>
    lib.parseNumber(c.pick(["1e400", "7B", "1,000", "-", "", "1e", "0x10", "١", "1_0", "1e-999"])) ?? 0,
  dynamics: (c) => {
    const model = lib.dynamicsModel(problemOf(c));
    const whole = !["gradient-flow"].includes(model.rule.kind);
    const times = c.rising(1, 1e6).map?.((t) => (whole ? Math.round(t) : t));
    return () => lib.dynamics(model, { times: whole && times ? [...new Set(times)] : times });
  },
  runs: (c) => () => runsOf(c),
  fitRuns: (c) => {
    const runs = runsOf(c);
    return () => lib.fitRuns(runs, { draws: 4, threads: 1, methods: [c.pick([1, 2, 3])] });
  },
  allocate: (c) => () =>
    lib.allocate(
      { E: 1.7, A: 400, B: 2000, alpha: 0.34, beta: 0.3 + 0.1 * c.random() },
      10 ** (15 + 10 * c.random()),
      6,
    ),
  identifiability: (c) => () => lib.identifiability(runsOf(c)),
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
  lossFigure: (c) => {
    const curve = lib.loss(modelOf(c), { steps: stepsOf(c) });
    return () =>
      figures.lossFigure({ setting: "", ...curve, F0: c.log(1e-6, 1), forcing: curve.loss }).caption?.length ?? 0;
  },
};

/** Numbers that are none, in what says it has converged. */
function broken(result) {
  const found = [];
  const look = (value, path, depth) => {
    if (depth > 5 || found.length > 0) return;
    if (typeof value === "number" && !Number.isFinite(value)) found.push(`${path} = ${value}`);
    else if (ArrayBuffer.isView(value) || Array.isArray(value))
      for (let i = 0; i < value.length; i++) look(value[i], `${path}[${i}]`, depth + 1);
    else if (value && typeof value === "object")
      for (const [key, inner] of Object.entries(value)) {
        // what may be unknown by its meaning
        if (["made", "model", "predicted", "slopes", "spectrum", "deviation", "v", "phase", "modes"].includes(key))
          continue;
        if (inner && typeof inner === "object" && inner.stats?.converged === false) continue;
        look(inner, `${path}.${key}`, depth + 1);
      }
  };
  if (result && typeof result === "object" && result.stats?.converged === false) return undefined;
  look(result, "", 0);
  return found[0];
}

const MAY_BE_UNKNOWN = new Set([
  "phase",
  "diagram",
  "simulate",
  "trainedExponents",
  "stability",
  "sampleSpectrum",
  "fitRuns",
  "identifiability",
  "tailFit",
  "fitPowerLaw",
  "logspace",
  "runs",
]);
export const NAMES = Object.keys(CALLS);

async function one(n) {
  const name = NAMES[n % NAMES.length];
  const c = chance(n);
  try {
    const result = await CALLS[name](c)();
    const what = MAY_BE_UNKNOWN.has(name) ? undefined : broken(result);
    return what && `${what} in ${inspect(result.made ?? result, { depth: 4, breakLength: Infinity }).slice(0, 400)}`;
  } catch (error) {
    // a refusal is one line that says what was refused
    if (
      (error instanceof RangeError || error instanceof TypeError) &&
      !/of undefined|of null|not a function|not iterable|reading|BigInt|Invalid (typed )?array length|convert|\n/.test(
        error.message,
      )
    )
      return undefined;
    return `${error?.stack?.split("\n").slice(0, 4).join(" | ")}`;
  }
}

/** For a look at one call by hand: FUZZ_SHOW=1 prints every model made. */
if (process.env.FUZZ_SHOW) {
  globalThis.show = (x) => process.stdout.write(`${inspect(x, { depth: 3, breakLength: Infinity })}\n`);
}
const [from, to] = process.argv.slice(2).map(Number);
for (let n = from; n < to; n++) {
  process.stdout.write(`${n} ${NAMES[n % NAMES.length]}\n`);
  const start = performance.now();
  const what = await one(n);
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(
    `${what === undefined ? "ok" : `wrong ${what.replace(/\n/g, " ")}`}\t${Math.round(performance.now() - start)} ms\t${megabytes} MB\n`,
  );
}
