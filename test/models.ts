// Models for tests: golden ones, and random ones over the whole range the theory is meant for.
import fc from "fast-check";
import { type Plrf, plrf, powerLaw, stability } from "../src/index.ts";
import { groupBy, readFixture } from "./fixtures.ts";

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** α 0.1–2, β −0.2–2 with α + β > ½, d 10–1e6, v/d 1–20, B 1–64, γ up to 0.9 of the largest stable step. */
export const anyModel = fc
  .record({
    alpha: between(0.1, 2),
    beta: between(-0.2, 2),
    d: between(1, 6).map((x) => Math.round(10 ** x)),
    ratio: between(1, 20),
    batch: fc.integer({ min: 1, max: 64 }),
    share: between(0.01, 0.9),
  })
  .filter(({ alpha, beta }) => alpha + beta > 0.5);

type Parameters = typeof anyModel extends fc.Arbitrary<infer T> ? T : never;

export function build({ alpha, beta, d, ratio, batch, share }: Parameters): Plrf {
  const spectrum = powerLaw({ alpha, beta });
  const v = Math.round(ratio * d);
  const { modes } = plrf({ spectrum, d, v, gamma: 1, force: true });
  return plrf({ spectrum, d, v, batch, gamma: share * stability(modes, d, batch).maxGamma });
}

export type Row = {
  alpha: number;
  beta: number;
  d: number;
  v: number;
  gamma: number;
  batch: number;
  r: number;
  F0: number;
  P: number;
  F: number;
  K: number;
};
/** The models of a golden file of losses, each with its rows. */
export const goldenModels = (file: string): { model: Plrf; rows: Row[]; steps: number[] }[] =>
  groupBy(readFixture(file) as unknown as Row[], ["alpha", "beta", "d", "v", "gamma", "batch"]).map((rows) => {
    const { alpha, beta, ...row } = rows[0]!;
    const model = plrf({ spectrum: powerLaw({ alpha, beta }), d: row.d, v: row.v, gamma: row.gamma, batch: row.batch });
    return { model, rows, steps: rows.map(({ r }) => r) };
  });
