// Sign SGD's theory, no W and nothing fitted, beside networks: 12 settings of 40 draws of W, two networks each. Prints the table of
// docs/theory.md, §12.
import { expect, it } from "vitest";
import { linear, loss, plrf, powerLaw, signSgd, simulate } from "../../src/index.ts";

/** α, β, d, σ². */
const SETTINGS = [
  [0.4, 0.9, 100, 0],
  [0.4, 0.6, 200, 0.05],
  [0.6, 0.9, 100, 0.05],
  [0.6, 0.4, 400, 0],
  [0.7, 1.2, 200, 0],
  [0.8, 0.6, 100, 0],
  [0.8, 0.6, 400, 0.05],
  [0.8, 0.6, 800, 0],
  [1, 1, 200, 0.05],
  [1, 0.7, 400, 0],
  [1.2, 0.8, 100, 0],
  [1.2, 1, 400, 0.05],
] as const;
const STEPS = [3, 10, 20, 40, 70, 100, 150, 200, 300, 450, 600, 700, 800];
const T = 800;
/** The first modes fall while the loss does faster than as 1/r; later only the decay of η may make it so. */
const FALL = 1;

it("is within 3 % or 4 standard errors of networks after the fall of the first modes, 10 % or as much within it", async () => {
  const rows: Record<string, number | string>[] = [];
  for (const [alpha, beta, d, noise] of SETTINGS) {
    const model = plrf({ spectrum: powerLaw({ alpha, beta }), d, v: 2 * d, noise });
    const eta = (24 / T) * Math.sqrt((model.P0 + noise) / d);
    const setting = { optimizer: signSgd({ step: eta, schedule: linear() }), horizon: T };
    const theory = loss(model, { steps: STEPS, ...setting }).loss;
    const options = {
      steps: T,
      record: STEPS,
      members: 80,
      draws: 40,
      method: "dense" as const,
      seed: 11,
      threads: 2,
      expected: true,
    };
    const { mean, stderr, expected } = await simulate(model, { ...options, ...setting });
    const slope = (i: number) => Math.log(theory[i]! / theory[i + 1]!) / Math.log(STEPS[i + 1]! / STEPS[i]!);
    // the step after the last steep one belongs to it
    const last = 1 + STEPS.findLastIndex((r, i) => r <= T / 4 && slope(i) > FALL);
    const off = STEPS.map((_, i) => theory[i]! / mean[i]! - 1);
    const z = STEPS.map((_, i) => (theory[i]! - mean[i]!) / stderr[i]!);
    // the recursion on each W's own spectrum: draws of W, most of the scatter, fall out of the difference
    const given = STEPS.map((_, i) => expected![i]! / mean[i]! - 1);
    const worst = (values: number[], from: number, to: number) =>
      values.slice(from, to).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    const percent = (x: number) => `${(100 * x).toFixed(1)} %`;
    rows.push({
      ...{ alpha, beta, d, noise, eta: eta.toPrecision(3) },
      ...{
        "fall to": STEPS[last]!,
        "in it": percent(worst(off, 0, last + 1)),
        "z in it": worst(z, 0, last + 1).toFixed(1),
      },
      ...{ after: percent(worst(off, last + 1, STEPS.length)), "z after": worst(z, last + 1, STEPS.length).toFixed(1) },
      ...{ "at the end": percent(off.at(-1)!), "standard error": percent(stderr.at(-1)! / mean.at(-1)!) },
      ...{
        "given W: in it": percent(worst(given, 0, last + 1)),
        "after ": percent(worst(given, last + 1, STEPS.length)),
      },
    });
    STEPS.forEach((_, i) => {
      const bound = i <= last ? 0.1 : 0.03;
      expect(Math.min(Math.abs(off[i]!) / bound, Math.abs(z[i]!) / 4)).toBeLessThan(1);
    });
  }
  console.table(rows);
});
