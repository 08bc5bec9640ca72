// Means of 400 members within 4 standard errors of the exact expectation at 20 checkpoints, for three points of the plane,
// d = 64…512, B = 1 and 8, dense and spectral; and how fast the expectation averaged over W meets the theory.
import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { plrf, powerLaw, simulate } from "../../src/index.ts";
import { gapToTheory } from "../simulation/gap.ts";

const HOURS = 3_600_000;
const threads = availableParallelism();

describe.each([
  [0.7, 0.3],
  [0.7, 0.7],
  [1, 1.3],
])("400 members at α = %s, β = %s", (alpha, beta) => {
  it.each(
    [64, 128, 256, 512].flatMap((d) =>
      [1, 8].flatMap((batch) => (["spectral", "dense"] as const).map((method) => [d, batch, method] as const)),
    ),
  )(
    "d = %i, B = %i, %s",
    async (d, batch, method) => {
      const steps = method === "spectral" ? 2000 : batch === 1 ? 200 : 60;
      const record = Array.from({ length: 20 }, (_, i) => ((i + 1) * steps) / 20);
      const model = plrf({ spectrum: powerLaw({ alpha, beta }), d, batch, stepFraction: batch === 1 ? 0.5 : 0.2 });
      const { deviation } = await simulate(model, {
        ...{ steps, record, members: 400, draws: method === "dense" ? 2 : 4, seed: 1, method, expected: true, threads },
      });
      const worst = deviation!.reduce((most, z) => Math.max(most, Math.abs(z)), 0);
      const rms = Math.sqrt(deviation!.reduce((sum, z) => sum + z * z, 0) / 20);
      console.log(
        `(${alpha}, ${beta}) d = ${d} B = ${batch} ${method}: worst ${worst.toFixed(2)}, rms ${rms.toFixed(2)}`,
      );
      expect(worst).toBeLessThan(4);
    },
    HOURS,
  );
});

it(
  "the expectation averaged over W meets the theory as d grows",
  async () => {
    const rows: { d: number; gap: number; scatter: number[] }[] = [];
    console.log("⟨P⟩/theory − 1 at 10, 100 and 1000 steps ± standard error, and the scatter between draws of W");
    for (const [d, draws] of [
      [100, 800],
      [200, 400],
      [400, 160],
      [800, 64],
      [1600, 32],
      [3200, 16],
    ] as const) {
      const { gap, stderr, scatter } = await gapToTheory(d, draws, { threads });
      const cells = gap.map((x, i) => `${x.toFixed(5)} ± ${stderr[i]!.toFixed(5)} (${scatter[i]!.toFixed(4)})`);
      console.log(`d = ${d}, ${draws} draws: ${cells.join("   ")}`);
      rows.push({ d, gap: gap[0]!, scatter });
    }
    const [first, last] = [rows[0]!, rows.at(-1)!];
    expect(Math.abs(last.gap)).toBeLessThan(first.gap / 4);
    last.scatter.forEach((s, i) => {
      expect(s).toBeLessThan(first.scatter[i]! / 2.5);
    });
  },
  HOURS,
);
