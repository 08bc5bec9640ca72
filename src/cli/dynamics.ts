// isoflop dynamics: test and train loss of random features of width N trained for time t on P samples, and what follows.

import { basename } from "node:path";
import { type Command, Option } from "commander";
import {
  availableThreads,
  bottleneck,
  type DynamicsCurve,
  type DynamicsProblem,
  type DynamicsSimulation,
  dynamics,
  earlyStopping,
  RULES,
  type Rule,
  type RuleInput,
  ruleInWords,
  SAMPLINGS,
  type Sampling,
  type Spectrum,
  sgd,
  simulateDynamics,
  sourceCapacity,
  type TailFit,
  tailFit,
} from "../index.ts";
import { brief, raised, signed, withError } from "../numbers.ts";
import { STUDIES, type Study, studies } from "./dynamics-studies.ts";
import { Failure, Usage } from "./errors.ts";
import { interruption } from "./interrupt.ts";
import {
  type Common,
  list,
  noiseOption,
  number,
  sigmaOption,
  whole,
  wholeList,
  withCommon,
  withRandom,
} from "./options.ts";
import { openOutput } from "./output.ts";
import { progress } from "./progress.ts";
import { columns, type Quantity, rowsOf } from "./quantities.ts";
import { readSpectrum } from "./spectrum-file.ts";
import { bold, table } from "./table.ts";
import { horizonOption, rampOption, scheduleOption, type TrainingValues } from "./training.ts";

interface Options extends Common {
  readonly a?: number;
  readonly b?: number;
  readonly spectrum?: string;
  readonly window?: Float64Array;
  readonly N: Float64Array;
  readonly P: Float64Array;
  readonly times: string;
  readonly modes?: number;
  readonly noise: number;
  readonly rule: Rule["kind"];
  readonly eta?: number;
  readonly mu: number;
  readonly batch: number;
  readonly sampling?: Sampling;
  readonly schedule?: TrainingValues["schedule"];
  readonly horizon?: number;
  readonly ramp?: TrainingValues["ramp"];
  readonly students?: number;
  readonly separateData?: boolean;
  readonly decompose?: boolean;
  readonly reference?: boolean;
  readonly simulate?: number;
  readonly seed: number;
  readonly threads?: number;
  readonly show: readonly Study[];
}

export function define(command: Command): void {
  withRandom(
    withCommon(
      command
        .addOption(
          new Option("--a <a>", "the target's exponent, c_k = k^−a; > 1").argParser(number).conflicts("spectrum"),
        )
        .addOption(
          new Option("--b <b>", "the spectrum's exponent, λ_k = k^−b; > 0").argParser(number).conflicts("spectrum"),
        )
        .option("--spectrum <file>", "a measured spectrum instead: CSV with the columns eigenvalue and energy")
        .option("--window <first,last>", "modes of the tail fits of a measured spectrum, as 10,500", wholeList)
        .addOption(
          new Option("--N <list>", "features (parameters), as 128,256 or inf")
            .argParser(list)
            .default(Float64Array.of(Infinity), "inf"),
        )
        .addOption(
          new Option("--P <list>", "training samples, as 1000 or inf")
            .argParser(list)
            .default(Float64Array.of(Infinity), "inf"),
        )
        .requiredOption("--times <list>", "training times, as 1,10,100 or LO:HI[:N]; steps where the rule has steps")
        .option("--modes <M>", "features of the data; default infinite, or all that were measured", number)
        .addOption(noiseOption())
        .addOption(sigmaOption())
        .addOption(new Option("--rule <name>", "how the student is trained").choices(RULES).default("gradient-flow"))
        .option("--eta <η>", "step size, on the mean gradient; for every rule but gradient-flow", number)
        .option("--mu <μ>", "momentum of heavy-ball", number, 0.9)
        .option("--batch <B>", "samples a step of sgd", whole, 1)
        .addOption(
          scheduleOption(
            "multiples of η of sgd: constant, power:P, cosine, linear, wsd:warmup=N,decay=SHARE, or a file of them",
          ),
        )
        .addOption(horizonOption())
        .addOption(rampOption())
        .addOption(
          new Option(
            "--sampling <how>",
            "how sgd draws a batch from a finite --P; shuffle only with --simulate",
          ).choices(SAMPLINGS),
        )
        .option("--students <E>", "also the loss of E students averaged, on the same data", number)
        .option("--separate-data", "each student has samples of its own")
        .option("--decompose", "also bias, variances over features, data and both, and noise")
        .option("--reference", "the slow, most accurate form: about 1e-11 instead of 1e-9")
        .option("--simulate <n>", "also train n finite networks for each N and P: the mean on the same axes", whole)
        .addOption(
          new Option("--show <list>", `what the figure shows: ${STUDIES.join(", ")}`)
            .argParser(studyList)
            .default(["loss"], "loss"),
        ),
    ),
  ).action(run);
}

function studyList(text: string): Study[] {
  const names = text === "all" ? [...STUDIES] : text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !(STUDIES as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Usage(`--show must be all or some of ${STUDIES.join(", ")}, got "${unknown}"`);
  return names as Study[];
}

async function run(options: Options): Promise<void> {
  const rule = ruleOf(options);
  const times = rule.kind === "gradient-flow" ? list(options.times) : wholeList(options.times);
  const { spectrum, tail, words } = await spectrumOf(options);
  const scheduled = isScheduled(options);
  const drawn = scheduled ? { horizon: options.horizon ?? Math.max(1, times.at(-1)!) } : {};
  const problems = Array.from(options.N).flatMap((N) => Array.from(options.P, (P) => ({ N, P })));
  const common = {
    spectrum,
    noise: options.noise,
    rule,
    ...(options.modes === undefined ? {} : { modes: options.modes }),
  } satisfies DynamicsProblem;
  const { students } = options;
  const solve = (at: Float64Array) =>
    problems.map((size) =>
      dynamics(
        { ...common, ...size },
        {
          times: at,
          ...drawn,
          accuracy: options.reference ? "reference" : "fast",
          decompose: options.decompose ?? false,
          ...(students === undefined
            ? {}
            : { ensemble: { students, data: options.separateData ? ("separate" as const) : ("shared" as const) } }),
        },
      ),
    );
  if (options.show.includes("gap") && problems.every(({ P }) => P === Infinity))
    throw new Usage("--show gap needs a finite --P: with P = inf test and train loss are one");
  const constantOnly = options.show.find((study) => study !== "loss" && study !== "gap");
  if (scheduled && constantOnly !== undefined)
    throw new Usage(`--show ${constantOnly} takes one step for ever: leave out --schedule and --ramp`);
  if (options.simulate !== undefined && options.modes === undefined && spectrum.kind === "power-law")
    throw new Usage("--simulate trains on finitely many modes: give --modes 1000, say");
  const write = await openOutput(options);
  const curves = solve(times);
  const networks =
    options.simulate === undefined ? undefined : await train(options, common, problems, { times, ...drawn });
  // a schedule has a last step of its own
  const stops = scheduled ? undefined : problems.map((size) => earlyStopping({ ...common, ...size }));
  const batches = curves.some(({ decomposition }) => decomposition?.batches);
  const quantities = curves.map((curve, i) => quantitiesOf(curve, networks?.[i], { batches }));
  const first = curves[0]!;
  const setting = [
    words,
    `M = ${brief(first.model.modes)}`,
    ...(options.noise > 0 ? [`σ² = ${options.noise}`] : []),
    ruleInWords(unscheduled(first.model.rule), Math.min(...options.P)),
    ...(options.schedule ? [`${options.schedule.text} schedule`] : []),
    ...(scheduled && options.horizon !== undefined ? [`T = ${brief(options.horizon)}`] : []),
  ].join(", ");

  await write({
    json: () => ({
      times: first.times,
      test: first.test,
      train: first.train,
      curves: curves.map((curve, i) => ({
        N: curve.model.N,
        P: curve.model.P,
        test: curve.test,
        train: curve.train,
        ...(curve.decomposition && { decomposition: curve.decomposition }),
        ...(curve.ensemble && { ensemble: curve.ensemble }),
        ...(networks && { simulated: { draws: networks[i]!.draws, ...summary(networks[i]!) } }),
        limit: curve.limit,
        ...(stops && { earlyStopping: stops[i] }),
        stats: curve.stats,
      })),
      ...(tail && { tail }),
      made: { ...first.made, parameters: { ...first.made.parameters, N: options.N, P: options.P } },
    }),
    columns: () => columns(...quantities),
    text: () => inWords(curves, quantities, stops, setting, tail, common, networks),
    figure: async () => {
      const { dynamicsFigure } = await import("../figures/index.ts");
      const bar = progress("studies", options);
      const exponents = tail ? { a: tail.a.value, b: tail.b.value } : { a: options.a!, b: options.b! };
      const data = studies({
        show: options.show,
        problem: common,
        sizes: problems,
        times,
        solve,
        exponents,
        networks,
        onProgress: bar.update,
      });
      bar.done();
      return dynamicsFigure({
        ...data,
        setting: raised(setting),
        time: rule.kind === "gradient-flow" ? "training time t" : "steps t",
        table: columns(...quantities),
      });
    },
  });
  if (!curves.every(({ stats }) => stats.converged))
    throw new Failure("some losses are not known to three digits (momentum very near 1?): try --reference");
}

/** Finite networks at every N and P. */
async function train(
  { simulate, seed, threads, quiet }: Options,
  common: DynamicsProblem,
  problems: readonly { readonly N: number; readonly P: number }[],
  span: { readonly times: Float64Array; readonly horizon?: number },
): Promise<DynamicsSimulation[]> {
  const bar = progress("networks", { quiet });
  const signal = interruption();
  const all: DynamicsSimulation[] = [];
  for (const [i, size] of problems.entries())
    all.push(
      await simulateDynamics(
        { ...common, ...size },
        {
          ...span,
          draws: simulate!,
          seed,
          threads: threads ?? availableThreads(),
          signal,
          onProgress: (done, of) => bar.update((i + done / of) / problems.length),
        },
      ),
    );
  bar.done();
  return all;
}

function summary({ test, train }: DynamicsSimulation) {
  const part = ({ mean, stderr, deviation }: DynamicsSimulation["test"]) => ({ mean, stderr, deviation });
  return { test: part(test), train: part(train) };
}

/** Whether steps differ from each other. */
function isScheduled({ schedule, ramp }: Options): boolean {
  const shape = schedule?.schedule;
  return ramp !== undefined || (shape !== undefined && (typeof shape === "function" || shape.kind !== "constant"));
}

/** The same rule for words that say the schedule themselves. */
function unscheduled(rule: Rule): Rule {
  if (rule.kind !== "sgd") return rule;
  const { schedule: _, ...plain } = rule;
  return plain;
}

function ruleOf({ rule, eta, mu, batch, sampling, schedule, horizon, ramp }: Options): RuleInput {
  const [odd] = Object.entries({ schedule, horizon, ramp }).find(([, value]) => value !== undefined) ?? [];
  if (odd !== undefined && rule !== "sgd") throw new Usage(`--${odd} goes with --rule sgd`);
  if (rule === "gradient-flow") {
    if (eta !== undefined) throw new Usage("--eta goes with --rule gradient-descent, heavy-ball or sgd");
    return { kind: rule };
  }
  if (eta === undefined) throw new Usage(`--rule ${rule} needs a step size: --eta 0.1, say`);
  if (rule === "heavy-ball") return { kind: rule, eta, momentum: mu };
  if (rule !== "sgd") return { kind: rule, eta };
  return sgd({
    eta,
    batch: ramp?.batch ?? batch,
    ...(schedule && { schedule: schedule.schedule }),
    ...(sampling && { sampling }),
  });
}

async function spectrumOf({
  a,
  b,
  spectrum,
  window,
}: Options): Promise<{ spectrum: Spectrum; tail?: TailFit; words: string }> {
  if (spectrum !== undefined) {
    const measured = await readSpectrum(spectrum);
    const tail = tailFit(measured, window ? { window } : {});
    const words = `${basename(spectrum)} (tail a = ${tail.a.value.toFixed(2)}, b = ${tail.b.value.toFixed(2)})`;
    return { spectrum: measured, tail, words };
  }
  if (a === undefined || b === undefined) throw new Usage("give a spectrum: --a and --b, or --spectrum FILE");
  return { spectrum: sourceCapacity({ a, b }), words: `a = ${a}, b = ${b}` };
}

const inErrors = (x: number): string => signed(x, 1);

/** L(0): errors are told relative to no less than a part of it. */
const started = ({ model }: DynamicsCurve) => model.energy + model.noise;

/** The columns of one N and P; `batches` where any curve has that part. Errors stand beside the losses. */
function quantitiesOf(
  curve: DynamicsCurve,
  network: DynamicsSimulation | undefined,
  { batches }: { readonly batches: boolean },
): Quantity[] {
  const { times, test, train, stats, model, decomposition, ensemble } = curve;
  const constant = (value: number) => times.map(() => value);
  const simulated = network
    ? (["test", "train"] as const).flatMap((kind): Quantity[] => [
        {
          name: `simulated ${kind} mean`,
          values: network[kind].mean,
          ...(kind === "test" && { title: `test, ${network.draws} networks`, digits: 6 }),
        },
        { name: `simulated ${kind} stderr`, values: network[kind].stderr },
      ])
    : [];
  return [
    { name: "N", values: constant(model.N) },
    { name: "P", values: constant(model.P) },
    { name: "time", title: "time t", values: times },
    { name: "test", title: "test L", values: test, digits: 6 },
    { name: "train", title: "train L̂", values: train, digits: 6 },
    { name: "test error", values: test.map((L) => stats.error * Math.max(L, 1e-10 * started(curve))) },
    { name: "train error", values: train.map((L) => stats.trainError * Math.max(L, 1e-6 * started(curve))) },
    ...(decomposition
      ? [
          { name: "bias", title: "bias", values: decomposition.bias },
          { name: "features", title: "var. features", values: decomposition.features },
          { name: "data", title: "var. data", values: decomposition.data },
          { name: "both", title: "var. both", values: decomposition.both },
          ...(batches
            ? [
                {
                  name: "batches",
                  values: decomposition.batches ?? constant(0),
                  ...(decomposition.batches && { title: "var. batches" }),
                },
              ]
            : []),
          { name: "noise", values: constant(decomposition.noise) },
        ]
      : []),
    ...(ensemble ? [{ name: "ensemble", title: "ensemble", values: ensemble }] : []),
    ...simulated,
  ];
}

function inWords(
  curves: readonly DynamicsCurve[],
  quantities: readonly (readonly Quantity[])[],
  stops: readonly ReturnType<typeof earlyStopping>[] | undefined,
  setting: string,
  tail: TailFit | undefined,
  common: DynamicsProblem,
  networks?: readonly DynamicsSimulation[],
): string {
  const error = Math.max(...curves.map(({ stats }) => stats.error));
  const trainError = Math.max(...curves.map(({ stats }) => stats.trainError));
  const last = curves[0]!.times.at(-1)!;
  return [
    bold(`Random features at ${setting}`),
    "",
    ...(tail
      ? [`  tails over modes ${tail.window.join(" to ")}: a = ${withError(tail.a)}, b = ${withError(tail.b)}`, ""]
      : []),
    ...curves.flatMap((curve, index) => {
      const network = networks?.[index];
      const shown = quantities[index]!;
      // in the terminal each mean is told by how far off it is
      const off = network && { name: "off", title: "off by (s.e.)", values: network.test.deviation, format: inErrors };
      return [
        `  N = ${brief(curve.model.N)}, P = ${brief(curve.model.P)}`,
        rowsOf(off ? [...shown, off] : shown, curves.length > 1 ? 7 : 15),
        "",
      ];
    }),
    table([
      { title: "N", values: curves.map(({ model }) => brief(model.N)) },
      { title: "P", values: curves.map(({ model }) => brief(model.P)) },
      {
        title: stops ? "L at t = ∞" : "L at t = ∞ of steps without noise",
        values: curves.map(({ limit }) => limit.test),
      },
      ...(stops
        ? [
            { title: "best L", values: stops.map(({ loss }) => loss) },
            { title: "at time", values: stops.map(({ time }) => time), format: brief },
            {
              title: `to double first at t = ${brief(last)}`,
              values: curves.map(({ model }) =>
                last > 0
                  ? (bottleneck({ ...common, N: model.N, P: model.P }, { time: last }).bottleneck ?? "nothing")
                  : "time",
              ),
            },
          ]
        : []),
    ]),
    "",
    `  estimated relative error of L ≤ ${brief(error, 2)}, of L̂ ≤ ${brief(trainError, 2)} (of 1e-6 L(0) where it is less)`,
  ].join("\n");
}
