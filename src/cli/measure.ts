// isoflop measure: from features and targets to the spectrum behind them, and the learning curves that follow.

import { totalmem } from "node:os";
import { type Command, Option } from "commander";
import { logspace } from "../index.ts";
import {
  cost,
  KERNEL_USAGE,
  type Kernel,
  kernelInWords,
  learningKernels,
  type Measurement,
  MOST_SAMPLES,
  type ModeList,
  measure,
  modeList,
  parseKernel,
  pick,
  type Verification,
  verify,
} from "../measure/index.ts";
import { shuffled } from "../measure/shuffled.ts";
import { brief, percent, raised, readable } from "../numbers.ts";
import { exampleData, given, type NamedDataset } from "./dataset.ts";
import { Usage } from "./errors.ts";
import { MATRIX_FILE } from "./matrix-file.ts";
import { type Common, number, refused, whole, wholeList, withCommon } from "./options.ts";
import { openOutput } from "./output.ts";
import { duration } from "./progress.ts";
import { bold, counts, table } from "./table.ts";

interface Options extends Common {
  readonly targets?: string;
  readonly mnist?: true | string;
  readonly sotu?: true | string;
  readonly kernel?: Kernel;
  readonly raw?: boolean;
  readonly ridge?: number;
  readonly samples?: number;
  readonly at?: Float64Array;
  readonly seed: number;
  readonly verify?: boolean;
}

/** Samples that are measured on unless told. */
const SAMPLES = 2000;
/** Rows held out to test on: at most, and at least. */
const TESTED = [2000, 50] as const;
/** Above this a measurement says what it will take. */
const SLOW = 10;

export function define(command: Command): void {
  withCommon(
    command
      .argument("[features]", `one row a sample; ${MATRIX_FILE}`)
      .option("--targets <file>", "what is to be learnt of each sample, a column each; the same kinds of file")
      .addOption(new Option("--mnist [task]", "images of digits instead: parity (default) or digit").conflicts("sotu"))
      .option("--sotu [task]", "characters of speeches instead: vowel (default) or next")
      .option("--kernel <name>", `${KERNEL_USAGE}; default linear, and arccos for --mnist and --sotu`, (text: string) =>
        refused(() => parseKernel(text)),
      )
      .option("--raw", "take no mean off the features")
      .option("--ridge <δ>", "of kernel regression, K + δ; default a thousandth of K's mean diagonal", number)
      .option("--samples <n>", `rows to measure on, at most ${MOST_SAMPLES}; default all up to ${SAMPLES}`, whole)
      .option(
        "--at <list>",
        "numbers of samples to foretell the loss at; default up to four times those measured",
        wholeList,
      )
      .option("--seed <n>", "which rows are drawn, where there are more", whole, 1)
      .option("--verify", "train on the data too, and test on rows held out"),
  ).action(run);
}

async function run(file: string | undefined, options: Options): Promise<void> {
  const builtIn = options.mnist ?? options.sotu;
  if ((file === undefined) === (builtIn === undefined))
    throw new Usage("give FEATURES and --targets, or one of --mnist and --sotu");
  if (file !== undefined && options.targets === undefined)
    throw new Usage("give --targets: what is to be learnt of each row of the features");
  if (options.samples !== undefined && !(options.samples >= 50 && options.samples <= MOST_SAMPLES))
    throw new Usage(`--samples must be from 50 to ${MOST_SAMPLES}, got ${options.samples}`);
  if (options.at && !options.at.every((P) => P >= 1 && Number.isSafeInteger(P)))
    throw new Usage("--at must be whole numbers from 1 on");
  if (options.ridge !== undefined && !(options.ridge > 0 && Number.isFinite(options.ridge)))
    throw new Usage(`--ridge must be greater than 0, got ${options.ridge}`);
  const write = await openOutput(options);
  const data = builtIn === undefined ? await given(file!, options.targets!) : example(options);
  const kernel: Kernel =
    options.kernel ?? (builtIn === undefined ? { kind: "linear" } : { kind: "arc-cosine", depth: 1 });

  const all = data.features.rows;
  const spare = options.verify ? Math.min(TESTED[0], Math.max(TESTED[1], Math.floor(all / 5))) : 0;
  const n = options.samples ?? Math.min(SAMPLES, all - spare);
  const held = Math.min(TESTED[0], all - n);
  if (n > all) throw new Usage(`--samples ${n}: the features have ${all} rows`);
  if (n < 50) throw new Usage(`the features have ${all} rows: at least ${50 + spare} are needed`);
  if (options.verify && held < TESTED[1])
    throw new Usage(
      `--verify needs at least ${TESTED[1]} rows beyond those measured on: give --samples ${Math.max(50, all - spare)} or fewer`,
    );
  tellCost(n, data.features.columns, options);

  const order = all > n ? shuffled(all, options.seed, "sample") : Int32Array.from({ length: all }, (_, i) => i);
  const rows = order.subarray(0, n);
  const kernels = learningKernels();
  const found = measure(pick(data.features, rows), pick(data.targets, rows), {
    kernel,
    kernels,
    raw: options.raw ?? false,
    ...(options.ridge === undefined ? {} : { ridge: options.ridge }),
  });
  const others = order.subarray(n, n + held);
  const checked = options.verify
    ? verify(
        kernels,
        found,
        { features: pick(data.features, others), targets: pick(data.targets, others) },
        { seed: options.seed },
      )
    : undefined;

  const { debiased, sample } = found;
  const list = modeList(debiased);
  const total = (energies: readonly Float64Array[], k: number) => energies.reduce((sum, c) => sum + c[k]!, 0);
  const M = list.eigenvalues.length;
  const energy = Float64Array.from({ length: M }, (_, k) => total(list.energies, k));
  const sampleEnergy = Float64Array.from({ length: n }, (_, k) => total(sample.energies, k));
  const at = options.at ?? Float64Array.from(new Set([...logspace(Math.max(10, n / 64), 4 * n, 9)].map(Math.round)));
  const forecasts = data.names.map((_, t) => Array.from(at, (P) => found.forecast(P, t)));
  const setting = `${data.words}, ${n} samples, ${kernelInWords(kernel)}`;
  const padded = (values: Float64Array) => Float64Array.from({ length: M }, (_, k) => values[k] ?? Number.NaN);
  await write({
    json: () => ({
      samples: n,
      kernel: kernelInWords(kernel),
      ridge: found.ridge,
      eigenvalues: list.eigenvalues,
      energies: energy,
      targets: data.names.map((name, t) => ({
        name,
        variance: sample.energies[t]!.reduce((sum, x) => sum + x, 0),
        energies: list.energies[t],
        beyond: list.beyond[t],
        noise: debiased.noise[t],
        a: debiased.a[t],
        deviation: found.model[t],
        forecast: forecasts[t],
      })),
      a: debiased.a[0],
      b: debiased.b,
      window: debiased.window,
      rank: debiased.rank,
      sample: { eigenvalues: sample.eigenvalues, energies: sampleEnergy },
      ...(checked ? { verification: checked } : {}),
    }),
    columns: () => ({
      mode: Float64Array.from({ length: M }, (_, k) => k + 1),
      eigenvalue: list.eigenvalues,
      energy,
      sample_eigenvalue: padded(sample.eigenvalues),
      sample_energy: padded(sampleEnergy),
      ...(data.names.length > 1
        ? Object.fromEntries(data.names.map((name, t) => [`energy of ${name}`, list.energies[t]!]))
        : {}),
    }),
    text: () =>
      [
        bold(`Spectrum behind ${setting}`),
        "",
        ...inWords(found, data.names, list),
        "",
        curves(found, data.names, at, forecasts),
        ...(checked ? ["", ...verifiedInWords(checked, found, data.names[0]!)] : []),
      ].join("\n"),
    figure: async () => {
      const { measureFigure } = await import("../figures/index.ts");
      const P = Float64Array.from(logspace(Math.max(10, n / 64), 4 * n, 25));
      const curve = Array.from(P, (p) => found.forecast(p));
      const of = (name: "loss" | "low" | "high") => Float64Array.from(curve, (point) => point[name]);
      const pair = (points: Verification["steps"]) => ({
        at: Float64Array.from(points, (p) => p.at),
        measured: Float64Array.from(points, (p) => p.measured),
        forecast: Float64Array.from(points, (p) => p.forecast),
      });
      return measureFigure({
        setting: raised(`${setting}${data.names.length > 1 ? `, ${data.names[0]}` : ""}`),
        sample: { eigenvalues: sample.eigenvalues, energies: sample.energies[0]! },
        debiased: { eigenvalues: list.eigenvalues, energies: list.energies[0]! },
        window: debiased.window,
        exponents: `λ ∝ k^{${readable(-debiased.b.value, 3)}}, c ∝ k^{${readable(-debiased.a[0]!.value, 3)}}`,
        samples: n,
        forecast: { P, loss: of("loss"), low: of("low"), high: of("high") },
        ...(checked ? { checked: { samples: pair(checked.samples), steps: pair(checked.steps) } } : {}),
      });
    },
  });
}

function example({ mnist, sotu, samples, verify, seed }: Options): NamedDataset {
  const count = (samples ?? SAMPLES) + (verify ? TESTED[0] : 0);
  const of = (name: "mnist" | "sotu", value: true | string) =>
    exampleData(`--${name}`, name, value === true ? undefined : value, count, seed);
  return mnist !== undefined ? of("mnist", mnist) : of("sotu", sotu!);
}

/** @throws Usage where it will not go into memory */
function tellCost(n: number, columns: number, { quiet }: Options): void {
  const { bytes, seconds } = cost(n, columns);
  if (bytes > 0.8 * totalmem())
    throw new Usage(
      `--samples ${n} needs ${brief(bytes / 1e9, 2)} GB, this machine has ${brief(totalmem() / 1e9, 2)}: give fewer`,
    );
  if (seconds > SLOW && !quiet)
    process.stderr.write(`measuring ${n} samples: about ${duration(1000 * seconds)} and ${brief(bytes / 1e9, 2)} GB\n`);
}

function inWords({ debiased, sample, ridge, model }: Measurement, names: readonly string[], list: ModeList): string[] {
  const { window, rank, b } = debiased;
  const [first, last] = window;
  const estimate = ({ value, stderr }: { value: number; stderr: number }) =>
    `${readable(value, 4)} ± ${brief(stderr, 2)}`;
  const most = 5;
  const rows = names.slice(0, most).map((_, t) => t);
  const variance = rows.map((t) => sample.energies[t]!.reduce((sum, x) => sum + x, 0));
  // what the sample cannot part: energy of modes later than the last that it shows, and noise
  const unseen = rows.map((t) => {
    const later = list.energies[t]!.subarray(last).reduce((sum, c) => sum + c, 0);
    return later + list.beyond[t]! + debiased.noise[t]!.value;
  });
  const floor = (t: number) => {
    const noise = debiased.noise[t]!;
    return noise.value > 2 * noise.stderr && noise.value > 0.01 * unseen[t]!
      ? estimate(noise)
      : `0 to ${brief(unseen[t]!, 2)}`;
  };
  return [
    `  eigenvalues λ_k ∝ k^−b, b = ${estimate(b)}, fitted to modes ${first} to ${last}; ${Number.isFinite(rank) ? `${rank} modes in all` : "taken to go on so beyond"}`,
    table([
      { title: "target", values: rows.map((t) => names[t]!) },
      { title: "variance", values: variance },
      { title: "energy c_k ∝ k^−a: a", values: rows.map((t) => estimate(debiased.a[t]!)) },
      { title: "floor σ²", values: rows.map(floor) },
      { title: `σ² and modes beyond ${last}`, values: rows.map((t) => percent(unseen[t]! / variance[t]!, 1)) },
      { title: `left-out loss at δ = ${brief(ridge, 3)} over the spectrum's`, values: rows.map((t) => 1 + model[t]!) },
    ]),
    ...(names.length > most ? [`  and ${names.length - most} targets more: see --json`] : []),
    `  ${sample.samples} samples show the first ${last} modes: of later ones, and of σ², only what they sum to`,
    ...(model.some((miss) => Math.abs(miss) > 0.1)
      ? [
          `  the features are not Gaussian enough at the ridge: the left-out loss there is ${readable(1 + model.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0), 3)} of what the equations say, which widens the forecasts`,
        ]
      : []),
  ];
}

function curves(
  found: Measurement,
  names: readonly string[],
  at: Float64Array,
  forecasts: readonly (readonly { loss: number; low: number; high: number }[])[],
): string {
  const one = forecasts[0]!;
  return [
    `  kernel regression at δ = ${brief(found.ridge, 3)}: test loss${names.length > 1 ? ` of ${names[0]}` : ""} foretold, with 95 % intervals`,
    table([
      { title: "samples P", values: at, format: counts(at) },
      { title: "loss", values: one.map(({ loss }) => loss) },
      { title: "low", values: one.map(({ low }) => low) },
      { title: "high", values: one.map(({ high }) => high) },
    ]),
  ].join("\n");
}

function verifiedInWords(
  { samples, steps, features, eta, tested }: Verification,
  { model }: Measurement,
  name: string,
): string[] {
  const rows = (title: string, points: Verification["samples"]) =>
    table([
      { title, values: points.map(({ at }) => at), format: (x) => x.toFixed(0) },
      { title: "trained", values: points.map((p) => p.measured) },
      { title: "± standard error", values: points.map((p) => p.stderr), format: (x) => brief(x, 2) },
      { title: "forecast", values: points.map((p) => p.forecast) },
      { title: "deviation", values: points.map((p) => percent(p.forecast / p.measured - 1, 1)) },
      {
        title: "standard errors",
        values: points.map((p) => (p.forecast - p.measured) / p.stderr),
        format: (x) => readable(x, 2),
      },
    ]);
  const worst = (points: Verification["samples"]) =>
    points.reduce((most, p) => Math.max(most, Math.abs(p.forecast / p.measured - 1)), 0);
  return [
    `  trained on ${name} and tested on ${tested} rows held out: kernel regression on P samples`,
    rows("P", samples),
    "",
    `  one pass of SGD, step η = ${brief(eta, 3)}, batch 1`,
    rows("steps t", steps),
    "",
    ...(features.length > 0
      ? [`  the same pass to its end with N random ReLU features in the kernel's place`, rows("N", features), ""]
      : []),
    `  at most ${percent(worst(samples), 1)} off over samples and ${percent(worst(steps), 1)} over steps${features.length > 0 ? ` and ${percent(worst(features), 1)} over features` : ""}; the equations of Gaussian features miss the left-out loss by ${percent(Math.abs(model[0]!), 1)}`,
  ];
}
