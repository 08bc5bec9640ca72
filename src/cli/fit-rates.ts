// isoflop fit --law lr-batch and --law multi-power-law: laws of the learning rate. The first, of a table of runs at several rates and
// batches, the best of both at each N and D; the second, of a table of training curves, the loss over any schedule.

import { InvalidArgumentError } from "commander";
import { plain } from "../fitting/columns.ts";
import {
  bestAt,
  type Curve,
  checkedSchedule,
  fitLaw,
  fitSchedules,
  lawNamed,
  lrBatchLaws,
  MULTI_POWER,
  multiPowerLoss,
} from "../fitting/laws/index.ts";
import { parseNumber, type Runs, select, type Table } from "../index.ts";
import { brief, percent, readable } from "../numbers.ts";
import { Failure, Usage } from "./errors.ts";
import { openTable, refusing } from "./open-table.ts";
import type { Common } from "./options.ts";
import { openOutput } from "./output.ts";
import { openRuns, type RunsSource } from "./runs.ts";
import { table } from "./table.ts";

/** Laws that fit alone knows, and what each takes beside FILE and the output. */
export const OF_RATES: Readonly<Record<string, readonly string[]>> = {
  "lr-batch": ["sweep", "budget", "columns", "units", "where", "flopsPerToken", "window"],
  "multi-power-law": ["schedule"],
};

/** NAME=COLUMN pairs of --sweep and --schedule. */
export const pairsOf =
  (known: readonly string[]) =>
  (text: string): Record<string, string> => {
    const pairs = text.split(",").map((part) => /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(part));
    if (pairs.some((pair) => !pair || !known.includes(pair[1]!) || pair[2] === ""))
      throw new InvalidArgumentError(`give ${known.map((name) => `${name}=…`).join(", ")}, got "${text}".`);
    return Object.fromEntries(pairs.map((pair) => [pair![1]!, pair![2]!]));
  };

export interface RateValues extends RunsSource, Common {
  readonly sweep?: Readonly<Record<string, string>>;
  readonly schedule?: Readonly<Record<string, string>>;
  readonly budget?: Float64Array;
}

/** The column that is named, or the only one of the usual names. */
function columnOf(columns: readonly string[], what: string, named: string | undefined, usual: string, option: string) {
  const wanted = named === undefined ? usual.split(" ") : [plain(named)];
  const exact = columns.indexOf(named ?? "");
  const found = exact >= 0 ? [exact] : columns.flatMap((name, at) => (wanted.includes(plain(name)) ? [at] : []));
  if (found.length === 1) return found[0]!;
  throw new RangeError(
    `${found.length === 0 ? "no column holds" : `${found.length} columns could hold`} the ${what}: name it with --${option} ${what}=COLUMN`,
  );
}

const RATE = "lr learningrate peaklr maxlr peaklearningrate rate";

export async function fitRates(file: string, options: RateValues): Promise<void> {
  const write = await openOutput(options, false);
  const { sweep = {}, budget = [] } = options;
  const { columns } = await openTable(file);
  const [rate, batch] = refusing(file, () => [
    columns[columnOf(columns, "lr", sweep.lr, RATE, "sweep")]!,
    columns[columnOf(columns, "batch", sweep.batch, "bs batch batchsize globalbatchsize batchtokens", "sweep")]!,
  ]) as [string, string];
  const runs = await openRuns(file, options, [rate, batch]);
  const sequence = sweep.sequence === undefined ? 1 : (parseNumber(sweep.sequence)?.value ?? Number.NaN);
  if (!(sequence > 0)) throw new Usage(`--sweep sequence must be a number above 0, got ${sweep.sequence}`);
  const { N, D, loss } = runs;
  const laws = refusing(file, () =>
    lrBatchLaws({ N, D, loss, rate: runs.more![rate]!, batch: runs.more![batch]!.map((b) => sequence * b) }),
  );
  const pairs = new Set(Array.from(N, (size, i) => `${size},${D[i]}`)).size;
  const plans = budget.length === 0 ? [] : refusing(file, () => atBudgets(runs, laws, budget));
  const told = [
    ["rate", "coefficient", laws.rate.coefficient, null],
    ["rate", "exponent of N", laws.rate.N.value, laws.rate.N.stderr],
    ["rate", "exponent of D", laws.rate.D.value, laws.rate.D.stderr],
    ["batch", "coefficient", laws.batch.coefficient, null],
    ["batch", "exponent of D", laws.batch.D.value, laws.batch.D.stderr],
  ] as const;
  const warnings = [
    ...runs.warnings.filter((warning) => !/--best-of/.test(warning)),
    ...(laws.optima.length < pairs
      ? [
          `${pairs - laws.optima.length} of ${pairs} pairs of N and D have no best within the rates and batches tried: left out`,
        ]
      : []),
    ...(sweep.sequence === undefined
      ? ["batches are taken to be in tokens: for sequences of 2048 add --sweep sequence=2048"]
      : []),
  ];
  const interval = ({ value, low, high }: { value: number; low: number; high: number }) =>
    `${brief(value, 3)} (${brief(low, 2)} … ${brief(high, 2)})`;
  await write({
    json: () => ({
      law: "lr-batch",
      form: "rate = c N^a D^b, batch = d D^e",
      source: "Li et al. 2025, arXiv 2503.04715",
      ...{ rate: laws.rate, batch: laws.batch, optima: laws.optima, budgets: plans, warnings },
    }),
    columns: () => ({
      of: told.map(([of]) => of),
      quantity: told.map(([, name]) => name),
      value: told.map(([, , value]) => value),
      stderr: told.map(([, , , stderr]) => stderr ?? Number.NaN),
    }),
    text: () =>
      [
        `rate = c N^a D^b, batch = d D^e tokens, from the bests of ${laws.optima.length} pairs of N and D, ${runs.n} rows`,
        "",
        table([
          { title: "", values: told.map(([of, name]) => `${of}, ${name}`) },
          { title: "fit", values: told.map(([, , value]) => readable(value)) },
          { title: "standard error", values: told.map(([, , , e]) => (e === null ? "" : readable(e, 2))) },
        ]),
        ...(plans.length === 0
          ? []
          : [
              "",
              table([
                { title: "budget C", values: plans.map((p) => brief(p.flops)) },
                { title: "best N*", values: plans.map((p) => brief(p.N, 3)) },
                { title: "best D*", values: plans.map((p) => brief(p.D, 3)) },
                { title: "rate, 95 %", values: plans.map((p) => interval(p.rate)) },
                { title: "batch, 95 %", values: plans.map((p) => interval(p.batch)) },
              ]),
              "  N* and D* by the law of Hoffmann et al. fitted to the lowest loss at each N and D",
            ]),
        ...warnings.map((warning) => `warning: ${warning}`),
      ].join("\n"),
  });
}

/** N and D of least loss, by the law of the best rows, and the rate and batch there. */
function atBudgets(runs: Runs, laws: ReturnType<typeof lrBatchLaws>, budget: ArrayLike<number>) {
  const best = new Map<string, number>();
  runs.loss.forEach((loss, i) => {
    const key = `${runs.N[i]},${runs.D[i]}`;
    const before = best.get(key);
    if (before === undefined || loss < runs.loss[before]!) best.set(key, i);
  });
  const kept = new Set(best.values());
  const fit = fitLaw(
    lawNamed("chinchilla"),
    select(runs, (i) => kept.has(i)),
  );
  return Array.from(budget, (flops) => {
    const at = bestAt(fit, flops, runs.flopsPerToken);
    if (!at) throw new RangeError(`the law of the best rows has no best size at ${brief(flops)} flops`);
    return { flops, ...at, ...laws.at(at.N, at.D) };
  });
}

interface Named extends Curve {
  readonly label: string;
}

/** Curves of a table, in the order they appear: those with every loss, and those without any. */
function curvesOf(
  { columns, cells }: Table,
  named: Readonly<Record<string, string>>,
): { seen: Named[]; asked: Named[] } {
  const find = (what: string, usual: string) => columnOf(columns, what, named[what], usual, "schedule");
  const [step, lr, loss] = [
    find("step", "step steps globalstep iteration"),
    find("lr", RATE),
    find("loss", "loss valloss trainloss evalloss finalloss"),
  ];
  const known = columns.some((name) => "curve run schedule name runname".split(" ").includes(plain(name)));
  const label = named.curve === undefined && !known ? -1 : find("curve", "curve run schedule name runname");
  const warmup = named.warmup === undefined ? 0 : (parseNumber(named.warmup)?.value ?? Number.NaN);
  if (!(warmup >= 0)) throw new RangeError(`--schedule warmup must be steps, got ${named.warmup}`);
  const groups = new Map<string, number[]>();
  cells[step]!.forEach((_, row) => {
    const name = label < 0 ? "the curve" : String(cells[label]![row]);
    groups.set(name, [...(groups.get(name) ?? []), row]);
  });
  const value = (at: number, row: number) => parseNumber(String(cells[at]![row] ?? ""))?.value ?? Number.NaN;
  const all = Array.from(groups, ([label, rows]): Named => {
    const column = (at: number) => Float64Array.from(rows, (row) => value(at, row));
    return { label, steps: column(step), rate: column(lr), loss: column(loss), warmup };
  });
  const none = ({ loss }: Named) => loss.every(Number.isNaN);
  const kept = (curve: Named): Named => {
    const has = Array.from(curve.loss.keys()).filter((i) => Number.isFinite(curve.loss[i]));
    // a loss that is missing leaves its row's rate in the schedule out, too: told
    if (has.length < curve.loss.length)
      throw new RangeError(
        `${curve.label} has ${curve.loss.length - has.length} of ${curve.loss.length} rows without a loss: give all, or none to have it foretold`,
      );
    return curve;
  };
  return { seen: all.filter((curve) => !none(curve)).map(kept), asked: all.filter(none) };
}

export async function fitScheduleLaw(file: string, options: RateValues): Promise<void> {
  const write = await openOutput(options, false);
  const read = await openTable(file);
  const { seen, asked, fit } = refusing(file, () => {
    const { seen, asked } = curvesOf(read, options.schedule ?? {});
    try {
      asked.forEach((curve, j) => {
        checkedSchedule(curve, seen.length + j);
      });
      return { seen, asked, fit: fitSchedules(seen) };
    } catch (error) {
      // curves have names here
      if (error instanceof Error)
        error.message = error.message.replace(/^curves\[(\d+)\]/, (_, j) => [...seen, ...asked][Number(j)]!.label);
      throw error;
    }
  });
  const { parameters, stderr, leftOut, rms, half } = fit;
  const all = [...seen, ...asked];
  const foretold = all.map((curve) => multiPowerLoss(curve, fit.p));
  const warnings = [
    ...(options.schedule?.warmup === undefined ? ["no warm-up: give its steps with --schedule warmup=STEPS"] : []),
    ...(parameters.beta < 1e-4
      ? [`beta ran to 0: only B·beta = ${brief(parameters.B * parameters.beta, 4)} is determined`]
      : []),
    ...(leftOut === null ? ["one curve does not say how well others are foretold: give two or more"] : []),
  ];
  const names = MULTI_POWER;
  const last = (of: Float64Array) => of.at(-1)!;
  await write({
    json: () => ({
      law: "multi-power-law",
      form: "L0 + A S^-alpha - B Σ (η_{k-1} - η_k)(1 - (1 + C η_k^-gamma S_k)^-beta)",
      source: "Luo et al. 2025, arXiv 2503.12811",
      ...{ parameters, stderr, objective: fit.objective, converged: fit.converged, half },
      curves: all.map(({ label, steps }, j) => ({
        ...{ label, rows: steps.length, last: last(foretold[j]!) },
        ...{ rms: rms[j] ?? null, leftOut: leftOut?.[j] ?? null },
      })),
      warnings,
    }),
    columns: () => ({
      curve: all.flatMap(({ label, steps }) => Array.from(steps, () => label)),
      step: all.flatMap(({ steps }) => [...steps]),
      lr: all.flatMap(({ rate }) => [...rate]),
      loss: all.flatMap(({ loss }) => [...loss]),
      foretold: foretold.flatMap((values) => [...values]),
    }),
    text: () =>
      [
        table([
          { title: "", values: names },
          { title: "fit", values: names.map((name) => readable(parameters[name])) },
          ...(stderr ? [{ title: "standard error", values: names.map((name) => readable(stderr[name], 2)) }] : []),
        ]),
        "",
        table([
          { title: "curve", values: all.map(({ label }) => label) },
          { title: "rows", values: all.map(({ steps }) => steps.length), format: String },
          { title: "last loss", values: seen.map(({ loss }) => readable(last(loss))).concat(asked.map(() => "")) },
          { title: "by the law", values: foretold.map((values) => readable(last(values))) },
          { title: "off by", values: all.map((_, j) => (j < seen.length ? percent(rms[j]!) : "")) },
          ...(leftOut
            ? [
                {
                  title: "fitted without it",
                  values: all.map((_, j) => (j < seen.length ? percent(leftOut[j]!) : `± ${percent(half!)}, 95 %`)),
                },
              ]
            : []),
        ]),
        ...warnings.map((warning) => `warning: ${warning}`),
      ].join("\n"),
  });
  if (!fit.converged) throw new Failure("the fit of the law over schedules did not converge");
}
