// Do designed runs foretell better than others? On Farseer's published runs, with a hundredth of all their compute: a dozen small runs,
// then those that `designRuns` chooses among the rest up to a tenth of the largest, or as many drawn at random as cost the same.
// What counts is the median error on the runs of more than that tenth.
//   npx tsx bench/design.ts FOLDER [draws]

import { existsSync } from "node:fs";
import { designRuns, forecaster } from "../src/fitting/laws/index.ts";
import { generator } from "../src/fitting/resample.ts";
import { select } from "../src/index.ts";
import { median, TABLES, tableRuns } from "./hold-out.ts";

const [folder = "../shared/data", draws = "50"] = process.argv.slice(2);
const table = TABLES.find(({ name }) => name === "farseer")!;
if (!existsSync(`${folder}/${table.file}`)) {
  console.log(`skipped: there is no ${folder}/${table.file}`);
  process.exit();
}
const all = await tableRuns(folder, table);
const most = all.C.reduce((a, b) => Math.max(a, b), 0);
const spend = all.C.reduce((a, b) => a + b, 0) / 100;
const test = select(all, (i) => all.C[i]! > most / 10);
const pool = Array.from(all.C.keys()).filter((i) => all.C[i]! <= most / 10 && all.C[i]! <= spend);
const cheap = pool
  .slice()
  .sort((i, j) => all.C[i]! - all.C[j]!)
  .slice(0, Math.floor(pool.length / 3));

/** The same numbers in an order drawn at random. */
function shuffled(values: readonly number[], next: () => number): number[] {
  const out = values.slice();
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor((next() / 2 ** 32) * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

const cost = (rows: readonly number[]): number => rows.reduce((sum, i) => sum + all.C[i]!, 0);
const error = (rows: readonly number[]): number => {
  const kept = new Set(rows);
  const made = forecaster(
    select(all, (i) => kept.has(i)),
    undefined,
    { draws: 100 },
  );
  return median(made.all(test).map(({ loss }, i) => Math.abs(Math.log(loss / test.loss[i]!))));
};
const [designed, random]: [number[], number[]] = [[], []];
for (let draw = 0; draw < Number(draws); draw++) {
  const next = generator(11, draw);
  const start = shuffled(cheap, next).slice(0, 12);
  const left = spend - cost(start);
  const rest = pool.filter((i) => !start.includes(i));
  const first = select(all, (i) => start.includes(i));
  const { runs } = designRuns(first, forecaster(first, undefined, { draws: 300 }), {
    ...{ target: most, spend: left, most: 60 },
    candidates: rest.map((i) => ({ N: all.N[i]!, D: all.D[i]!, C: all.C[i]! })),
  });
  // runs of one N and D are as good as each other: as many of them as were chosen
  const wanted = runs.slice();
  const chosen = rest.filter((i) => {
    const at = wanted.findIndex((run) => run.N === all.N[i] && run.D === all.D[i] && run.C === all.C[i]);
    if (at >= 0) wanted.splice(at, 1);
    return at >= 0;
  });
  const others: number[] = [];
  for (const i of shuffled(rest, next)) if (cost(others) + all.C[i]! <= cost(chosen)) others.push(i);
  designed.push(error([...start, ...chosen]));
  random.push(error([...start, ...others]));
  if (process.argv.includes("verbose"))
    console.log(
      draw,
      chosen.length,
      others.length,
      cost(chosen) / spend,
      cost(others) / spend,
      designed.at(-1),
      random.at(-1),
    );
}
const percent = (x: number) => `${(100 * x).toFixed(2)} %`;
const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const wins = designed.filter((e, i) => e < random[i]!).length;
console.log(
  `${test.n} large runs of Farseer from ${percent(1 / 100)} of the compute, ${designed.length} draws: off by ${percent(mean(designed))} (median ${percent(median(designed))}) with designed runs, ` +
    `${percent(mean(random))} (median ${percent(median(random))}) with random ones of the same cost; designed better in ${wins}`,
);
