// SGD on a sample (docs/theory.md, §11) beside networks trained on real draws: 30 settings of a, b, N, P, σ², η, B and sampling, 160 draws
// each. Prints the table.
import { availableParallelism } from "node:os";
import { expect, it } from "vitest";
import { type Sampling, sgd, simulateDynamics, sourceCapacity } from "../../src/index.ts";

/** a, b, N, P, σ², η, B. Each with both samplings. */
const SETTINGS = [
  [1.8, 1.4, 60, 30, 0, 0.2, 1],
  [1.8, 1.4, 30, 60, 0, 0.2, 1],
  [1.8, 1.4, 40, 40, 0.25, 0.1, 4],
  [1.5, 1.2, 80, 40, 0, 0.15, 2],
  [1.5, 1.2, 50, 100, 0.04, 0.2, 8],
  [2.2, 1.5, 60, 60, 0, 0.2, 1],
  [2.2, 1.5, 100, 30, 0.09, 0.3, 3],
  [3, 1.5, 50, 50, 0.01, 0.25, 5],
  [1.5, 2, 40, 80, 0, 0.3, 2],
  [1.5, 2, 100, 50, 0.16, 0.2, 1],
  [2, 1.2, 60, 40, 0, 0.1, 16],
  [2, 1.6, 30, 90, 0.04, 0.3, 10],
  [1.3, 1.2, 70, 35, 0, 0.1, 1],
  [2.5, 2, 40, 30, 0.25, 0.4, 6],
  [2.8, 1.8, 90, 45, 0.01, 0.35, 45],
] as const;
const TIMES = [1, 3, 10, 30, 100, 300];

it("is within 4 standard errors of networks", async () => {
  const rows: Record<string, number | string>[] = [];
  let [squares, figures] = [0, 0];
  for (const [k, [a, b, N, P, noise, eta, batch]] of SETTINGS.entries())
    for (const sampling of ["replacement", "batch"] as const satisfies Sampling[]) {
      // batches of one are the same either way
      const B = sampling === "batch" ? Math.max(2, batch) : batch;
      const { test, train } = await simulateDynamics(
        { spectrum: sourceCapacity({ a, b }), modes: 240, N, P, noise, rule: sgd({ eta, batch: B, sampling }) },
        { times: TIMES, draws: 160, seed: 100 + k, threads: availableParallelism() },
      );
      const worst = (z: ArrayLike<number>) => Math.max(...Array.from(z, Math.abs));
      const all = [...test.deviation, ...train.deviation].filter(Number.isFinite);
      squares += all.reduce((sum, z) => sum + z * z, 0);
      figures += all.length;
      const off = (loss: typeof test) => `${(100 * (loss.theory.at(-1)! / loss.mean.at(-1)! - 1)).toFixed(2)} %`;
      rows.push({
        ...{ a, b, N, P, noise, eta, B, sampling, "test off": off(test), "train off": off(train) },
        ...{ "z of test": worst(test.deviation).toFixed(1), "z of train": worst(train.deviation).toFixed(1) },
      });
      expect(worst(test.deviation)).toBeLessThan(4);
      expect(worst(train.deviation)).toBeLessThan(4);
    }
  console.table(rows);
  console.log(
    `root mean square of ${figures} deviations, in standard errors: ${Math.sqrt(squares / figures).toFixed(2)}`,
  );
});
