// isoflop design: which runs to make next, so that the loss of a large one is foretold best.

import { type Command, InvalidArgumentError } from "commander";
import { type DesignedRun, designRuns, forecaster } from "../fitting/laws/index.ts";
import { brief, percent, readable } from "../numbers.ts";
import { Usage } from "./errors.ts";
import { type ForecastingValues, openLaws, reach, refuseChoices, withLaws } from "./forecasting.ts";
import { openLaw, refusing } from "./open-table.ts";
import { type Common, number, positives, whole, withCommon } from "./options.ts";
import { openOutput } from "./output.ts";
import { table } from "./table.ts";

interface Options extends ForecastingValues, Common {
  readonly target: number;
  readonly spend: number;
  readonly size?: number;
  readonly sizes?: Float64Array;
  readonly most: number;
  readonly seed: number;
}

export function define(command: Command): void {
  withCommon(
    withLaws(command)
      .requiredOption("--target <C>", "compute of the run to be foretold, in flops", number)
      .requiredOption("--spend <C>", "compute to be spent on runs before it", number)
      .option("--size <N>", "its size; default the best at that compute", number)
      .option(
        "--sizes <list>",
        "sizes that can be trained; default twelve over those of the runs and beyond",
        positives,
      )
      .option("--most <n>", "runs at most", few, 32)
      .option("--seed <n>", "seed of the draws", whole, 1),
  ).action(run);
}

function few(text: string): number {
  const n = whole(text);
  if (n < 1 || n > 1000) throw new InvalidArgumentError("Expected 1 to 1000.");
  return n;
}

async function run(file: string, options: Options): Promise<void> {
  const write = await openOutput(options);
  const known = openLaw(file);
  if (known) refuseChoices(options);
  const { runs, laws } = known ? { runs: known.runs, laws: undefined } : await openLaws(file, options);
  const { target, spend, size, sizes, most, seed } = options;
  const made = refusing(file, () => known?.forecaster ?? forecaster(runs, laws, { seed }));
  let design: ReturnType<typeof designRuns>;
  try {
    design = designRuns(runs, made, {
      ...{ target, spend, most, seed },
      ...(size !== undefined && { size }),
      ...(sizes && { sizes }),
    });
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new Usage(`--${error.message}`);
    throw error;
  }
  const largest = runs.C.reduce((a, b) => Math.max(a, b), 0);
  const warnings = [...runs.warnings, ...made.warnings, ...reach(target / largest, made)];
  const grouped = together(design.runs);
  await write({
    json: () => ({ ...design, warnings }),
    columns: () => ({
      N: design.runs.map(({ N }) => N),
      D: design.runs.map(({ D }) => D),
      C: design.runs.map(({ C }) => C),
    }),
    text: () =>
      [
        table([
          { title: "runs", values: grouped.map(({ count }) => count), format: (x) => x.toFixed(0) },
          { title: "N", values: grouped.map(({ N }) => brief(N, 3)) },
          { title: "D", values: grouped.map(({ D }) => brief(D, 3)) },
          { title: "C each", values: grouped.map(({ C }) => brief(C, 3)) },
          { title: "D/N", values: grouped.map(({ N, D }) => brief(D / N, 3)) },
        ]),
        "",
        `of ${brief(spend, 3)} flops ${brief(design.spent, 3)} spent; the loss at N = ${brief(design.target.N, 3)}, D = ${brief(design.target.D, 3)} (${brief(target, 3)} flops), ${readable(design.target.loss)},`,
        `is known to ± ${percent(design.before.half)}, and would be to ± ${percent(design.after.half)}`,
        ...warnings.map((warning) => `warning: ${warning}`),
      ].join("\n"),
    figure: async () => (await import("../figures/index.ts")).designFigure({ runs, design }),
  });
}

/** Equal runs once, with how many. */
function together(runs: readonly DesignedRun[]): (DesignedRun & { count: number })[] {
  const groups = new Map<string, DesignedRun & { count: number }>();
  for (const run of runs) {
    const key = `${run.N} ${run.D}`;
    const group = groups.get(key);
    if (group) group.count++;
    else groups.set(key, { ...run, count: 1 });
  }
  return [...groups.values()];
}
