// The search for the best size against brute force: at every budget of random problems no size of a fine scan has a lower loss than
// the frontier's, but for the error of a loss. Power laws and measured spectra; constant steps, and runs of their own lengths under
// schedules, momentum and label noise, tuned or not.

import { expect, it } from "vitest";
import {
  cosine,
  defaultKernels,
  type Frontier,
  type FrontierOptions,
  frontier,
  heavyBall,
  linear,
  measured,
  plrf,
  powerLaw,
  type Spectrum,
  sgd,
} from "../../src/index.ts";
import { contourValues } from "../../src/theory/plrf/contour.ts";
import { finalLoss } from "../../src/theory/training/final-loss.ts";
import { generator } from "../park-miller.mjs";

const PROBLEMS = Number(process.env.ISOFLOP_PROBLEMS ?? 200);
const FEWEST_STEPS = 64;
/** Sizes an e-fold in a scan: the loss of a minimum three e-folds wide is met within 1e-5. */
const FINE = 24;
const COARSE = 6;

type Pick = <T>(values: readonly T[]) => T;

function randomSpectrum(random: () => number): Spectrum {
  const [alpha, beta] = [0.15 + 1.3 * random(), 1.6 * random()];
  if (random() < 0.7) return powerLaw({ alpha, beta: Math.max(beta, 0.55 - alpha) });
  const n = Math.round(20 * 100 ** random());
  const scatter = () => Math.exp(0.5 * (random() - 0.5));
  return measured({
    eigenvalues: Array.from({ length: n }, (_, j) => scatter() * (j + 1) ** (-2 * alpha)),
    energies: Array.from({ length: n }, (_, j) => scatter() * (j + 1) ** (-2 * alpha - 2 * beta)),
  });
}

function randomProblem(random: () => number, pick: Pick): FrontierOptions {
  const spectrum = randomSpectrum(random);
  const batch = pick([1, 1, 4, 16]);
  const lo = 4 * FEWEST_STEPS * batch * 10 ** (1 + 5 * random());
  return {
    ...{ spectrum, batch, flops: [lo, lo * 10 ** (2 + 6 * random())], points: 4 },
    stepFraction: pick([0.5, 0.1, 1e-3, 0.9 * random()]),
    ...(spectrum.kind === "measured" ? {} : { dataRatio: pick([4, 1.5, 3, 20]) }),
  };
}

function randomTraining(random: () => number, pick: Pick): FrontierOptions {
  const { flops, ...problem } = randomProblem(random, pick);
  const lo = 2000 * (problem.batch ?? 1);
  return {
    ...problem,
    ...{ flops: [lo, lo * 10 ** (1 + 2 * random())], points: 3 },
    optimizer: pick([sgd({ schedule: cosine() }), sgd({ schedule: linear() }), sgd(), heavyBall({ momentum: 0.8 })]),
    noise: pick([0, 0.01, 0.3]),
    tuned: pick([false, false, true]),
  };
}

/** The lowest loss of a scan at a budget, and its size; sizes that are refused are left out. */
function scanned(options: FrontierOptions, f: number): { d: number; loss: number } {
  const { spectrum, batch = 1, dataRatio = 4, stepFraction = 0.5, optimizer, noise = 0, tuned = false } = options;
  const trained = optimizer !== undefined || noise > 0 || tuned;
  const kernels = defaultKernels();
  const largest = spectrum.kind === "measured" ? spectrum.eigenvalues.length : Infinity;
  const high = Math.log(Math.min(f / (FEWEST_STEPS * batch), largest));
  const n = Math.ceil(high * (trained ? COARSE : FINE));
  let best = { d: Number.NaN, loss: Infinity };
  for (let k = 0; k <= n; k++) {
    const wanted = Math.min(Math.exp((high * k) / n), largest);
    const T = Math.max(
      Math.ceil(f / (batch * largest)),
      Math.min(Math.round(f / (batch * wanted)), Math.floor(f / batch)),
    );
    const d = trained ? f / (batch * T) : wanted;
    const v = spectrum.kind === "measured" ? {} : { v: dataRatio * d };
    try {
      const model = plrf({ spectrum, d, ...v, batch, stepFraction, noise, force: trained });
      const loss = trained
        ? finalLoss(kernels, model, T, { optimizer: optimizer ?? sgd(), tuned }).loss
        : contourValues(kernels, model, "P", Float64Array.of(f / (batch * d))).values[0]!;
      if (loss < best.loss) best = { d, loss };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return best;
}

function check(n: number, options: FrontierOptions, error: number): void {
  let front: Frontier;
  try {
    front = frontier(options);
  } catch (refusal) {
    // an unstable step is refused in words
    expect((refusal as Error).message).toMatch(/must be below|no size tried has a loss/);
    return;
  }
  front.flops.forEach((f, i) => {
    const scan = scanned(options, f);
    // from the smallest stable size on
    if (!(front.loss[i]! <= scan.loss * (1 + error)))
      expect.fail(
        `problem ${n}: at f = ${f} the frontier has ${front.loss[i]} at d = ${front.d[i]}, a scan ${scan.loss} at ${scan.d}: ${JSON.stringify({ ...options, spectrum: options.spectrum.kind === "measured" ? `measured, ${options.spectrum.eigenvalues.length}` : options.spectrum })}`,
      );
  });
}

it(`no size of a fine scan beats the frontier on ${PROBLEMS} random problems at a constant step`, () => {
  const random = generator(31);
  const pick: Pick = (values) => values[Math.floor(random() * values.length)]!;
  for (let n = 0; n < PROBLEMS; n++) check(n, randomProblem(random, pick), 1e-9);
});

it(`nor on ${Math.ceil(PROBLEMS / 10)} with schedules, momentum, label noise, tuned steps`, () => {
  const random = generator(37);
  const pick: Pick = (values) => values[Math.floor(random() * values.length)]!;
  for (let n = 0; n < PROBLEMS / 10; n++) {
    const options = randomTraining(random, pick);
    // the accuracy of a quick loss
    check(n, options, options.optimizer?.kind === "heavy-ball" ? 2e-3 : options.tuned ? 1e-3 : 2e-5);
  }
});
