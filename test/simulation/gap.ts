// How far the exact expected loss, averaged over draws of W, is from the deterministic equivalent. The scatter between draws is
// mostly that of four moments of K̂ whose means are known exactly, so they serve as control variates:
//
//   E Tr K̂ = Σλ,   E Tr K̂² = Σλ²(1+2/d) + ((Σλ)² − Σλ²)/d,   E|h|² = Σλt,   E hᵀGh = Σ λt [λ(1+2/d) + (Σλ − λ)/d]
import { expected, loss, plrf, powerLaw, sampleSpectrum } from "../../src/index.ts";

export interface Gap {
  /** ⟨P⟩/theory − 1 at 10, 100 and 1000 steps. */
  readonly gap: number[];
  readonly stderr: number[];
  /** Standard deviation of P/theory between draws. */
  readonly scatter: number[];
}

export async function gapToTheory(
  d: number,
  draws: number,
  pool: { threads?: number; worker?: URL } = {},
): Promise<Gap> {
  const [alpha, beta] = [0.7, 0.7];
  const model = plrf({ spectrum: powerLaw({ alpha, beta }), d, stepFraction: 0.25 });
  const steps = [10, 100, 1000];
  // other sizes draw other W: their errors are independent
  const common = { draws, seed: d, ...pool };
  const { curves } = await expected(model, { ...common, steps: 1000, record: steps });
  const spectra = (await sampleSpectrum(model, common)).draws;
  const sum = (f: (i: number) => number, n: number) =>
    Array.from({ length: n }, (_, i) => f(i)).reduce((a, b) => a + b, 0);
  const l = (j: number) => (j + 1) ** (-2 * alpha);
  const t = (j: number) => (j + 1) ** (-2 * alpha - 2 * beta);
  const [one, two] = [sum(l, 4 * d), sum((j) => l(j) ** 2, 4 * d)];
  const means = [
    one,
    two * (1 + 2 / d) + (one * one - two) / d,
    sum((j) => l(j) * t(j), 4 * d),
    sum((j) => l(j) * t(j) * (l(j) * (1 + 2 / d) + (one - l(j)) / d), 4 * d),
  ];
  const controls = spectra.map(({ eigenvalues: x, energies: c }) => [
    sum((i) => x[i]!, d) - means[0]!,
    sum((i) => x[i]! ** 2, d) - means[1]!,
    sum((i) => c[i]! * x[i]!, d) - means[2]!,
    sum((i) => c[i]! * x[i]! ** 2, d) - means[3]!,
  ]);
  const theory = loss(model, { steps }).loss;
  const results = steps.map((_, i) =>
    intercept(
      controls,
      curves.map((curve) => curve[i]! / theory[i]! - 1),
    ),
  );
  return {
    gap: results.map((r) => r.value),
    stderr: results.map((r) => r.stderr),
    scatter: steps.map((_, i) => {
      const mean = curves.reduce((m, curve) => m + curve[i]!, 0) / draws;
      return Math.sqrt(curves.reduce((m, curve) => m + (curve[i]! - mean) ** 2, 0) / (draws - 1)) / theory[i]!;
    }),
  };
}

/** Least squares y = value + Σ a_k x_k: the value where all controls are at their means, and its standard error. */
function intercept(x: readonly number[][], y: readonly number[]): { value: number; stderr: number } {
  const rows = x.map((row) => [1, ...row]);
  const m = rows[0]!.length;
  const normal = Array.from({ length: m }, (_, i) => [
    ...Array.from({ length: m }, (_, j) => rows.reduce((s, row) => s + row[i]! * row[j]!, 0)),
    rows.reduce((s, row, k) => s + row[i]! * y[k]!, 0),
    i === 0 ? 1 : 0,
  ]);
  for (let i = 0; i < m; i++)
    for (let k = 0; k < m; k++)
      if (k !== i) {
        const factor = normal[k]![i]! / normal[i]![i]!;
        for (let j = i; j < m + 2; j++) normal[k]![j]! -= factor * normal[i]![j]!;
      }
  const a = normal.map((row, i) => row[m]! / row[i]!);
  const square = rows.reduce((s, row, k) => s + (y[k]! - row.reduce((p, value, i) => p + value * a[i]!, 0)) ** 2, 0);
  return { value: a[0]!, stderr: Math.sqrt((square / (rows.length - m)) * (normal[0]![m + 1]! / normal[0]![0]!)) };
}
