// Straight lines in log-log through measured optima, and the loss along them: L* = E + K C^−η (docs/theory.md, eq. 10.7).

import { exp, log, pow } from "../math/elementary.ts";
import { nonNegative } from "../math/least-squares.ts";
import { brent } from "../math/minimise.ts";
import { fitPowerLaw } from "../math/power-fit.ts";
import type { Allocation } from "./allocation.ts";

export interface Optima {
  readonly flops: Float64Array;
  readonly N: Float64Array;
  readonly D: Float64Array;
  readonly loss: Float64Array;
}

export interface PowerLine {
  readonly exponent: number;
  readonly coefficient: number;
  readonly stderr: number;
}

export interface SaturatingLaw {
  readonly E: number;
  readonly K: number;
  readonly eta: number;
}

export interface OptimaFit {
  /** N* = coefficient · C^exponent. */
  readonly size: PowerLine;
  /** D* = coefficient · C^exponent. */
  readonly tokens: PowerLine;
  readonly loss: SaturatingLaw;
}

/** Through optima at two budgets or more. E is free, or 0. */
export function fitOptima(optima: Optima, irreducible: "free" | "zero" = "free"): OptimaFit {
  return {
    size: line(optima.flops, optima.N),
    tokens: line(optima.flops, optima.D),
    loss: irreducible === "zero" ? straight(optima) : saturating(optima.flops, optima.loss),
  };
}

function line(x: Float64Array, y: Float64Array): PowerLine {
  const { exponent, coefficient } = fitPowerLaw(x, y);
  return { exponent: exponent.value, coefficient, stderr: exponent.stderr };
}

function straight({ flops, loss }: Optima): SaturatingLaw {
  const { exponent, coefficient } = line(flops, loss);
  return { E: 0, K: coefficient, eta: -exponent };
}

/** E + K C^−η by variable projection: for fixed η a non-negative least squares problem in E and K, of relative errors. */
export function saturating(flops: Float64Array, loss: Float64Array): SaturatingLaw {
  const middle = flops.reduce((sum, c) => sum + log(c), 0) / flops.length;
  const x = flops.map((c) => log(c) - middle);
  const solve = (eta: number) => {
    let [uu, us, ss, uy, sy] = [0, 0, 0, 0, 0];
    loss.forEach((l, i) => {
      const [u, s] = [exp(-eta * x[i]!) / l, 1 / l];
      uu += u * u;
      us += u * s;
      ss += s * s;
      uy += u;
      sy += s;
    });
    const { c, gain } = nonNegative(
      [
        [uu, us, 0],
        [us, ss, 0],
        [0, 0, 0],
      ],
      [uy, sy, 0],
    );
    return { K: c[0] * exp(eta * middle), E: c[1], misfit: loss.length - gain };
  };
  // the misfit may have a local minimum at either end: a scan, then Brent
  const logs = Array.from({ length: 60 }, (_, i) => log(1e-3) + (i * log(3e3)) / 59);
  const misfits = logs.map((u) => solve(exp(u)).misfit);
  const best = misfits.indexOf(Math.min(...misfits));
  const { x: u } = brent(
    (t) => solve(exp(t)).misfit,
    logs[Math.max(0, best - 1)]!,
    logs[Math.min(59, best + 1)]!,
    1e-7,
  );
  const { E, K } = solve(exp(u));
  return { E, K, eta: exp(u) };
}

/** What is wrong with a loss along `its` optima: parts that ran to the end of what is searched. */
export function doubtful({ E, K, eta }: SaturatingLaw, its = "its optima"): string | null {
  if (K === 0 || eta > 2.9) return `the loss along ${its} does not fall as a power of C`;
  if (eta < 2e-3) return "η ran to the least that is searched: its loss beyond these budgets means nothing";
  return E === 0
    ? `E ran to 0: ${its} do not show an irreducible loss, and the loss told of large budgets is too low`
    : null;
}

/** The best N, D and loss at a budget, by lines through optima. */
export function allocateByLines(fit: OptimaFit, flops: number): Allocation {
  const at = ({ coefficient, exponent }: PowerLine) => coefficient * pow(flops, exponent);
  return { flops, N: at(fit.size), D: at(fit.tokens), loss: fit.loss.E + fit.loss.K * pow(flops, -fit.loss.eta) };
}
