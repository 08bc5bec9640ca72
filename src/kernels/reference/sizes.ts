// The losses of one size in plain TypeScript (docs/theory.md, eqs. 3.4, 3.8, 4.3–4.6, 5.1): the oracle for assembly/sizes.ts.

import type { ComplexArray, Modes } from "../resolvent.ts";
import { type PowerRule, panelsOf, type SizeKernels, type UnitContour, type Weighed } from "../sizes.ts";
import { contourReference } from "./contour.ts";

/** Halvings of a bracket that leave nothing of it. */
const HALVINGS = 200;

function modesOf(rule: PowerRule): Modes {
  const { alpha, beta, log, multiplicity, panel, start, length, end } = rule;
  const points = Array.from(log, (x, i) => [x, multiplicity[i]!] as const);
  const panels = panelsOf(rule);
  for (let k = 0; k < panels; k++) {
    const from = start + k * length;
    const half = ((k === panels - 1 ? end : from + length) - from) / 2;
    panel.nodes.forEach((node, i) => {
      const x = from + half + half * node;
      points.push([x, half * panel.weights[i]! * Math.exp(x)]);
    });
  }
  const of = (value: (x: number) => number) => Float64Array.from(points, ([x, m]) => m * value(x));
  return {
    lambda: Float64Array.from(points, ([x]) => Math.exp(-2 * alpha * x)),
    trace: of((x) => Math.exp(-2 * alpha * x)),
    energy: of((x) => Math.exp(-2 * (alpha + beta) * x)),
    ratio: of((x) => Math.exp(-2 * beta * x)),
  };
}

const sum = (n: number, term: (j: number) => number): number =>
  Array.from({ length: n }, (_, j) => term(j)).reduce((a, b) => a + b, 0);

function middle(decreasing: (x: number) => number, low: number, high: number): number {
  let [from, to] = [low, high];
  for (let i = 0; i < HALVINGS; i++) {
    const x = (from + to) / 2;
    if (decreasing(x) > 0) from = x;
    else to = x;
  }
  return from;
}

export const sizeReference: SizeKernels = {
  sizeLosses({ modes: given, d, surplus, batch, step }, contour, steps, far) {
    const modes = "lambda" in given ? given : modesOf(given);
    const { lambda, trace: a, energy } = modes;
    const n = lambda.length;
    const trace = sum(n, (j) => a[j]!);
    const P0 = sum(n, (j) => energy[j]!);
    const gamma = "share" in step ? step.share / trace : step.gamma;
    // D(κ₀) = d, by log κ₀
    const excess = (x: number) => sum(n, (j) => a[j]! / (lambda[j]! + Math.exp(x))) - d;
    const least = Math.log(Math.min(...lambda) * Math.min(surplus, 1)) - 1;
    const kappa0 = surplus > 0 ? Math.exp(middle(excess, least, Math.log(trace / d))) : 0;
    const g = (x: number) => sum(n, (j) => a[j]! / (x - lambda[j]!));
    const z = (x: number) => x * (1 + g(x) / d);
    const most = Math.max(...lambda);
    const square = sum(n, (j) => a[j]! * lambda[j]!);
    const safe = 2 / ((batch + 1) * z(most + Math.max(trace / (batch + 1), Math.sqrt(square / d))));
    // z is convex: right of its minimum, the end of the support, it grows
    const root = Math.sqrt(Math.max(0, 1 - ((batch + 1) / batch) * (1 - 1 / far)));
    const z2 = (1 + root) / (gamma * (batch + 1));
    const bend = (x: number) => sum(n, (j) => (a[j]! * lambda[j]!) / (x - lambda[j]!) ** 2) - d;
    const edge = middle(bend, most, most + Math.sqrt(square / d) + 1e-9 * most);
    const u = middle((x) => z2 - z(x), edge, Math.max(edge, z2));
    const open = z2 < z(edge) ? Number.NaN : 1 - (gamma * z2 * g(u)) / (2 * root);

    const count = steps.length;
    const all = {
      re: new Float64Array(contour.s.re.length * count),
      im: new Float64Array(contour.s.re.length * count),
    };
    all.re.forEach((_, at) => {
      const k = Math.floor(at / count);
      all.re[at] = contour.s.re[k]! / steps[at % count]!;
      all.im[at] = contour.s.im[k]! / steps[at % count]!;
    });
    const { whole, singular } = contourReference.transforms({ modes, d, gamma, batch, kappa0 }, all);
    return {
      trace,
      P0,
      gamma,
      kappa0,
      F0: kappa0 * sum(n, (j) => energy[j]! / (lambda[j]! + kappa0)),
      safe,
      open,
      whole: weighed(contour, whole.P, count),
      singular: weighed(contour, singular.P, count),
    };
  },
};

function weighed({ weight }: UnitContour, f: ComplexArray, count: number): Weighed {
  const value = new Float64Array(count);
  const size = new Float64Array(count);
  weight.re.forEach((x, k) => {
    const y = weight.im[k]!;
    for (let i = 0; i < count; i++) {
      const [re, im] = [f.re[k * count + i]!, f.im[k * count + i]!];
      value[i]! += re * y + im * x;
      size[i]! += (Math.abs(re) + Math.abs(im)) * (Math.abs(x) + Math.abs(y));
    }
  });
  return { value, size };
}
