// Frontiers of random problems beside those of an earlier commit. Those that differ by more than 1e-9 in P or 1e-5 in d are told, each with
// its problem: a fault, unless the later loss is the lower one, or nearer to what `loss` gives by another method.
//
//   npx tsx scripts/compare-frontiers.ts COMMIT [problems] [seed]     in a clone with its history; builds that commit's core

import * as now from "../src/index.ts";
import { generator } from "../test/park-miller.mjs";
import { earlier } from "./earlier.ts";

const [commit, problems = "1000", first = "1"] = process.argv.slice(2);
if (!commit) throw new Error("name the commit to compare with");
const before = await earlier(commit);

const uniform = generator(Number(first));
const between = (low: number, high: number): number => low + (high - low) * uniform();

function problem() {
  const [alpha, beta] = [between(0.1, 2), between(-0.1, 1.8)];
  const low = 10 ** between(4, 12);
  const options = {
    flops: [low, low * 10 ** between(1, 9)],
    points: Math.round(between(4, 12)),
    batch: uniform() < 0.6 ? 1 : Math.ceil(between(1, 16)),
    stepFraction: 0.8 * 10 ** between(-2, 0),
    dataRatio: uniform() < 0.5 ? 4 : 1 + 10 ** between(-3, 1),
  };
  return { alpha, beta, options };
}

function solve({ frontier, powerLaw }: typeof now, { alpha, beta, options }: ReturnType<typeof problem>) {
  const start = performance.now();
  try {
    const { flops, d, loss } = frontier({ spectrum: powerLaw({ alpha, beta }), ...options });
    return { flops, d, loss, time: performance.now() - start };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { refused: error.message, time: performance.now() - start };
  }
}

let [compared, told, timeBefore, timeNow, mostLoss, mostSize] = [0, 0, 0, 0, 0, 0];
while (compared < Number(problems)) {
  const asked = problem();
  if (asked.alpha + asked.beta <= 0.52) continue;
  compared++;
  const [a, b] = [solve(before, asked), solve(now, asked)];
  timeBefore += a.time;
  timeNow += b.time;
  if ("refused" in a || "refused" in b) {
    if (!("refused" in a && "refused" in b)) {
      told++;
      console.log("refused by one alone:", JSON.stringify(asked), a, b);
    }
    continue;
  }
  a.flops.forEach((f, i) => {
    const loss = b.loss[i]! / a.loss[i]! - 1;
    const size = Math.abs(Math.log(b.d[i]! / a.d[i]!));
    if (Math.abs(loss) > 1e-9 || size > 1e-5) {
      told++;
      console.log(`differ: ${JSON.stringify({ ...asked, f })}: P by ${loss}, log d by ${size}`);
    } else [mostLoss, mostSize] = [Math.max(mostLoss, Math.abs(loss)), Math.max(mostSize, size)];
  });
}
console.log(
  `${compared} problems, ${told} differences told; else P within ${mostLoss}, log d within ${mostSize}; ${(timeBefore / timeNow).toFixed(2)} times as fast`,
);
