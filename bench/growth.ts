// How processor time grows: the exponent of a power law fitted over a range, beside the one the mathematics says.

import { fitPowerLaw, logspace, loss, plrf, powerLaw, wasmKernels } from "../src/index.ts";
import { compare } from "./harness.ts";

export interface Growth {
  readonly name: string;
  readonly variable: string;
  readonly at: readonly number[];
  /** Nanoseconds. */
  readonly time: readonly number[];
  readonly exponent: number;
  readonly expected: string;
}

export function growthBenchmarks(options: { rounds?: number; slice?: number } = {}): Growth[] {
  const kernels = wasmKernels();
  const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
  const gamma = plrf({ spectrum, d: 1e3, v: 1e12 }).gamma / 2;
  const grow = (
    name: string,
    variable: string,
    expected: string,
    at: number[],
    run: (x: number) => ArrayLike<number>,
  ) => {
    const timings = compare(
      at.map((x) => ({ name: String(x), run: () => run(x) })),
      options,
    );
    const time = timings.map((timing) => timing.time);
    return { name, variable, at, time, expected, exponent: fitPowerLaw(at, time).exponent.value };
  };
  const one = { steps: [1e6], kernels };
  const model = plrf({ spectrum, d: 1600 });
  const sizes = [2048, 4096, 8192, 16384];
  const F = new Map(sizes.map((n) => [n, Float64Array.from({ length: n }, (_, r) => (1 + r) ** -0.6)]));
  const K = new Map(sizes.map((n) => [n, F.get(n)!.map((x) => 0.1 * x * x)]));
  return [
    grow(
      "P(r), with its model",
      "d",
      "log d",
      [1e3, 1e5, 1e7, 1e9, 1e11],
      (d) => loss(plrf({ spectrum, d }), one).loss,
    ),
    grow(
      "P(r), with its model",
      "v",
      "log v",
      [1e4, 1e6, 1e8, 1e10, 1e12],
      (v) => loss(plrf({ spectrum, d: 1e3, v, gamma }), one).loss,
    ),
    grow("P(r)", "r", "0", [1e2, 1e4, 1e6, 1e8, 1e10, 1e12], (r) => loss(model, { steps: [r], kernels }).loss),
    grow(
      "a curve of 200 points to r",
      "r",
      "log r",
      [1e3, 1e5, 1e7, 1e9, 1e11],
      (r) => loss(model, { steps: logspace(64, r, 200), kernels }).loss,
    ),
    grow("Volterra, direct", "T", "2", sizes, (n) => kernels.volterra(F.get(n)!, K.get(n)!)),
    grow(
      "a curve to T by modes",
      "T",
      "at most 1",
      [2000, 8000, 32000],
      (T) => loss(model, { steps: Float64Array.of(0, T), method: "modes", kernels }).loss,
    ),
  ];
}
