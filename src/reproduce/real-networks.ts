// Paper 2, real tasks, in networks trained here: two layers of ReLU on images of digits, beside what the tangent kernel's measured
// spectrum says of the lazy limit. Every number comes of the networks' own losses; the intervals are those of their members.

import { curvesFigure } from "../figures/index.ts";
import { forecaster } from "../fitting/laws/index.ts";
import { computeOptimal, dynamics, fitRuns, logspace, measured, runs, sgd } from "../index.ts";
import { hypot } from "../math/elementary.ts";
import { mnist } from "../measure/datasets.ts";
import { learningKernels, measure, modeList, pick } from "../measure/index.ts";
import {
  meanWithInterval,
  type NetworkTraining,
  readyData,
  type TrainedNetworks,
  timeExponent,
  trainNetworks,
  type WidthCurves,
  widthExponent,
} from "../networks/index.ts";
import { atLeast, atMost, type Claim, type Context, equals, type Findings } from "./recipe.ts";

interface Size {
  /** Distinct images of one pass, and of those seen again. */
  readonly samples: number;
  readonly unique: number;
  readonly tested: number;
  /** Images that the spectrum is measured on. */
  readonly measuredOn: number;
  readonly widths: readonly number[];
  readonly members: number;
  /** Width of the lazy networks; widths, members and steps of those whose early deviation is taken. */
  readonly lazy: number;
  readonly early: { readonly widths: readonly number[]; readonly members: number; readonly steps: number };
  /** Widths that are foretold from the narrower ones. */
  readonly foretold: number;
}

const QUICK: Size = {
  ...{ samples: 12_000, unique: 1000, tested: 1000, measuredOn: 600, widths: [8, 16, 32, 64, 128, 256], members: 4 },
  ...{ lazy: 512, early: { widths: [8, 16, 32, 64, 256], members: 96, steps: 20 }, foretold: 1 },
};
const FULL: Size = {
  ...{ samples: 48_000, unique: 2000, tested: 4000, measuredOn: 2000, members: 8 },
  ...{ widths: [8, 16, 32, 64, 128, 256, 512, 1024], lazy: 2048 },
  ...{ early: { widths: [8, 16, 32, 64, 512], members: 320, steps: 20 }, foretold: 2 },
};

/** η of all networks, in units in which the kernel has mean diagonal 1, and batch. */
const [ETA, BATCH] = [0.5, 32];
/** Epochs over samples seen again: each twice the one before. */
const EPOCHS = [1, 2, 4, 8, 16, 32];

const share = ({ low, high }: { low: number; high: number }) => (high - low) / 2 / 1.96;

/** Claims, figures and remarks; the caller has seen that the images are there. */
export async function ofNetworks({ quick, threads, signal, onProgress, checkpoint }: Context): Promise<Findings> {
  const size = quick ? QUICK : FULL;
  const { samples, tested, members, widths } = size;
  const images = mnist("parity", samples + tested, 2);
  const part = (from: number, to: number) => {
    const rows = Array.from({ length: to - from }, (_, i) => from + i);
    return { features: pick(images.features, rows), targets: pick(images.targets, rows) };
  };
  const test = part(samples, samples + tested);
  const data = readyData(part(0, samples), test, "squared");
  let begun = 0;
  const train = (name: string, of: typeof data, worth: number, options: Omit<NetworkTraining, "threads">) => {
    const from = begun;
    begun += worth;
    return trainNetworks(of, {
      ...{ eta: ETA, batch: BATCH, members, threads, signal, ...options },
      onProgress: (done) => onProgress(from + worth * done),
      ...(checkpoint ? { checkpoint: checkpoint(name) } : {}),
    });
  };
  const steps = Math.floor(samples / BATCH);
  const record = [1, ...new Set(Array.from(logspace(5, steps, 11), Math.round))];
  const rich = await train("rich", data, 0.45, { widths, steps, record, averaged: true });
  const lazy = await train("lazy", data, 0.2, {
    ...{ widths: [size.lazy], steps, record, parametrisation: "lazy" as const },
    members: Math.max(2, members / 2),
  });
  const short = readyData(part(0, size.early.steps * BATCH), part(samples, samples + 1000), "squared");
  const early = await train("early", short, 0.2, {
    ...{ widths: size.early.widths, members: size.early.members, steps: size.early.steps },
    record: [size.early.steps],
  });
  const few = readyData(part(0, size.unique), test, "squared");
  const epochs = EPOCHS.map((e) => Math.round((e * size.unique) / BATCH));
  const again = await train("again", few, 0.1, { widths: [128], steps: epochs.at(-1)!, record: epochs });
  const lazyAgain = await train("lazy-again", few, 0.03, {
    ...{ widths: [size.lazy], steps: epochs.at(-1)!, record: epochs, parametrisation: "lazy" as const, members: 2 },
  });

  // the lazy limit: one-pass SGD in the space of the tangent kernel, whose spectrum is measured on some of the images
  const own = part(0, size.measuredOn);
  const found = measure(own.features, own.targets, { kernel: { kind: "ntk", depth: 1 }, kernels: learningKernels() });
  const { eigenvalues, energies, beyond } = modeList(found.debiased);
  const noise = found.debiased.noise[0]!.value + beyond[0]!;
  const spectrum = measured({ eigenvalues, energies: energies[0]! });
  const theory = dynamics({ spectrum, noise, rule: sgd({ eta: ETA, batch: BATCH }) }, { times: record }).test;
  const reused = dynamics(
    { spectrum, noise, P: size.unique, rule: sgd({ eta: ETA, batch: BATCH }) },
    { times: epochs },
  );
  const optimal = computeOptimal({ spectrum }, { compute: logspace(1e3, 1e6, 5), signal });
  onProgress(0.99);

  const foretold = await forecast(rich, widths.slice(-size.foretold), { threads, signal });
  const claims = [
    ...lazyClaims(lazy, theory, rich),
    ...widthClaims(early, rich),
    ...reuseClaims(again, lazyAgain, reused),
    ...ensembleClaims(rich, members),
    ...foretold.claims(optimal.fit?.N.exponent.value),
  ];
  return {
    claims,
    figures: [figureOf({ size, rich, lazy, theory, again, epochs })],
    remarks: [
      `Networks: parity of the digit, ${samples} images in one pass, ${members} networks a width, η = ${ETA}, batches of ${BATCH}; tested on ${tested} others. Errors are standard errors over networks.`,
      `Lazy networks are ${size.lazy} wide. The kernel's spectrum is of ${size.measuredOn} images: λ ∝ k^−${found.debiased.b.value.toFixed(2)}, energy ∝ k^−${found.debiased.a[0]!.value.toFixed(2)}.`,
      "The early deviation is small beside the chance of a network's start: it takes many narrow networks. Of samples seen again the theory draws batches with replacement, the networks by shuffled epochs.",
      ...foretold.remarks,
    ],
  };
}

/** (i): a power law whose exponent the spectrum foretells, and what feature learning makes of it. */
function lazyClaims(lazy: TrainedNetworks, theory: Float64Array, rich: TrainedNetworks): Claim[] {
  const { steps } = lazy;
  const ofLazy = timeExponent(steps, lazy.widths[0]!.test);
  const foretold = timeExponent(steps, [theory]).value;
  const widest = rich.widths.at(-1)!;
  const ofRich = timeExponent(steps, widest.test);
  const apart = lazy.widths[0]!.mean.reduce((most, x, i) => Math.max(most, Math.abs(theory[i]! / x - 1)), 0);
  const ratio = widest.mean.at(-1)! / lazy.widths[0]!.mean.at(-1)!;
  return [
    equals("lazy networks: L ∝ t^−k over the last decade, k of the measured spectrum", foretold, 0.05, {
      ...{ measured: ofLazy.value, uncertainty: share(ofLazy), source: "theory" },
    }),
    atMost("lazy networks: largest share by which the loss that the spectrum foretells is off", 0.15, {
      measured: apart,
    }),
    atLeast(`feature learning: k of networks that learn features, ${widest.width} wide, less that of lazy ones`, 0, {
      measured: ofRich.value - ofLazy.value,
      uncertainty: hypot(share(ofRich), share(ofLazy)),
    }),
    atMost("feature learning: last loss over that of lazy networks", 1, {
      measured: ratio,
      uncertainty: ratio * hypot(widest.stderr.at(-1)! / widest.mean.at(-1)!, relative(lazy.widths[0]!)),
    }),
  ];
}

const relative = ({ mean, stderr }: WidthCurves): number => stderr.at(-1)! / mean.at(-1)!;

/** (ii): 1/N early, N^−c with a smaller c late. */
function widthClaims(early: TrainedNetworks, rich: TrainedNetworks): Claim[] {
  const first = widthExponent(early.widths, early.steps, early.steps.length - 1);
  const last = widthExponent(rich.widths, rich.steps, rich.steps.length - 1);
  return [
    equals(`width: L_N − L_∞ ∝ N^−c after ${first.step} steps, c`, 1, 0.25, {
      ...{ measured: first.value, uncertainty: share(first) },
    }),
    atMost(`width: c after ${last.step} steps, less the early one`, 0, {
      measured: last.value - first.value,
      uncertainty: hypot(share(last), share(first)),
      source: "published",
    }),
  ];
}

/** (iii): samples seen again widen the gap. */
function reuseClaims(
  again: TrainedNetworks,
  lazyAgain: TrainedNetworks,
  reused: { readonly test: Float64Array; readonly train: Float64Array },
): Claim[] {
  const gaps = ({ widths: [one] }: TrainedNetworks) =>
    Array.from(one!.test, (test, m) => test.map((loss, r) => loss - one!.train[m]![r]!));
  const mean = (all: readonly Float64Array[], r: number) => meanWithInterval(all.map((gap) => gap[r]!));
  const own = gaps(again);
  const growth = EPOCHS.slice(1).map((_, r) => meanWithInterval(own.map((gap) => gap[r + 1]! - gap[r]!)));
  const least = growth.reduce((a, b) => (b.value < a.value ? b : a));
  const lazy = mean(gaps(lazyAgain), EPOCHS.length - 1);
  const foretold = reused.test.at(-1)! - reused.train.at(-1)!;
  return [
    atLeast("reuse: least growth of test less train loss from one doubling of epochs to the next, to 32", 0, {
      ...{ measured: least.value, uncertainty: share(least), source: "published" },
    }),
    equals("reuse: test less train loss of lazy networks after 32 epochs, of the measured spectrum", foretold, 0.05, {
      ...{ measured: lazy.value, uncertainty: share(lazy), source: "theory" },
    }),
  ];
}

/** (iv): E networks of N units, averaged, lose no less than one of E N. */
function ensembleClaims({ widths }: TrainedNetworks, members: number): Claim[] {
  const pairs = widths.flatMap((one) => {
    const large = widths.find(({ width }) => width === members * one.width);
    return large ? [{ ratio: one.averaged!.at(-1)! / large.mean.at(-1)!, error: relative(large) }] : [];
  });
  const least = pairs.reduce((a, b) => (b.ratio < a.ratio ? b : a));
  return [
    atLeast(
      `ensembles: last loss of ${members} networks averaged over that of one as large as all, least of ${pairs.length} sizes`,
      1,
      { measured: least.ratio, uncertainty: least.ratio * least.error, source: "published" },
    ),
  ];
}

/** (v): fitted on the narrower, forecasting the widest, which are trained too. */
async function forecast(
  { widths, samples, steps }: TrainedNetworks,
  held: readonly number[],
  { threads, signal }: Pick<Context, "threads" | "signal">,
) {
  // the first steps are no power law yet
  const late = Array.from(steps.keys()).filter((r) => steps[r]! >= steps.at(-1)! / 30);
  const known = widths.filter(({ width }) => !held.includes(width));
  const rows = known.flatMap(({ parameters, test, width }) =>
    test.flatMap((curve, m) =>
      late.map((r) => ({ N: parameters, D: samples[r]!, loss: curve[r]!, run: `${width}/${m}` })),
    ),
  );
  const table = runs({
    N: rows.map(({ N }) => N),
    D: rows.map(({ D }) => D),
    loss: rows.map(({ loss }) => loss),
    run: rows.map(({ run }) => run),
  });
  const fitted = await fitRuns(table, { methods: [3], draws: 200, threads, signal });
  const all = forecaster(table, undefined, { draws: 500 }).all;
  const D = samples.at(-1)!;
  const wide = widths.filter(({ width }) => held.includes(width));
  const points = all({
    N: Float64Array.from(wide, ({ parameters }) => parameters),
    D: new Float64Array(wide.length).fill(D),
  });
  const ci = fitted.parametric?.ci?.a;
  const a = fitted.parametric?.fit.a ?? Number.NaN;
  return {
    claims: (ofSpectrum: number | undefined): Claim[] => [
      atMost(
        `compute-optimal: N ∝ C^a, steps grow faster than width${ofSpectrum === undefined ? "" : ` (random features of the measured spectrum: ${ofSpectrum.toFixed(2)})`}, a`,
        0.5,
        { measured: a, ...(ci ? { uncertainty: share({ low: ci[0], high: ci[1] }) } : {}), source: "published" },
      ),
      ...wide.map((one, i): Claim => {
        const { low, high } = points[i]!;
        return {
          what: `compute-optimal: loss of ${one.width} units, foretold with 95 % from ${known.length} narrower widths, then trained`,
          ...{ source: "ours", expected: [low, high], reads: `${low.toFixed(4)} to ${high.toFixed(4)}` },
          ...{ measured: one.mean.at(-1)!, uncertainty: one.stderr.at(-1)! },
        };
      }),
    ],
    remarks: fitted.parametric
      ? []
      : [`No fit of the runs: ${fitted.unavailable.map(({ reason }) => reason).join("; ")}`],
  };
}

function figureOf({
  size,
  rich,
  lazy,
  theory,
  again,
  epochs,
}: {
  readonly size: Size;
  readonly rich: TrainedNetworks;
  readonly lazy: TrainedNetworks;
  readonly theory: Float64Array;
  readonly again: TrainedNetworks;
  readonly epochs: readonly number[];
}) {
  const { steps, widths } = rich;
  const widest = widths.at(-1)!;
  const positive = (x: number) => (x > 0 ? x : Number.NaN);
  const shade = (i: number) => i / (widths.length - 1);
  return curvesFigure({
    id: "p2-real-networks",
    title: "Networks on images",
    setting: `MNIST, parity of the digit, two layers of ReLU, ${size.members} networks a width`,
    caption:
      "Test loss over one pass for each width, with features learnt, and of lazy networks beside what their kernel's spectrum foretells; deviation from the widest; and samples seen again.",
    columns: 3,
    panels: [
      {
        title: "One pass",
        x: { label: "step t", log: true },
        y: { label: "test loss", log: true },
        series: [
          ...widths.map(({ width, mean }, i) => ({ label: `N = ${width}`, x: steps, y: mean, shade: shade(i) })),
          { label: `lazy, N = ${size.lazy}`, x: steps, y: lazy.widths[0]!.mean, mark: "dot" as const, category: 1 },
          { label: "lazy, foretold", x: steps, y: theory, role: "ink" as const, mark: "dashed" as const },
        ],
      },
      {
        title: `Deviation from N = ${widest.width}`,
        x: { label: "step t", log: true },
        y: { label: "L_{N} − L", log: true },
        series: widths.slice(0, -1).map(({ mean }, i) => ({
          ...{ x: steps, y: mean.map((x, r) => positive(x - widest.mean[r]!)), shade: shade(i) },
        })),
      },
      {
        title: `${size.unique} samples seen again`,
        x: { label: "epochs", log: true },
        y: { label: "loss, N = 128", log: true },
        series: [
          { label: "test", x: epochs.map((t) => (t * BATCH) / size.unique), y: again.widths[0]!.mean, category: 0 },
          {
            label: "train",
            x: epochs.map((t) => (t * BATCH) / size.unique),
            y: again.widths[0]!.trainMean,
            category: 1,
          },
        ],
      },
    ],
  });
}
