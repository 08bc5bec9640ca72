// Is the minimum that a law is fitted to the lowest? Every law of the registry on every published table that has its columns, against
// the best of 100 starts of SciPy (peers/minima.py), and against what SciPy makes of where the fit ended.
//   npx tsx bench/minima.ts FOLDER [law,…] [starts]

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bind, missingInput } from "../src/fitting/laws/bind.ts";
import { fitLaw, REGISTRY, type ScalingLaw, type Tree } from "../src/fitting/laws/index.ts";
import { type Runs, readTable, runsFromTable } from "../src/index.ts";
import { TABLES, tableRuns } from "./hold-out.ts";

/** Huber's δ, as published. */
const DELTA = 1e-3;

/** A formula as Python. */
function python(tree: Tree): string {
  if (tree.kind === "number") return `(${tree.value})`;
  if (tree.kind === "name") return tree.name;
  const of = tree.of.map(python);
  if (/\w/.test(tree.operation)) return `${tree.operation}(${of.join(", ")})`;
  return `(${of.join(tree.operation === "^" ? " ** " : ` ${tree.operation} `)})`;
}

async function tables(folder: string): Promise<[name: string, runs: Runs, laws: readonly ScalingLaw[]][]> {
  const read = async (file: string) => readTable(readFileSync(`${folder}/${file}`, "utf8"), "csv");
  const inSizes = REGISTRY.filter(({ name }) => !["moe", "sigmoid"].includes(name));
  const only = (...names: string[]) => REGISTRY.filter(({ name }) => names.includes(name));
  const found: [string, Runs, readonly ScalingLaw[]][] = [];
  for (const table of TABLES)
    if (existsSync(`${folder}/${table.file}`)) found.push([table.name, await tableRuns(folder, table), inSizes]);
  found.push([
    "data-constrained",
    runsFromTable(await read("data-constrained.csv"), { more: ["unique_tokens"], columns: { run: "" } }),
    inSizes,
  ]);
  const routed = await read("routed.csv");
  for (const router of ["S-Base", "RL-R", "Hash"])
    found.push([
      `routed, ${router}`,
      runsFromTable(routed, {
        columns: { N: "dense_parameter_count", C: "flops_per_step", loss: "loss_validation" },
        units: { N: 1, C: 1e6 },
        where: { router_type: router, k: "1", routing_frequency: "0.5" },
        more: ["num_experts"],
      }),
      only("moe"),
    ]);
  const olmo = await read("olmo-ladder.csv");
  for (const task of ["hellaswag_val", "arc_challenge_test", "arc_easy_test", "piqa_val"]) {
    const runs = runsFromTable(olmo, {
      columns: { N: "params", D: "tokens", loss: `bpb_${task}`, run: "" },
      more: [`acc_${task}`],
    });
    found.push([`OLMo ${task}`, { ...runs, more: { accuracy: runs.more![`acc_${task}`]! } }, only("sigmoid")]);
  }
  return found;
}

export interface Compared {
  readonly table: string;
  readonly law: string;
  readonly objective: number;
  readonly converged: boolean;
  /** The objective over SciPy's best of its starts, and over what SciPy makes of where the fit ended, both less 1. */
  readonly overStarts: number;
  readonly overEnd: number;
  readonly parameters: Readonly<Record<string, number>>;
  readonly scipy: Readonly<Record<string, number>>;
}

/** Every law of some on every table that has its columns and rows enough, against SciPy. */
export async function* compared(folder: string, wanted: readonly string[], starts: number): AsyncGenerator<Compared> {
  for (const [table, runs, laws] of await tables(folder))
    for (const law of laws) {
      if (wanted.length > 0 && !wanted.includes(law.name)) continue;
      if (missingInput(runs, law) !== undefined || runs.n < law.parameters.length + 3) continue;
      const fit = fitLaw(law, runs, { delta: DELTA });
      const bound = bind(law, runs);
      const ends = law.parameters.map((parameter) => law.bounds[parameter]!);
      const { stdout, stderr } = spawnSync("python3", [fileURLToPath(new URL("peers/minima.py", import.meta.url))], {
        input: JSON.stringify({
          ...{ law: law.name, formula: python(law.tree), parameters: law.parameters, delta: DELTA, starts },
          positive: ends.map(([low, high]) => low === 0 && high === Infinity),
          low: ends.map(([low]) => (Number.isFinite(low) ? low : null)),
          high: ends.map(([, high]) => (Number.isFinite(high) ? high : null)),
          columns: Object.fromEntries(Object.entries(bound.inputs).map(([key, column]) => [key, [...column]])),
          ...{ target: [...bound.target], at: [...fit.p] },
        }),
        encoding: "utf8",
        maxBuffer: 1e8,
      });
      if (stdout === "") throw new Error(stderr);
      const scipy = JSON.parse(stdout) as { objective: number; from: number; parameters: Record<string, number> };
      yield {
        ...{ table, law: law.name, objective: fit.objective, converged: fit.converged },
        ...{ overStarts: fit.objective / scipy.objective - 1, overEnd: fit.objective / scipy.from - 1 },
        ...{ parameters: fit.parameters, scipy: scipy.parameters },
      };
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = "../shared/data", which = "", starts = "100"] = process.argv.slice(2);
  let above = 0;
  for await (const one of compared(folder, which.split(",").filter(Boolean), Number(starts))) {
    const worse = Math.max(one.overStarts, one.overEnd) > 1e-6;
    if (worse) {
      above++;
      console.log(one.parameters, one.scipy);
    }
    console.log(
      `${worse ? "ABOVE " : "      "}${one.table.padEnd(28)} ${one.law.padEnd(24)} ${one.objective.toPrecision(9)}  over SciPy's best ${one.overStarts.toExponential(1)}, over what it makes of this ${one.overEnd.toExponential(1)}${one.converged ? "" : ", not converged"}`,
    );
  }
  console.log(above === 0 ? "no minimum lies above SciPy's by more than 1e-6" : `${above} minima lie above SciPy's`);
}
