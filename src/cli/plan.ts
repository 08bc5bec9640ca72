// isoflop plan: from runs and one thing known (budget, size, tokens, loss) to the rest of a training plan under what is needed, with
// the days and cost on some devices, and what being off by 2× costs.

import { type Command, InvalidArgumentError, Option } from "commander";
import type { Forecaster, PointForecast, ReadLaw } from "../fitting/laws/index.ts";
import { type FitResult, fitRuns, type Interval, type Law, lossAt, type Needs, type Plan, plan } from "../index.ts";
import { log } from "../math/elementary.ts";
import { brief, fixed, readable } from "../numbers.ts";
import { provenance } from "../provenance.ts";
import { Failure, Usage } from "./errors.ts";
import { largest, reach, refuseChoices, stackedOn } from "./forecasting.ts";
import { interruption } from "./interrupt.ts";
import { openLaw } from "./open-table.ts";
import { type Common, number, positives, whole, withCommon } from "./options.ts";
import { openOutput } from "./output.ts";
import { progress } from "./progress.ts";
import { fitOptions, openRuns, type RunsValues, withRuns } from "./runs.ts";
import { bold, table } from "./table.ts";

interface Options extends RunsValues, Common {
  readonly method: "1" | "2" | "3";
  readonly budget?: Float64Array;
  readonly size?: Float64Array;
  readonly tokens?: Float64Array;
  readonly loss?: Float64Array;
  readonly serve?: number;
  readonly unique?: number;
  readonly reuse?: number;
  readonly maxSize?: number;
  readonly devices?: number;
  readonly device: number;
  readonly utilization: number;
  readonly price?: number;
}

/** Peak flops of a device in bfloat16 without sparsity, as its maker states them. */
const DEVICES: Readonly<Record<string, number>> = {
  ...{ v100: 125e12, a100: 312e12, h100: 989e12, h200: 989e12, b200: 2.25e15, mi300x: 1.307e15 },
  ...{ "tpu-v4": 275e12, "tpu-v5e": 197e12, "tpu-v5p": 459e12 },
};

function device(text: string): number {
  const known = text.trim().toLowerCase();
  if (Object.hasOwn(DEVICES, known)) return DEVICES[known]!;
  const flops = number(text);
  if (!(flops > 0 && flops < Infinity))
    throw new InvalidArgumentError(`give one of ${Object.keys(DEVICES).join(", ")}, or its peak flops a second.`);
  return flops;
}

function share(text: string): number {
  const x = number(text);
  if (!(x > 0 && x <= 1)) throw new InvalidArgumentError("Expected a share, 0 to 1.");
  return x;
}

/** What is known, by its option. */
const GIVEN = { budget: "flops", size: "N", tokens: "D", loss: "loss" } as const;

export const NAMES = { flops: "budget", N: "size", D: "tokens" };

export function define(command: Command): void {
  withCommon(
    withRuns(command)
      .addOption(
        new Option("--budget <list>", "budgets C in flops, as 1e24 or 1e22:1e26:5; with --serve, of both")
          .argParser(positives)
          .conflicts(["size", "tokens", "loss"]),
      )
      .addOption(
        new Option("--size <list>", "model sizes N in parameters, as 7B")
          .argParser(positives)
          .conflicts(["tokens", "loss"]),
      )
      .addOption(new Option("--tokens <list>", "tokens D to train on, as 1.4T").argParser(positives).conflicts("loss"))
      .addOption(new Option("--loss <list>", "losses to be reached").argParser(positives))
      .option("--serve <T>", "tokens to be served: compute is 6ND + 2NT", number)
      .option("--unique <U>", "tokens there are, worth less when repeated", number)
      .option("--reuse <R>", "repetitions that use data up; default 15.39 (Muennighoff et al. 2023)", number)
      .option("--max-size <N>", "the largest model", number)
      .option("--devices <n>", "how many, for days and cost", whole)
      .option("--device <name>", `${Object.keys(DEVICES).join(", ")}, or peak flops a second`, device, DEVICES.h100)
      .option("--utilization <share>", "of those flops", share, 0.4)
      .option("--price <x>", "of a device for an hour", number)
      .addOption(
        new Option("--method <n>", "1 envelope, 2 isoFLOP slices, 3 parametric").choices(["1", "2", "3"]).default("3"),
      ),
  ).action(run);
}

async function run(file: string, options: Options): Promise<void> {
  const known = (Object.keys(GIVEN) as (keyof typeof GIVEN)[]).find((name) => options[name] !== undefined);
  if (!known) throw new Usage("give what is known: --budget C, --size N, --tokens D or --loss L");
  const targets = options[known]!;
  if (options.price !== undefined && options.devices === undefined) throw new Usage("--price needs --devices");
  if (options.devices !== undefined && options.devices < 1) throw new Usage("--devices must be 1 or more");
  const write = await openOutput(options);
  const { result, stacked } = await fitted(file, options);
  const { runs } = result;
  const method = Number(options.method) as 1 | 2 | 3;
  const approach = result.parametric ?? result.isoflop ?? result.envelope;
  if (!approach) throw new Failure(`no plan without a fit: ${result.unavailable[0]!.reason}`);
  const draws = approach.bootstrap?.draws ?? [];
  const needs: Needs = {
    ...(options.serve !== undefined && { serve: options.serve }),
    ...(options.unique !== undefined && { unique: options.unique }),
    ...(options.reuse !== undefined && { reuse: options.reuse }),
    ...(options.maxSize !== undefined && { most: options.maxSize }),
  };
  const plans = Array.from(targets, (value) => {
    try {
      const made = plan(approach.fit, { [GIVEN[known]]: value }, { flopsPerToken: runs.flopsPerToken, needs, draws });
      // tokens seen again are worth less than the laws, made of fresh ones, would say
      const fresh = made.epochs === null || made.epochs <= 1;
      return { ...made, ...bill(made, options), forecast: fresh ? (stacked?.at(made.N, made.D) ?? null) : null };
    } catch (error) {
      if (error instanceof RangeError) throw new Usage(error.message);
      throw error;
    }
  });
  const farthest = plans.reduce((most, { trainingFlops }) => Math.max(most, trainingFlops), 0);
  const warnings = [...result.warnings, ...reach(farthest / largest(runs), stacked)];
  await write({
    json: () => ({ method, flopsPerToken: runs.flopsPerToken, plans, warnings, made: result.made }),
    columns: () => columns(plans),
    text: () => inWords(plans, warnings),
    figure: async () => (await import("../figures/index.ts")).planFigure({ result, plans, forecaster: stacked }),
  });
}

interface Bill {
  /** Days of training on the devices, and what they cost; null where devices or price are not given. */
  readonly days: number | null;
  readonly cost: number | null;
  /** 95 % of both, from the flops of training. */
  readonly billCi: { readonly days: Interval; readonly cost: Interval | null } | null;
}

type Told = Plan & Bill & { readonly forecast: PointForecast | null };

function bill({ trainingFlops, ci }: Plan, { devices, device, utilization, price }: Options): Bill {
  if (devices === undefined) return { days: null, cost: null, billCi: null };
  const daysOf = (flops: number) => flops / (devices * device * utilization) / 86_400;
  const costOf = (days: number) => devices * days * 24 * price!;
  const days = daysOf(trainingFlops);
  const range = ci && (ci.trainingFlops.map(daysOf) as unknown as Interval);
  return {
    days,
    cost: price === undefined ? null : costOf(days),
    billCi: range && {
      days: range,
      cost: price === undefined ? null : (range.map(costOf) as unknown as Interval),
    },
  };
}

/** The fit that plans rest on, of a table or of a file that fit wrote, and the laws stacked on the same rows. */
async function fitted(file: string, options: Options): Promise<{ result: FitResult; stacked: Forecaster | null }> {
  const known = openLaw(file);
  if (known) {
    refuseChoices(options);
    if (options.method !== "3")
      throw new Usage(`--method ${options.method} needs a table of runs: ${file} holds approach 3`);
    if (!known.law) throw new Usage(`${file}: no approach 3 in this fit: give the table of runs, and --method 1 or 2`);
    return { result: asResult(known, known.law), stacked: known.forecaster };
  }
  const runs = await openRuns(file, options);
  const bar = progress("plan", options);
  const result = await fitRuns(runs, {
    ...fitOptions(options),
    methods: [Number(options.method) as 1 | 2 | 3],
    signal: interruption(),
    onProgress: bar.update,
  });
  bar.done();
  return { result, stacked: stackedOn(runs, options.seed) };
}

/** A fit read back, as far as plans and their figure need it. */
function asResult({ runs, draws }: ReadLaw, law: Law): FitResult {
  const { alpha, beta } = law;
  const fit = { method: "parametric", ...law, a: beta / (alpha + beta), delta: 1e-3, objective: Number.NaN };
  const residuals = runs.loss.map((loss, i) => log(lossAt(law, runs.N[i]!, runs.D[i]!) / loss));
  const bootstrap = draws.length === 0 ? null : { draws, failed: 0, by: "case", seed: 1 };
  return {
    ...{ runs, isoflop: null, envelope: null, ray: null, isoflopBias: null, unavailable: [], warnings: [] },
    parametric: { fit: { ...fit, residuals }, bootstrap, ci: null, bridge: null, forecast: null, profiles: [] },
    made: provenance("plan", { rows: runs.n }),
  } as unknown as FitResult;
}

function columns(plans: readonly Told[]) {
  const pick = (of: (p: Told) => number | undefined) => plans.map((p) => of(p) ?? Number.NaN);
  const out: Record<string, number[]> = {};
  for (const key of ["flops", "N", "D", "loss"] as const) {
    out[key] = pick((p) => p[key]);
    out[`${key}_low`] = pick((p) => p.ci?.[key][0]);
    out[`${key}_high`] = pick((p) => p.ci?.[key][1]);
  }
  if (plans.some(({ forecast }) => forecast))
    for (const key of ["loss", "low", "high"] as const) out[`forecast_${key}`] = pick((p) => p.forecast?.[key]);
  out.training_flops = pick((p) => p.trainingFlops);
  out.training_flops_low = pick((p) => p.ci?.trainingFlops[0]);
  out.training_flops_high = pick((p) => p.ci?.trainingFlops[1]);
  for (const key of ["epochs", "days", "cost"] as const)
    if (plans[0]![key] !== null) out[key] = pick((p) => p[key] ?? undefined);
  if (plans[0]!.epochs !== null)
    ["low", "high"].forEach((end, i) => {
      out[`epochs_${end}`] = pick((p) => p.ci?.epochs?.[i]);
    });
  for (const key of ["days", "cost"] as const)
    if (plans[0]![key] !== null)
      ["low", "high"].forEach((end, i) => {
        out[`${key}_${end}`] = pick((p) => p.billCi?.[key]?.[i]);
      });
  const excess = (by: number) => pick((p) => p.misses?.find(({ factor }) => factor === by)?.excess);
  out.excess_half = excess(0.5);
  out.excess_double = excess(2);
  return out;
}

function inWords(plans: readonly Told[], warnings: readonly string[]): string {
  // intervals of a loss are narrow
  const between = (name: string, [low, high]: Interval) => {
    const digits = name.startsWith("loss") ? 4 : 3;
    return `${readable(low, digits)} … ${readable(high, digits)}`;
  };
  const told = (excess: number) => (excess < Infinity ? fixed(excess) : "∞: no token is left to train on");
  const lines = plans.flatMap((p) => {
    const rows: [string, number, Interval | undefined][] = [
      ["compute C (flops)", p.flops, p.ci?.flops],
      ["model size N", p.N, p.ci?.N],
      ["tokens D", p.D, p.ci?.D],
      ["tokens a parameter", p.tokensPerParameter, p.ci?.tokensPerParameter],
      ["loss", p.loss, p.ci?.loss],
    ];
    const more: [string, number | null, Interval | null | undefined][] = [
      ["loss of a run, all laws", p.forecast?.loss ?? null, p.forecast && [p.forecast.low, p.forecast.high]],
      ["flops of training", p.trainingFlops < 0.999 * p.flops ? p.trainingFlops : null, p.ci?.trainingFlops],
      ["epochs", p.epochs, p.ci?.epochs],
      ["days", p.days, p.billCi?.days],
      ["cost", p.cost, p.billCi?.cost],
    ];
    rows.push(
      ...more.flatMap(([name, x, ci]) => (x === null ? [] : [[name, x, ci ?? undefined] as (typeof rows)[number]])),
    );
    return [
      bold(`C = ${brief(p.flops, 3)} flops, N = ${brief(p.N, 3)}`),
      "",
      table([
        { title: "", values: rows.map(([name]) => name) },
        { title: "plan", values: rows.map(([, value]) => readable(value)) },
        ...(p.ci
          ? [
              {
                title: "95 %",
                values: rows.map(([name, value, range]) =>
                  !range ? "" : range[1] > range[0] * (1 + 1e-9) ? between(name, range) : value ? "given" : "",
                ),
              },
            ]
          : []),
      ]),
      ...(p.misses
        ? [
            "",
            table([
              {
                title: "if the model is",
                values: p.misses.map(({ factor }) => (factor < 1 ? "2× too small" : "2× too large")),
              },
              { title: "loss rises by", values: p.misses.map(({ excess }) => told(excess)) },
              ...(p.ci
                ? [
                    {
                      title: "95 %",
                      values: p.misses.map((m) => (m.ci ? m.ci.excess.map((x) => fixed(x)).join(" … ") : "")),
                    },
                  ]
                : []),
              { title: "compute thrown away", values: p.misses.map(({ wasted }) => `${(100 * wasted).toFixed(1)} %`) },
            ]),
          ]
        : []),
      "",
    ];
  });
  return [...lines, ...warnings.map((warning) => `  warning: ${warning}`)].join("\n").trimEnd();
}
