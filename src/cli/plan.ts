// isoflop plan: from runs and a budget, or a model size, to the rest of a training plan, and what being off by 2× costs.

import { type Command, Option } from "commander";
import { fitRuns, type Interval, type Plan, plan } from "../index.ts";
import { brief, fixed, readable } from "../numbers.ts";
import { Failure, Usage } from "./errors.ts";
import { interruption } from "./interrupt.ts";
import { type Common, list, withCommon } from "./options.ts";
import { openOutput } from "./output.ts";
import { progress } from "./progress.ts";
import { fitOptions, openRuns, type RunsValues, withRuns } from "./runs.ts";
import { bold, table } from "./table.ts";

interface Options extends RunsValues, Common {
  readonly method: "1" | "2" | "3";
  readonly budget?: Float64Array;
  readonly size?: Float64Array;
}

export function define(command: Command): void {
  withCommon(
    withRuns(command)
      .addOption(
        new Option("--budget <list>", "budgets C in flops, as 1e24 or 1e22:1e26:5").argParser(list).conflicts("size"),
      )
      .addOption(new Option("--size <list>", "model sizes N in parameters").argParser(list))
      .addOption(
        new Option("--method <n>", "1 envelope, 2 isoFLOP slices, 3 parametric").choices(["1", "2", "3"]).default("3"),
      ),
  ).action(run);
}

async function run(file: string, options: Options): Promise<void> {
  const targets = options.budget ?? options.size;
  if (!targets) throw new Usage("give what is known: --budget C or --size N");
  const write = await openOutput(options);
  const runs = await openRuns(file, options);
  const bar = progress("plan", options);
  const method = Number(options.method) as 1 | 2 | 3;
  const result = await fitRuns(runs, {
    ...fitOptions(options),
    methods: [method],
    signal: interruption(),
    onProgress: bar.update,
  });
  bar.done();
  const fitted = result.parametric ?? result.isoflop ?? result.envelope;
  if (!fitted) throw new Failure(`no plan without a fit: ${result.unavailable[0]!.reason}`);
  const draws = fitted.bootstrap?.draws ?? [];
  const name = options.budget ? "flops" : "N";
  const plans = Array.from(targets, (value) =>
    plan(fitted.fit, { [name]: value }, { flopsPerToken: runs.flopsPerToken, draws }),
  );
  const beyond = Math.max(...plans.map((p) => p.flops)) / runs.C.reduce((most, C) => Math.max(most, C), 0);
  const warnings = [
    ...result.warnings,
    ...(beyond > 100
      ? [
          `the largest budget is ${brief(beyond, 2)} times the largest run: an extrapolation that intervals do not cover`,
        ]
      : []),
  ];
  await write({
    json: () => ({ method, flopsPerToken: runs.flopsPerToken, plans, warnings, made: result.made }),
    columns: () => columns(plans),
    text: () => inWords(plans, warnings),
    figure: async () => (await import("../figures/index.ts")).planFigure({ result, plans }),
  });
}

function columns(plans: readonly Plan[]) {
  const pick = (of: (p: Plan) => number | undefined) => plans.map((p) => of(p) ?? Number.NaN);
  const out: Record<string, number[]> = {};
  for (const key of ["flops", "N", "D", "loss"] as const) {
    out[key] = pick((p) => p[key]);
    out[`${key}_low`] = pick((p) => p.ci?.[key][0]);
    out[`${key}_high`] = pick((p) => p.ci?.[key][1]);
  }
  out.excess_half = pick((p) => p.misses?.[0]?.excess);
  out.excess_double = pick((p) => p.misses?.[1]?.excess);
  return out;
}

function inWords(plans: readonly Plan[], warnings: readonly string[]): string {
  const between = (range: Interval | undefined) => (range ? `${readable(range[0], 3)} … ${readable(range[1], 3)}` : "");
  const lines = plans.flatMap((p) => {
    const rows: [string, number, Interval | undefined][] = [
      ["compute C (flops)", p.flops, p.ci?.flops],
      ["model size N", p.N, p.ci?.N],
      ["tokens D", p.D, p.ci?.D],
      ["tokens a parameter", p.tokensPerParameter, p.ci?.tokensPerParameter],
      ["loss", p.loss, p.ci?.loss],
    ];
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
                values: rows.map(([, value, range]) =>
                  range && range[1] > range[0] * (1 + 1e-9) ? between(range) : value ? "given" : "",
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
              { title: "loss rises by", values: p.misses.map(({ excess }) => fixed(excess)) },
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
