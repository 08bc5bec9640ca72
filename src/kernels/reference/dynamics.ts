// The dynamical model's kernels in plain TypeScript (docs/theory.md, §8): the oracle for assembly/dynamics.ts. Two-time
// functions are written here as the text has them, pair by pair, on complex numbers as objects.

import { abs, add, type Complex, complex, conj, div, exp, mul, scale, sub } from "../../math/complex.ts";
import type { DynamicsKernels, Measure, OnePoint, PairOptions, Shared } from "../dynamics.ts";
import { type ComplexArray, complexArray } from "../resolvent.ts";
import { newtonKappa, weightedSlope, weightedSum } from "./resolvent.ts";

const at = ({ re, im }: ComplexArray, i: number): Complex => complex(re[i]!, im[i]!);

function put({ re, im }: ComplexArray, i: number, value: Complex): void {
  re[i] = value.re;
  im[i] = value.im;
}

type Node = { readonly [name in keyof OnePoint]: Complex };

const conjugate = (node: Node): Node =>
  Object.fromEntries(Object.entries(node).map(([name, value]) => [name, conj(value)])) as Node;

/** Σ w h h′ over the modes. */
function pairSum({ lambda, weight }: Measure, k: Complex, l: Complex): Complex {
  let sum = complex(0);
  lambda.forEach((value, j) => {
    sum = add(sum, div(complex(weight[j]!), mul(complex(value + k.re, k.im), complex(value + l.re, l.im))));
  });
  return sum;
}

/** The same as (F − F′)/(κ′ − κ), or −dF/dκ where they meet. */
function pairDifference({ lambda, weight }: Measure, k: Complex, l: Complex): Complex {
  if (k.re === l.re && k.im === l.im) return scale(-1, weightedSlope(lambda, weight, k));
  return div(sub(weightedSum(lambda, weight, k), weightedSum(lambda, weight, l)), sub(l, k));
}

/** (8.11) to (8.14). */
function pairKernel(shared: Shared, a: Node, b: Node, { data, target, invN, invP, variance, summed }: PairOptions) {
  const pair = summed ? pairSum : pairDifference;
  const [k, l] = [a.kappa, b.kappa];
  const T0 = pair(target, k, l);
  const E1 = pair(data, k, l);
  const E2 = sub(b.D, mul(k, E1));
  const S = mul(mul(a.R1, b.R1), mul(a.R3, b.R3));
  const zz = mul(a.z, b.z);
  const noise = complex(variance);
  const fewData = sub(complex(1), scale(invP, E2));
  const fewFeatures = sub(complex(1), scale(invN, E2));
  const X = add(mul(T0, b.R3), scale(invN, mul(b.G, E1)));
  switch (shared) {
    case "none":
      return add(div(T0, S), div(noise, zz));
    case "data":
      return div(add(mul(mul(k, l), T0), noise), mul(fewData, zz));
    case "features":
      return add(div(X, mul(fewFeatures, S)), div(noise, zz));
    case "both": {
      const numerator = add(X, scale(variance, div(fewFeatures, mul(k, l))));
      const delta = sub(mul(fewFeatures, fewData), scale(invN * invP, mul(mul(k, l), mul(E1, E1))));
      return div(numerator, mul(S, delta));
    }
  }
}

export const dynamicsReference: DynamicsKernels = {
  measureSums({ lambda, weight }, kappa) {
    const [value, slope] = [complexArray(kappa.re.length), complexArray(kappa.re.length)];
    for (let i = 0; i < kappa.re.length; i++) {
      put(value, i, weightedSum(lambda, weight, at(kappa, i)));
      put(slope, i, scale(-1, weightedSlope(lambda, weight, at(kappa, i))));
    }
    return { value, slope };
  },

  walkKappa({ lambda, weight }, invN, invP, zeta, first) {
    const kappa = complexArray(zeta.re.length);
    kappa.re.fill(Number.NaN);
    kappa.im.fill(Number.NaN);
    let z = at(zeta, 0);
    let root = complex(first);
    let slope = complex(1);
    let reached = 0;
    while (reached < zeta.re.length) {
      // by equal steps in log ζ, the short way round
      const from = z;
      const turn = div(at(zeta, reached), from);
      const way = complex(Math.log(abs(turn)), Math.atan2(turn.im, turn.re));
      const steps = Math.ceil(abs(way) / 0.25) || 1;
      for (let step = 1; step <= steps; step++) {
        const next = step < steps ? mul(from, exp(scale(step / steps, way))) : at(zeta, reached);
        // κ += Δζ/(dζ/dκ), by at most |κ|/2
        const move = div(sub(next, z), slope);
        const size = abs(move) / abs(root);
        root = add(root, scale(size > 0.5 ? 0.5 / size : 1, move));
        z = next;
        const solved = newtonKappa(lambda, weight, invN, invP, z, root);
        if (!solved) return { kappa, reached };
        ({ root, slope } = solved);
      }
      put(kappa, reached++, root);
    }
    return { kappa, reached };
  },

  pairForms(nodes, options) {
    const m = nodes.z.re.length;
    const node = Array.from(
      { length: m },
      (_, i) => Object.fromEntries(Object.entries(nodes).map(([name, values]) => [name, at(values, i)])) as Node,
    );
    return options.shared.map((shared) => {
      const form = new Float64Array(4 * m * m);
      const enter = (row: number, column: number, value: number) => {
        form[row * 2 * m + column]! += row === column ? value : row > column ? 2 * value : 0;
      };
      for (let i = 0; i < m; i++)
        for (let j = 0; j <= i; j++) {
          const A = pairKernel(shared, node[i]!, node[j]!, options);
          const B = pairKernel(shared, node[i]!, conjugate(node[j]!), options);
          // 2 Re(u_i u_j A + u_i ū_j B)
          enter(2 * i, 2 * j, 2 * (A.re + B.re));
          enter(2 * i, 2 * j + 1, 2 * (B.im - A.im));
          enter(2 * i + 1, 2 * j, -2 * (A.im + B.im));
          enter(2 * i + 1, 2 * j + 1, 2 * (B.re - A.re));
        }
      return form;
    });
  },

  pairCurves(nodes, options, { weight, rate, ratio, times }) {
    const m = nodes.z.re.length;
    const value = (form: Float64Array, t: number): number => {
      let row = Array.from({ length: m }, (_, i) => exp(scale(t, at(rate, i))));
      let [total, before] = [0, Infinity];
      for (let k = 0; ; k++) {
        const weighted = Float64Array.from(
          row.flatMap((p, i) => {
            const { re, im } = mul(at(weight, i), p);
            return [re, im];
          }),
        );
        total += dynamicsReference.quadraticForms(form, 2 * m, weighted)[0]!;
        if (!ratio || k >= t) return total;
        row = row.map((p, i) => scale(Math.sqrt((t - k) / (k + 1)), mul(p, at(ratio, i))));
        const most = Math.max(0, ...row.map(abs));
        if (most < 1e-12 && most < before) return total;
        before = most;
      }
    };
    return dynamicsReference.pairForms(nodes, options).map((form) => times.map((t) => value(form, t)));
  },

  quadraticForms(form, n, vectors) {
    return Float64Array.from({ length: vectors.length / n }, (_, t) => {
      const w = vectors.subarray(t * n, (t + 1) * n);
      let total = 0;
      for (let i = 0; i < n; i++) {
        let row = 0;
        for (let j = 0; j <= i; j++) row += form[i * n + j]! * w[j]!;
        total += w[i]! * row;
      }
      return total;
    });
  },
};
