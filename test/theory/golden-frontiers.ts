// The frontiers of trained models in test/fixtures/schedules-frontier.csv: slopes over the last decade within 0.02 of the table's.

import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { cosine, dana, frontier, heavyBall, type Optimizer, optimal, powerLaw, sgd } from "../../src/index.ts";

export interface Row {
  alpha: number;
  beta: number;
  noise: number;
  method: string;
  eta: number;
  xi: number;
  measured: number[];
  last: number;
  slow: boolean;
}

export const rows: Row[] = readFileSync(new URL("../fixtures/schedules-frontier.csv", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .filter((line) => !line.startsWith("#"))
  .slice(1)
  .map((line) => {
    const cells = line.split(",");
    return {
      ...{ alpha: Number(cells[0]), beta: Number(cells[1]), noise: Number(cells[2]), method: cells[3]! },
      ...{
        eta: Number(cells[4]),
        xi: Number(cells[5]),
        measured: cells[6]!.split(" ").map(Number).filter(Number.isFinite),
      },
      ...{ last: Number(cells[8]!.split("-")[1]), slow: /slow|uneven/.test(cells[9] ?? "") },
    };
  });

function optimizerOf(method: string): Optimizer {
  if (method.startsWith("cosine")) return sgd({ schedule: cosine() });
  if (method === "variational") return sgd({ schedule: optimal() });
  if (method.startsWith("heavy")) return heavyBall({ momentum: 0.9 });
  if (method.startsWith("dana")) return dana({ variant: method === "dana-const" ? "constant" : "decaying" });
  return sgd();
}

export const settingOf = ({ method, noise }: Row) => ({
  optimizer: optimizerOf(method),
  noise: noise > 0,
  tuned: method.includes("tuned"),
});

export function checkFrontier(row: Row): void {
  const front = frontier({
    spectrum: powerLaw(row),
    flops: [row.last / 10, row.last],
    points: 3,
    stepFraction: /sgd|heavy|dana/.test(row.method) ? 0.5 : 0.75,
    ...settingOf(row),
    noise: row.noise,
  });
  expect(front.stats.converged).toBe(true);
  expect(Math.abs(front.fit.eta.value - row.measured.at(-1)!)).toBeLessThan(0.02);
}
