// Fits of scaling laws to a table of runs: the choices that `isoflop fit` offers as parameters of a cell.

import { fitRuns } from "../../fitting/fit.ts";
import { parseColumns, parseWhere, runsFromTable } from "../../fitting/from-table.ts";
import type { OptimaFit } from "../../fitting/powerlaws.ts";
import { dropHighestLoss, type Runs, select } from "../../fitting/runs.ts";
import type { Interval } from "../../math/quantiles.ts";
import { type Tables, tableOf } from "../tables.ts";
import type { Column, JobKind, Parameters } from "./kind.ts";
import { number } from "./parameters.ts";

/** ξ is the exponent of N* ∝ C^ξ, the a of the papers: beside A that would be one column to SQL. */
const ESTIMATES = ["E", "A", "B", "alpha", "beta", "K", "xi", "eta", "tokensExponent"] as const;
type Estimates = Partial<Record<(typeof ESTIMATES)[number], number>>;

export const fitJob: JobKind = {
  name: "fit",
  about: "a scaling law fitted to a table of runs, with bootstrap intervals",
  revision: 1,
  seeded: true,
  parameters: {
    table: { type: "table", about: "training runs: a .csv, .tsv, .jsonl or .parquet file, from the plan's folder" },
    method: {
      ...{ type: "integer", about: "1 envelope, 2 isoFLOP slices, 3 parametric" },
      ...{ least: 1, most: 3, default: 3 },
    },
    columns: {
      type: "text",
      about: "columns by name, as N=params,D=tokens,C=flops,loss=loss,run=name; by default the usual names",
      default: null,
      check: (value) => void parseColumns(value as string),
    },
    where: {
      type: "texts",
      about: "only rows that read so, each as column=value",
      default: null,
      check: (value) => void parseWhere(value as string[]),
    },
    flopsPerToken: {
      ...{ type: "number", about: "k in C = kND; by default 6, or what the rows say" },
      ...{ above: 0, default: null },
    },
    window: { type: "numbers", about: "only rows with C from … to", above: 0, entries: 2, default: null },
    dropHighestLoss: { type: "integer", about: "rows of highest loss left out", least: 0, default: 0 },
    delta: { type: "number", about: "Huber's δ on log L, method 3", above: 0, default: 1e-3 },
    curve: {
      type: "text",
      about: "how method 2 finds a minimum",
      choices: ["parabola", "akima"],
      default: "parabola",
    },
    starts: {
      type: "text",
      about: "of method 3: the published grid of 4,500 as well, or variable projection's alone, which is far faster",
      choices: ["grid", "projection"],
      default: "grid",
    },
    bootstrap: {
      ...{ type: "integer", about: "resamples for the intervals, drawn from the seed; 0 for none, else 20 or more" },
      ...{ least: 0, most: 1e6, default: 1000 },
    },
    by: {
      type: "text",
      about: "what is resampled; auto: runs where some have several rows",
      choices: ["auto", "case", "run"],
      default: "auto",
    },
  },
  results: {
    ...numeric(ESTIMATES),
    ...numeric(ESTIMATES.flatMap((name) => [`${name}Low`, `${name}High`])),
    objective: "number",
  },
  stats: {
    rows: "integer",
    runs: "integer",
    converged: "boolean",
    startsTried: "integer",
    atBest: "integer",
    failedDraws: "integer",
    warnings: "text",
  },
  curves: [],
  // parsed, a table holds every cell as a text of its own
  memory: ({ table }, tables) => 20 * (tables.get(table as string)?.byteLength ?? 0),
  async run(p, seed, tables) {
    const runs = await runsOf(p, tables);
    const { parametric, isoflop, envelope, unavailable, warnings } = await fitRuns(runs, {
      methods: [number(p, "method") as 1 | 2 | 3],
      delta: number(p, "delta"),
      starts: p.starts as "grid" | "projection",
      isoflop: { curve: p.curve as "parabola" | "akima" },
      draws: number(p, "bootstrap"),
      by: p.by as "auto" | "case" | "run",
      seed,
      threads: 1,
    });
    const fitted = parametric ?? isoflop ?? envelope;
    if (!fitted) throw new RangeError(unavailable[0]!.reason);
    const estimates = parametric ? lawIn(parametric.fit) : optimaIn((isoflop ?? envelope)!.fit);
    const { converged = null, starts: startsTried = null, atBest = null } = parametric?.fit.stats ?? {};
    return {
      results: {
        ...Object.fromEntries(ESTIMATES.map((name) => [name, estimates[name] ?? null])),
        ...intervals(fitted.ci),
        objective: parametric?.fit.objective ?? null,
      },
      stats: {
        rows: runs.n,
        runs: new Set(runs.run).size,
        ...{ converged, startsTried, atBest },
        failedDraws: fitted.bootstrap?.failed ?? null,
        warnings: warnings.join("; ") || null,
      },
    };
  },
};

async function runsOf(p: Parameters, tables: Tables): Promise<Runs> {
  const all = runsFromTable(await tableOf(p.table as string, tables), {
    ...(p.columns !== null && { columns: parseColumns(p.columns as string) }),
    ...(p.where !== null && { where: parseWhere(p.where as string[]) }),
    ...(p.flopsPerToken !== null && { flopsPerToken: number(p, "flopsPerToken") }),
  });
  const [low, high] = (p.window as [number, number] | null) ?? [0, Infinity];
  const runs = select(all, (i) => all.C[i]! >= low && all.C[i]! <= high);
  return number(p, "dropHighestLoss") > 0 ? dropHighestLoss(runs, number(p, "dropHighestLoss")) : runs;
}

function lawIn({ E, A, B, alpha, beta }: Required<Pick<Estimates, "E" | "A" | "B" | "alpha" | "beta">>): Estimates {
  return { E, A, B, alpha, beta, xi: beta / (alpha + beta), eta: (alpha * beta) / (alpha + beta) };
}

function optimaIn({ size, tokens, loss }: OptimaFit): Estimates {
  return { E: loss.E, K: loss.K, xi: size.exponent, eta: loss.eta, tokensExponent: tokens.exponent };
}

/** EName of an interval in a fit: a for ξ, b for the tokens'. */
function intervals(ci: Readonly<Record<string, Interval>> | null): Record<string, number | null> {
  const named: Record<string, string> = { xi: "a", tokensExponent: "b" };
  return Object.fromEntries(
    ESTIMATES.flatMap((name) => {
      const [low, high] = ci?.[named[name] ?? name] ?? [null, null];
      return [
        [`${name}Low`, low],
        [`${name}High`, high],
      ];
    }),
  );
}

function numeric(names: readonly string[]): Record<string, Column> {
  return Object.fromEntries(names.map((name) => [name, "number"]));
}
