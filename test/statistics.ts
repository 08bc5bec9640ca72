// What the statistical tests share.

/** P(Z > x) of the standard normal, relative error below 1e-14 (continued fraction beyond 2, series within). */
export function normalTail(x: number): number {
  if (x < 0) return 1 - normalTail(-x);
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  if (x < 3) {
    // Φ(x) − ½ = φ(x) Σ x^{2k+1}/(1·3·5…(2k+1))
    let [term, sum] = [x, x];
    for (let k = 1; k < 100; k++) {
      term *= (x * x) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = x;
  for (let k = 100; k > 0; k--) fraction = x + k / fraction;
  return density / fraction;
}

/** The Kolmogorov distribution's upper tail at √n·D. */
function kolmogorovTail(x: number): number {
  let sum = 0;
  for (let k = 1; k < 100; k++) sum += (k % 2 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return x < 0.2 ? 1 : sum;
}

/** p-value of a sample against a distribution function. */
export function kolmogorovSmirnov(sample: number[], cdf: (x: number) => number): number {
  const sorted = Float64Array.from(sample).sort();
  const n = sorted.length;
  let distance = 0;
  sorted.forEach((x, i) => {
    const F = cdf(x);
    distance = Math.max(distance, F - i / n, (i + 1) / n - F);
  });
  return kolmogorovTail(Math.sqrt(n) * distance);
}

/** p-value of two samples against each other. */
export function twoSample(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
  let [i, j, distance] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    if (x[i]! <= y[j]!) i++;
    else j++;
    distance = Math.max(distance, Math.abs(i / x.length - j / y.length));
  }
  return kolmogorovTail(Math.sqrt((x.length * y.length) / (x.length + y.length)) * distance);
}
