// Random laws and designs: what approach 3 is tried on where the truth is known.

import { type Law, lossAt } from "../../src/fitting/points.ts";
import { generator } from "../../src/fitting/resample.ts";
import { type Runs, runs } from "../../src/fitting/runs.ts";

/** Uniform and normal numbers of a seed. */
export function random(seed: number) {
  const next = generator(seed, 0);
  const uniform = (low = 0, high = 1) => low + (high - low) * ((next() + 0.5) / 2 ** 32);
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

export interface Study {
  readonly law: Law;
  readonly runs: Runs;
  /** Standard deviation of log L. */
  readonly noise: number;
  /** Share of rows whose loss is 5 to 20 % too high. */
  readonly outliers: number;
}

/**
 * Study number `seed`: exponents 0.25 to 0.55 drawn apart, 6 to 9 budgets over 2.5 to 3.5 decades, 7 to 11 sizes each over a factor
 * of 36 about a centre up to e times off the optimum; noise up to 2 %; every third with 5 % of outliers.
 */
export function study(seed: number, most = 0.02): Study {
  const { uniform, normal } = random(seed);
  const [alpha, beta, E] = [uniform(0.25, 0.55), uniform(0.25, 0.55), uniform(1.5, 2)];
  const noise = uniform(0, most);
  const outliers = seed % 3 === 0 ? 0.05 : 0;
  const [budgets, sizes] = [Math.floor(uniform(6, 10)), Math.floor(uniform(7, 12))];
  const [first, decades, off] = [10 ** uniform(17.5, 18.5), uniform(2.5, 3.5), Math.exp(uniform(-1, 1))];
  // in the middle of the design, at 20 tokens a parameter, both terms are of the size they have in practice
  const N0 = Math.sqrt((first * 10 ** (decades / 2)) / 120);
  const law = { E, A: uniform(0.4, 0.7) * N0 ** alpha, B: uniform(0.4, 0.7) * (20 * N0) ** beta, alpha, beta };
  const G = ((alpha * law.A) / (beta * law.B)) ** (1 / (alpha + beta));
  const [N, D, loss]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < budgets; i++) {
    const product = (first * 10 ** ((decades * i) / (budgets - 1))) / 6;
    const best = G * product ** (beta / (alpha + beta));
    for (let j = 0; j < sizes; j++) {
      const size = best * off * 6 ** ((2 * j) / (sizes - 1) - 1);
      N.push(size);
      D.push(product / size);
      const spoilt = uniform() < outliers ? uniform(0.05, 0.2) : 0;
      loss.push(lossAt(law, size, product / size) * Math.exp(noise * normal() + spoilt));
    }
  }
  return { law, runs: runs({ N, D, loss }), noise, outliers };
}
