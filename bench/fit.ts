// How long approach 3 takes: one start of BFGS against the plain TypeScript reference and, where python3 has it, SciPy; the grid of
// 4,500; 4,000 bootstrap draws; all laws stacked. On Chinchilla's 240 rows where they are present (ISOFLOP_DATA, or ../shared/data), else on as many
// synthetic ones.
//   npx tsx bench/fit.ts

import { forecaster } from "../src/fitting/laws/index.ts";
import { gridStarts } from "../src/fitting/parametric.ts";
import { pointsOf } from "../src/fitting/points.ts";
import {
  dropHighestLoss,
  fitParametric,
  fitRuns,
  interval,
  type Kernels,
  type Law,
  referenceKernels,
  wasmKernels,
} from "../src/index.ts";
import { huberKernelsOf } from "../src/kernels/huber/of.ts";
import { present, published } from "../test/fitting/data.ts";
import { study } from "../test/fitting/laws.ts";
import { numpy, type PeerFit, peer } from "./peers.ts";

const runs = present ? dropHighestLoss(await published("chinchilla-extracted.csv"), 5) : study(1).runs;
console.log(`${runs.n} rows${present ? " (Chinchilla)" : ""}, best of 5`);

const core = wasmKernels();
const points = pointsOf(runs, core);
const all = gridStarts(points);
// every 90th start of the grid, the same for all
const starts = Float64Array.from({ length: 250 }, (_, i) => all[450 * Math.floor(i / 5) + (i % 5)]!);

function perStart(kernels: Kernels): { ms: number; value: number } {
  let [ms, value] = [Infinity, Infinity];
  for (let k = 0; k < 5; k++) {
    const from = performance.now();
    // the slope at which SciPy's default stops: 1e-5, here over δ Σw
    const minima = huberKernelsOf(kernels).minimiseHuber(points, 1e-3, starts, { tolerance: 1e-5 / (1e-3 * runs.n) });
    ms = Math.min(ms, (performance.now() - from) / 50);
    value = Math.min(...minima.value);
  }
  return { ms, value };
}

const mine = perStart(core);
const plain = perStart(referenceKernels);
console.log(`one start, WebAssembly  ${mine.ms.toFixed(3)} ms   lowest ${mine.value.toPrecision(10)}`);
console.log(
  `one start, TypeScript   ${plain.ms.toFixed(3)} ms   lowest ${plain.value.toPrecision(10)}   ${(plain.ms / mine.ms).toFixed(1)}×`,
);
if (numpy() === null) console.log("python3 with NumPy and SciPy is not here: no comparison");
else
  for (const gradient of [true, false]) {
    const lists = { N: Array.from(runs.N), D: Array.from(runs.D), loss: Array.from(runs.loss) };
    const how = { starts: 50, draws: 0, seed: 1, method: "BFGS", gradient, options: {} };
    const { seconds, objective } = peer<PeerFit>("fit", { ...lists, ...how });
    const ms = 1000 * seconds.start;
    console.log(
      `one start, SciPy, ${gradient ? "gradient given" : "by differences"}   ${ms.toFixed(1)} ms   lowest ${objective.toPrecision(10)}   ${(ms / mine.ms).toFixed(0)}×`,
    );
  }

let from = performance.now();
const fit = fitParametric(runs, { starts: "grid" });
console.log(
  `the grid, ${fit.stats.starts} starts   ${(performance.now() - from).toFixed(0)} ms   objective ${fit.objective.toPrecision(9)}`,
);
for (const threads of [1, 2]) {
  from = performance.now();
  const result = await fitRuns(runs, { draws: 4000, starts: "projection", threads });
  const draws = result.parametric!.bootstrap!.draws as Law[];
  const told = (["E", "A", "B", "alpha", "beta"] as const).map(
    (key) =>
      `${key} ${interval(draws.map((d) => d[key]))
        .map((v) => v.toPrecision(4))
        .join("–")}`,
  );
  console.log(
    `4,000 bootstrap draws, ${threads} thread${threads > 1 ? "s" : ""}   ${((performance.now() - from) / 1000).toFixed(1)} s   ${told.join(", ")}`,
  );
}
from = performance.now();
const stacked = forecaster(runs);
console.log(
  `${stacked.laws.length} laws stacked, 1,000 draws, 1 thread   ${((performance.now() - from) / 1000).toFixed(1)} s   ${stacked.laws.map(({ law, weight }) => `${law.name} ${weight.toFixed(2)}`).join(", ")}`,
);
