// Sums over products of unlike steps (docs/theory.md, eq. 11.13): with e = x + x′ and p = x x′,
//
//   S(t) = Re Σ_k w_k ∏_{r<t} [1 − η_r e_k + η_r²(1 + s_r) p_k]
//
// for many terms k at all times in one go. Each term is multiplied on from block to block of the steps. Over a short block that is step
// by step; over a long one the logarithm is summed by the few points of the block's rule, which converge like (η|x|)^{2m}: where η|x|
// is not small the product is taken step by step, and is soon nothing, for no eigenvalue is near. What has become nothing is let go.

import type { ComplexArray } from "../../kernels/resolvent.ts";
import { atan2, cos, exp, log, log1p, sin } from "../../math/elementary.ts";
import { type Block, blocks, type Steps } from "./sgd-steps.ts";

/** Terms of one sum or of several. */
export interface Terms {
  /** x + x′, x x′ and the larger of |x|, |x′|. */
  readonly sum: ComplexArray;
  readonly product: ComplexArray;
  readonly size: Float64Array;
  /** w, one list a sum. */
  readonly weights: readonly ComplexArray[];
}

export interface ProductOptions {
  /** Whether the noise of batches counts, or s = 0. */
  readonly noisy: boolean;
  /** Points of a block's rule. */
  readonly points: number;
  /** What may be left out of a sum. */
  readonly negligible: number;
}

/** η|x| up to which logarithms are summed by the rule of a block. */
const SMALL = 0.3;
/** Steps between two looks for what has become nothing. */
const LOOK = 64;
/** Multiplications of a term, some ten seconds. */
const MOST_WORK = 3e9;
/** log1p(y) by its series in y/(2+y) for |y| below. */
const SERIES = 0.1;

export function productSums(
  steps: Steps,
  { sum, product, size, weights }: Terms,
  times: Float64Array,
  { noisy, points, negligible }: ProductOptions,
): Float64Array[] {
  let n = size.length;
  const columns = [sum.re, sum.im, product.re, product.im, size, ...weights.flatMap(({ re, im }) => [re, im])].map(
    (x) => x.slice(),
  );
  const [sr, si, pr, pi, reach, ...w] = columns as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const heaviest = Float64Array.from(size, (_, k) =>
    Math.max(...weights.map(({ re, im }) => Math.abs(re[k]!) + Math.abs(im[k]!))),
  );
  const er = new Float64Array(n).fill(1);
  const ei = new Float64Array(n);
  const moved = [...columns, heaviest, er, ei];
  const compact = () => {
    let kept = 0;
    for (let k = 0; k < n; k++) {
      if (heaviest[k]! * (Math.abs(er[k]!) + Math.abs(ei[k]!)) < negligible) continue;
      if (kept < k) for (const column of moved) column[kept] = column[k]!;
      kept++;
    }
    n = kept;
  };
  let work = 0;
  const spend = (steps: number, at: number) => {
    work += n * steps;
    if (work > MOST_WORK)
      throw new RangeError(
        `times must end before step ${at} under this schedule, whose steps stay too near the largest stable one: lower rule.eta, or ask for shorter times`,
      );
  };

  /** One step of the terms whose |x| is above. */
  const whole = (eta: number, share: number, above: number) => {
    const square = eta * eta * (1 + share);
    for (let k = 0; k < n; k++) {
      if (eta === 0 || reach[k]! <= above) continue;
      const ar = 1 - eta * sr[k]! + square * pr[k]!;
      const ai = square * pi[k]! - eta * si[k]!;
      const x = er[k]!;
      er[k] = x * ar - ei[k]! * ai;
      ei[k] = x * ai + ei[k]! * ar;
    }
  };
  /** All steps of a block, of the terms whose |x| is not above. */
  const together = ({ eta, weight }: Block, share: number, upTo: number) => {
    const squares = eta.map((x) => x * x * (1 + share));
    for (let k = 0; k < n; k++) {
      if (reach[k]! > upTo) continue;
      let [lr, li] = [0, 0];
      for (let q = 0; q < eta.length; q++) {
        const yr = squares[q]! * pr[k]! - eta[q]! * sr[k]!;
        const yi = squares[q]! * pi[k]! - eta[q]! * si[k]!;
        if (Math.abs(yr) + Math.abs(yi) < SERIES) {
          // 2 artanh v, v = y/(2+y)
          const d = 1 / ((2 + yr) * (2 + yr) + yi * yi);
          const vr = (yr * (2 + yr) + yi * yi) * d;
          const vi = 2 * yi * d;
          const [ur, ui] = [vr * vr - vi * vi, 2 * vr * vi];
          let [cr, ci] = [1 / 11, 0];
          for (let odd = 9; odd >= 1; odd -= 2) {
            const t = cr * ur - ci * ui + 1 / odd;
            ci = cr * ui + ci * ur;
            cr = t;
          }
          lr += weight[q]! * 2 * (vr * cr - vi * ci);
          li += weight[q]! * 2 * (vr * ci + vi * cr);
        } else {
          lr += weight[q]! * 0.5 * (yr > -0.5 ? log1p(yr * (2 + yr) + yi * yi) : log((1 + yr) * (1 + yr) + yi * yi));
          li += weight[q]! * atan2(yi, 1 + yr);
        }
      }
      const modulus = exp(lr);
      const [fr, fi] = [modulus * cos(li), modulus * sin(li)];
      const x = er[k]!;
      er[k] = x * fr - ei[k]! * fi;
      ei[k] = x * fi + ei[k]! * fr;
    }
  };

  const out = weights.map(() => new Float64Array(times.length));
  let done = 0;
  times.forEach((t, i) => {
    for (const block of blocks(steps, done, t, points)) {
      const { from, to, eta, most } = block;
      const share = noisy ? block.share : 0;
      if (to - from <= points) for (let r = from; r < to; r++) whole(steps.at(r).eta, share, -1);
      else {
        // equal steps are a power, of any term
        const limit = eta.length === 1 ? Infinity : SMALL / most;
        if (eta.length > 0) together(block, share, limit);
        spend(eta.length, to);
        for (let r = from; r < to && reach.subarray(0, n).some((x) => x > limit); r += LOOK) {
          const until = Math.min(to, r + LOOK);
          for (let u = r; u < until; u++) whole(steps.at(u).eta, share, limit);
          spend(until - r, r);
          compact();
        }
      }
      compact();
    }
    done = t;
    out.forEach((values, which) => {
      const [wr, wi] = [w[2 * which]! as Float64Array, w[2 * which + 1]! as Float64Array];
      let total = 0;
      for (let k = 0; k < n; k++) total += er[k]! * wr[k]! - ei[k]! * wi[k]!;
      values[i] = total;
    });
  });
  return out;
}
