// Sums over the modes j of the data, for complex κ = x + iy (docs/theory.md, eqs. 3.1, 3.2, 4.5):
//
//   D(κ) = Σ a_j/(λ_j+κ),   G(κ) = Σ t_j/(λ_j+κ),   H(κ) = Σ u_j/(λ_j+κ),   −D′(κ) = Σ a_j/(λ_j+κ)²
//
// with a = λ·multiplicity, t = target energy, u = t/λ. With p = λ+x and q = 1/(p²+y²), 1/(λ+κ) = (p − iy)q: one division a mode.
// Arrays hold f64; n is a multiple of 4 (pad with λ = 1 and zero weights).

import { BYTES, add, div, lanesum, load64, mul, splat, splatAt } from "./lanes";

const ONE = memory.data<f64>([1]);

/**
 * D and −D′ at one κ, for the Newton iteration.
 * out: 4 f64 — Re D, Im D, Re(−D′), Im(−D′).
 */
// @ts-ignore: decorator
@inline
export function traceSums(n: i32, lambda: usize, a: usize, x: f64, y: f64, out: usize): void {
  store<f64>(out, x);
  store<f64>(out, y * y, 8);
  const X = splatAt(out),
    Y2 = splatAt(out + 8),
    one = splatAt(ONE);
  let q = splat(0), // Σ a q
    p = splat(0), // Σ a p q
    s = splat(0), // Σ a q²
    r = splat(0); // Σ a p q²
  const end = lambda + ((<usize>n) << 3);
  while (lambda < end) {
    const P0 = add(load64(lambda), X);
    const P1 = add(load64(lambda + BYTES), X);
    const Q0 = div(one, add(mul(P0, P0), Y2));
    const Q1 = div(one, add(mul(P1, P1), Y2));
    const A0 = mul(load64(a), Q0);
    const A1 = mul(load64(a + BYTES), Q1);
    q = add(q, add(A0, A1));
    const B0 = mul(A0, P0);
    const B1 = mul(A1, P1);
    p = add(p, add(B0, B1));
    s = add(s, add(mul(A0, Q0), mul(A1, Q1)));
    r = add(r, add(mul(B0, Q0), mul(B1, Q1)));
    lambda += 2 * BYTES;
    a += 2 * BYTES;
  }
  const sum = lanesum(q);
  store<f64>(out, lanesum(p));
  store<f64>(out, -y * sum, 8);
  // (p − iy)²q² = (p² − y²)q² − 2ipy q², and p²q² = q − y²q²
  store<f64>(out, sum - 2 * y * y * lanesum(s), 16);
  store<f64>(out, -2 * y * lanesum(r), 24);
}

/** D, G, H at m values of κ. Outputs are split arrays of m f64. */
export function modeSums(
  n: i32,
  lambda: usize,
  a: usize,
  t: usize,
  u: usize,
  m: i32,
  kr: usize,
  ki: usize,
  Dr: usize,
  Di: usize,
  Gr: usize,
  Gi: usize,
  Hr: usize,
  Hi: usize,
): void {
  const bytes = (<usize>n) << 3;
  const one = splatAt(ONE);
  for (let i: usize = 0, last = (<usize>m) << 3; i < last; i += 8) {
    const y = load<f64>(ki + i);
    store<f64>(Di + i, y * y);
    const X = splatAt(kr + i),
      Y2 = splatAt(Di + i);
    let aq = splat(0),
      ap = splat(0),
      tq = splat(0),
      tp = splat(0),
      uq = splat(0),
      up = splat(0);
    for (let j: usize = 0; j < bytes; j += BYTES) {
      const P = add(load64(lambda + j), X);
      const Q = div(one, add(mul(P, P), Y2));
      const R = mul(P, Q);
      // one weight at a time: three would not leave registers for everything
      let w = load64(a + j);
      aq = add(aq, mul(w, Q));
      ap = add(ap, mul(w, R));
      w = load64(t + j);
      tq = add(tq, mul(w, Q));
      tp = add(tp, mul(w, R));
      w = load64(u + j);
      uq = add(uq, mul(w, Q));
      up = add(up, mul(w, R));
    }
    store<f64>(Dr + i, lanesum(ap));
    store<f64>(Di + i, -y * lanesum(aq));
    store<f64>(Gr + i, lanesum(tp));
    store<f64>(Gi + i, -y * lanesum(tq));
    store<f64>(Hr + i, lanesum(up));
    store<f64>(Hi + i, -y * lanesum(uq));
  }
}
