// isoflop fit: exponents and allocation from training runs, by Chinchilla's three approaches, with intervals.

import { extname } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Better, clearlyBetter, type Forecaster, type PointForecast, saved } from "../fitting/laws/index.ts";
import {
  type FitResult,
  type Fitted,
  fitRuns,
  type Interval,
  type Law,
  type Model,
  type Plan,
  plan,
  type Rollout,
  rollouts,
  runCount,
  type Sensitivity,
  sensitivity,
} from "../index.ts";
import { brief, fixed, percent, readable } from "../numbers.ts";
import { bridgeInWords, forecastTable } from "./bridge.ts";
import { Failure, Usage } from "./errors.ts";
import { fitOneLaw } from "./fit-law.ts";
import { fitRates, fitScheduleLaw, OF_RATES, pairsOf, type RateValues } from "./fit-rates.ts";
import { largest, lawOption, reach, stackedOn } from "./forecasting.ts";
import { interruption } from "./interrupt.ts";
import { type LawValues, withLawOptions } from "./law-options.ts";
import { type Common, positives, withCommon } from "./options.ts";
import { openOutput } from "./output.ts";
import { progress } from "./progress.ts";
import { fitOptions, openRuns, type RunsValues, withRuns } from "./runs.ts";
import { bold, table } from "./table.ts";

interface Options
  extends RunsValues,
    Omit<LawValues, "delta" | "columns">,
    Pick<RateValues, "sweep" | "schedule">,
    Common {
  readonly method: (1 | 2 | 3)[];
  readonly budget?: Float64Array;
  readonly sensitivity?: boolean;
}

export const NAMES = { flops: "budget" };

export function define(command: Command): void {
  withCommon(
    withLawOptions(withRuns(command).addOption(lawOption()))
      .option("--method <list>", "1 envelope, 2 isoFLOP slices, 3 parametric", methods, [3] as (1 | 2 | 3)[])
      .option("--budget <list>", "budgets in flops to recommend N and D for, as 1e22,1e24 or LO:HI:N", positives)
      .addOption(
        new Option("--sweep <names>", "of --law lr-batch, as lr=peak_lr,batch=bs,sequence=2048").argParser(
          pairsOf(["lr", "batch", "sequence"]),
        ),
      )
      .addOption(
        new Option(
          "--schedule <names>",
          "of --law multi-power-law, as step=step,lr=lr,loss=loss,curve=run,warmup=2160",
        ).argParser(pairsOf(["step", "lr", "loss", "curve", "warmup"])),
      )
      .option("--sensitivity", "refit with other δ, without each row, in other windows, and foretell larger models"),
  ).action(run);
}

function methods(text: string): (1 | 2 | 3)[] {
  const list = text.split(",").map(Number);
  if (!list.every((x) => x === 1 || x === 2 || x === 3))
    throw new InvalidArgumentError(`give 1, 2, 3 or several as 1,3; got "${text}".`);
  return list as (1 | 2 | 3)[];
}

/** Options that say how a law is fitted, and what needs one. */
const OF_LAWS = [
  "fix",
  "tie",
  "byGroup",
  "weights",
  "lossFunction",
  "quantile",
  "overestimatePenalty",
  "residuals",
] as const;

async function run(file: string, options: Options, command: Command): Promise<void> {
  const ofRates = options.law?.find((name) => Object.hasOwn(OF_RATES, name.trim()))?.trim();
  if (ofRates !== undefined) {
    if (options.law!.length > 1) throw new Usage("give one --law to fit; compare takes several");
    const takes = [...OF_RATES[ofRates]!, "law", "json", "csv", "out", "quiet", "dark"];
    const other = command.options.find(
      (option) =>
        command.getOptionValueSource(option.attributeName()) === "cli" && !takes.includes(option.attributeName()),
    );
    if (other) throw new Usage(`${other.long} is not for --law ${ofRates}`);
    return ofRates === "lr-batch" ? fitRates(file, options) : fitScheduleLaw(file, options);
  }
  const alone = options.sweep ? "sweep" : options.schedule ? "schedule" : undefined;
  if (alone) throw new Usage(`--${alone} is for --law ${alone === "sweep" ? "lr-batch" : "multi-power-law"}`);
  if (options.law) {
    // δ follows the residuals unless it was told
    const { delta, ...rest } = options;
    return fitOneLaw(file, command.getOptionValueSource("delta") === "default" ? rest : { ...rest, delta });
  }
  const needs = OF_LAWS.find((name) => options[name] !== undefined);
  if (needs !== undefined)
    throw new Usage(`--${needs.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} needs --law, as --law chinchilla`);
  const write = await openOutput(options);
  const runs = await openRuns(file, options);
  const bar = progress("fit", options);
  const result = await fitRuns(runs, {
    ...fitOptions(options),
    methods: options.method,
    signal: interruption(),
    onProgress: bar.update,
  });
  bar.done();
  const budgets = options.budget ?? new Float64Array();
  const law = result.parametric?.fit;
  const more = options.sensitivity && law ? { sensitivity: sensitivity(runs, law), rollouts: rollouts(runs) } : null;
  const better = law ? (clearlyBetter(runs) ?? null) : null;
  const files = (options.out ?? []).map((name) => extname(name).toLowerCase());
  const stacked =
    budgets.length > 0 || files.some((ending) => ending === ".json" || ending === ".svg" || ending === ".png")
      ? stackedOn(runs, options.seed)
      : null;
  const entries = entriesOf(result, budgets, stacked);
  const told: FitResult = {
    ...result,
    warnings: [
      ...result.warnings,
      ...reach(budgets.reduce((a, b) => Math.max(a, b), 0) / largest(runs), stacked),
      ...entries.flatMap(apart),
    ],
  };
  await write({
    json: (file) => ({
      ...summary(told, entries),
      ...more,
      better,
      ...(file && saved(runs, law ?? null, (result.parametric?.bootstrap?.draws ?? []) as Law[], stacked)),
    }),
    columns: () => longTable(told, entries),
    text: () => inWords(told, entries, more) + (better ? `\n\n${betterInWords(better)}` : ""),
    figure: async () => (await import("../figures/index.ts")).fitFigure({ result: told, budgets, forecaster: stacked }),
  });
  const { unavailable } = result;
  if (unavailable.length > 0)
    throw new Failure(unavailable.map(({ method, reason }) => `approach ${method}: ${reason}`).join("; "));
}

/** That another law is clearly better, in one sentence. */
function betterInWords({ law, aicc, heldOut }: Better): string {
  const beyond = heldOut
    ? `, and runs beyond those it was fitted to are foretold to ${percent(heldOut[0], 2)} instead of ${percent(heldOut[1], 2)}`
    : "";
  return `  The law ${law} describes these runs clearly better: AICc ${fixed(aicc, 0)} lower${beyond} (isoflop compare).`;
}

/** An approach with its plans at the budgets, each with what all laws stacked say of the loss there. */
interface Entry {
  readonly name: "parametric" | "isoflop" | "envelope";
  readonly title: string;
  readonly fitted: Fitted<Model, Model>;
  readonly plans: readonly (Plan & { readonly forecast: PointForecast | null })[];
}

function entriesOf(
  { parametric, isoflop, envelope, runs: { flopsPerToken } }: FitResult,
  budgets: Float64Array,
  stacked: Forecaster | null,
): Entry[] {
  const plans = (fitted: Fitted<Model, Model>): Entry["plans"] =>
    Array.from(budgets, (flops) => {
      const made = plan(fitted.fit, { flops }, { flopsPerToken, draws: fitted.bootstrap?.draws ?? [] });
      return { ...made, forecast: stacked?.at(made.N, made.D) ?? null };
    });
  return (
    [
      { name: "parametric", title: "Approach 3, L = E + A/N^α + B/D^β", fitted: parametric },
      { name: "isoflop", title: "Approach 2, minima of isoFLOP slices", fitted: isoflop },
      { name: "envelope", title: "Approach 1, lower envelope of loss curves", fitted: envelope },
    ] as const
  ).flatMap(({ name, title, fitted }) => (fitted ? [{ name, title, fitted, plans: plans(fitted) }] : []));
}

/** What is said of an approach whose own loss no run would have, by all laws: the first such budget of each. */
function apart({ title, plans }: Entry): string[] {
  const found = plans.find(({ loss, forecast }) => forecast && (loss < forecast.low || loss > forecast.high));
  if (!found) return [];
  const { flops, loss, forecast } = found;
  return [
    `${title.split(",")[0]!.toLowerCase()} has ${fixed(loss)} at ${brief(flops)} flops, outside of what all laws say of a run there, ${readable(forecast!.low)} … ${readable(forecast!.high)}: they contradict each other`,
  ];
}

/** The numbers of an approach in the order they are told. */
function parameters({ fit }: Fitted<Model, Model>): Record<string, number> {
  if ("alpha" in fit) {
    const { E, A, B, alpha, beta } = fit;
    return { E, A, B, alpha, beta, a: beta / (alpha + beta), eta: (alpha * beta) / (alpha + beta) };
  }
  const { size, tokens, loss } = fit;
  return { a: size.exponent, b: tokens.exponent, E: loss.E, K: loss.K, eta: loss.eta };
}

/** Fields that stay stable: E, A, B, alpha, beta, a, objective, ci, warnings; null where there is no approach 3. */
function summary(result: FitResult, entries: readonly Entry[]) {
  const { runs, parametric, identifiability, ray, unavailable, warnings, made } = result;
  const told = ({ fitted, plans }: Entry) => {
    const { bridge } = fitted;
    return {
      ...parameters(fitted),
      ci: fitted.ci,
      plans,
      bootstrap: fitted.bootstrap && {
        draws: fitted.bootstrap.draws.length,
        failed: fitted.bootstrap.failed,
        by: fitted.bootstrap.by,
      },
      bridge: bridge && { ...bridge, region: undefined },
      forecast: fitted.forecast,
    };
  };
  const all = Object.fromEntries(entries.map((entry) => [entry.name, told(entry)]));
  const nothing = { E: null, A: null, B: null, alpha: null, beta: null, a: null, ci: null };
  return {
    ...(all.parametric ?? nothing),
    objective: parametric?.fit.objective ?? null,
    profiles: parametric?.profiles ?? null,
    stats: parametric?.fit.stats ?? null,
    isoflop: all.isoflop ? { ...all.isoflop, bias: result.isoflopBias } : null,
    envelope: all.envelope ?? null,
    ray,
    identifiability,
    unavailable,
    warnings,
    data: { rows: runs.n, runs: runCount(runs), flopsPerToken: runs.flopsPerToken },
    made,
  };
}

function longTable(result: FitResult, entries: readonly Entry[]) {
  const rows: [string, string, number, number, number][] = [];
  for (const { name, fitted, plans } of entries) {
    for (const [key, value] of Object.entries(parameters(fitted)))
      rows.push([name, key, value, ...(fitted.ci?.[key] ?? ([Number.NaN, Number.NaN] as const))]);
    for (const p of plans) {
      if (p.forecast)
        rows.push([name, `forecast at ${brief(p.flops)}`, p.forecast.loss, p.forecast.low, p.forecast.high]);
      for (const key of ["N", "D", "loss"] as const)
        rows.push([
          name,
          `${key} at ${brief(p.flops)}`,
          p[key],
          ...(p.ci?.[key] ?? ([Number.NaN, Number.NaN] as const)),
        ]);
    }
  }
  if (result.ray)
    for (const key of ["E", "K", "eta"] as const)
      rows.push(["ray", key, result.ray[key], ...(result.ray.ci?.[key] ?? ([Number.NaN, Number.NaN] as const))]);
  return {
    approach: rows.map((r) => r[0]),
    quantity: rows.map((r) => r[1]),
    value: rows.map((r) => r[2]),
    low: rows.map((r) => r[3]),
    high: rows.map((r) => r[4]),
  };
}

const SYMBOLS: Record<string, string> = {
  alpha: "α",
  beta: "β",
  a: "a, N* ∝ C^a",
  b: "b, D* ∝ C^b",
  K: "K, L* = E + K/C^η",
  eta: "η, L* − E ∝ C^−η",
};

function inWords(
  result: FitResult,
  entries: readonly Entry[],
  more: { sensitivity: Sensitivity; rollouts: Rollout[] } | null,
): string {
  const { runs, parametric, ray, warnings, unavailable } = result;
  const count = runCount(runs);
  const lines = [
    bold(`${runs.n} rows${count < runs.n ? ` of ${count} runs` : ""}`) +
      `, N ${ends(runs.N)}, D ${ends(runs.D)}, C ${ends(runs.C)}`,
  ];
  for (const { fitted, title, name, plans } of entries) {
    const names = parameters(fitted);
    const profiled = (key: string) => parametric?.profiles.find((p) => p.parameter === key)?.interval;
    lines.push(
      "",
      `  ${bold(title)}`,
      table([
        { title: "", values: Object.keys(names).map((key) => SYMBOLS[key] ?? key) },
        { title: "fit", values: Object.values(names).map((x) => readable(x)) },
        ...(fitted.ci
          ? [{ title: "95 %, bootstrap", values: Object.keys(names).map((key) => between(fitted.ci![key])) }]
          : []),
        ...(name === "parametric" && parametric!.profiles.length > 0
          ? [{ title: "95 %, profile", values: Object.keys(names).map((key) => between(profiled(key))) }]
          : []),
      ]),
    );
    if (name === "parametric") {
      const { objective, delta, stats } = parametric!.fit;
      lines.push(
        `  objective ${objective.toPrecision(6)} (sum of Huber, δ = ${brief(delta)}); ${stats.atBest} of ${stats.starts} starts end there`,
      );
    }
    if (fitted.bootstrap)
      lines.push(
        `  ${fitted.bootstrap.draws.length} bootstrap draws by ${fitted.bootstrap.by}, seed ${fitted.bootstrap.seed}`,
      );
    const { bridge } = fitted;
    if (bridge) {
      lines.push("", ...bridgeInWords(bridge).map((line) => `  ${line}`), forecastTable(fitted.forecast!));
    }
    if (plans.length > 0)
      lines.push(
        "",
        table([
          { title: "budget C", values: plans.map((p) => p.flops), format: brief },
          { title: "best N*", values: plans.map((p) => p.N) },
          ...(fitted.ci ? [{ title: "95 %", values: plans.map((p) => between(p.ci?.N)) }] : []),
          { title: "best D*", values: plans.map((p) => p.D) },
          ...(fitted.ci ? [{ title: "95 %", values: plans.map((p) => between(p.ci?.D)) }] : []),
          { title: "D/N", values: plans.map((p) => readable(p.tokensPerParameter, 3)) },
          { title: "loss", values: plans.map((p) => p.loss), format: (x) => fixed(x) },
          ...(plans[0]!.forecast
            ? [
                {
                  title: "of a run, all laws, 95 %",
                  values: plans.map(({ forecast }) => `${readable(forecast!.low)} … ${readable(forecast!.high)}`),
                },
              ]
            : []),
        ]),
      );
  }
  if (ray)
    lines.push(
      "",
      `  ${bold("Along the line of these runs, L = E + K/C^η")}`,
      table([
        { title: "", values: ["E", "K", "η"] },
        { title: "fit", values: [ray.E, ray.K, ray.eta].map((x) => readable(x)) },
        { title: "95 %, bootstrap", values: [ray.ci?.E, ray.ci?.K, ray.ci?.eta].map(between) },
      ]),
    );
  if (more) lines.push("", ...leaning(more));
  if (warnings.length > 0) lines.push("", ...warnings.map((warning) => `  warning: ${warning}`));
  if (unavailable.length > 0)
    lines.push(
      "",
      ...unavailable.map(
        ({ method, reason }) =>
          `  no approach ${method}: ${reason}${method === 3 ? " (predict foretells losses all the same)" : ""}`,
      ),
    );
  return lines.join("\n");
}

function leaning({ sensitivity, rollouts }: { sensitivity: Sensitivity; rollouts: Rollout[] }): string[] {
  const rows = [
    ...sensitivity.delta.map((r) => ({ what: `δ = ${brief(r.delta)}`, ...r })),
    ...sensitivity.window.map((r) => ({ what: `C from ${brief(r.flops[0], 2)} to ${brief(r.flops[1], 2)}`, ...r })),
    ...sensitivity.dropped.slice(0, 3).map((r) => ({ what: `without row ${r.row}`, ...r })),
  ];
  return [
    `  ${bold("The fit under other choices")}`,
    table([
      { title: "", values: rows.map((r) => r.what) },
      { title: "rows", values: rows.map((r) => r.n), format: (x) => x.toFixed(0) },
      { title: "E", values: rows.map((r) => r.E), format: (x) => fixed(x) },
      { title: "α", values: rows.map((r) => r.alpha), format: (x) => fixed(x) },
      { title: "β", values: rows.map((r) => r.beta), format: (x) => fixed(x) },
      { title: "a", values: rows.map((r) => r.a), format: (x) => fixed(x) },
    ]),
    ...(rollouts.length > 0
      ? [
          "",
          `  ${bold("Larger models foretold from smaller ones")}`,
          table([
            { title: "fitted up to N", values: rollouts.map((r) => r.upTo) },
            { title: "rows", values: rollouts.map((r) => `${r.fitted} → ${r.held}`) },
            { title: "their error, rms", values: rollouts.map((r) => percent(r.rms)) },
            { title: "mean", values: rollouts.map((r) => percent(r.bias)) },
            { title: "where fitted, rms", values: rollouts.map((r) => percent(r.rmsFitted)) },
          ]),
        ]
      : []),
  ];
}

function between(range: Interval | undefined): string {
  if (!range) return "";
  return `${readable(range[0], 3)} … ${readable(range[1], 3)}`;
}

function ends(values: Float64Array): string {
  let [low, high] = [Infinity, -Infinity];
  for (const x of values) [low, high] = [Math.min(low, x), Math.max(high, x)];
  return low === high ? brief(low, 2) : `${brief(low, 2)} to ${brief(high, 2)}`;
}
