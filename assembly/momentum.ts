// The three-state recursion of the momentum family on real nodes (docs/theory.md, eqs. 9.2, 9.3):
//
//   y ← (1−Δ) y + γ1 G,   δ ← δ − γ2 G − γ3 y,   G = Σ_batch e φ
//
// for R = λEδ², C = λEδy, Y = λEy² of each node, fed by Q = B(B+1)λ²R + B s (P + σ²), P = rest + Σ R. With a = 1−Δ,
// Γ = γ2 + γ1γ3, M = Bλ:
//
//   R ← R − 2ΓMR − 2γ3aC + Γ²Q + γ3²a²Y + 2Γγ3aMC
//   Y ← a²Y + 2aγ1MC + γ1²Q
//   C ← aC + γ1MR − ΓaMC − Γγ1Q − γ3a²Y − γ3aγ1MC
//
// Arrays hold f64; n is a multiple of 4 (pad with zeros).

import { add, BYTES, lanesum, load64, mul, splat, store64 } from "./lanes";

/** `steps` steps, with γ1, γ2, γ3, Δ and B given for each; out: P before each. The state is left at the end of the last. */
export function stepMomentum(
  n: i32,
  lambda: usize,
  s: usize,
  rest: f64,
  R: usize,
  C: usize,
  Y: usize,
  steps: i32,
  gamma1: usize,
  gamma2: usize,
  gamma3: usize,
  delta: usize,
  batch: usize,
  noise: f64,
  out: usize,
): void {
  const bytes = (<usize>n) << 3;
  let sum = splat(0);
  for (let i: usize = 0; i < bytes; i += BYTES) sum = add(sum, load64(R + i));
  for (let t: usize = 0, end = (<usize>steps) << 3; t < end; t += 8) {
    const loss = rest + lanesum(sum);
    store<f64>(out + t, loss);
    const g1 = load<f64>(gamma1 + t),
      g2 = load<f64>(gamma2 + t),
      g3 = load<f64>(gamma3 + t),
      a = 1 - load<f64>(delta + t),
      B = load<f64>(batch + t);
    const g = g2 + g1 * g3;
    const push = splat(B * (loss + noise));
    const batch1 = splat(B),
      batch2 = splat(B * (B + 1));
    const rr = splat(-2 * g),
      rc = splat(-2 * g3 * a),
      rq = splat(g * g),
      ry = splat(g3 * g3 * a * a),
      rm = splat(2 * g * g3 * a);
    const yy = splat(a * a),
      yc = splat(2 * a * g1),
      yq = splat(g1 * g1);
    const cc = splat(a),
      cr = splat(g1),
      cm = splat(-g * a - g3 * a * g1),
      cq = splat(-g * g1),
      cy = splat(-g3 * a * a);
    sum = splat(0);
    for (let i: usize = 0; i < bytes; i += BYTES) {
      const l = load64(lambda + i);
      const r = load64(R + i),
        c = load64(C + i),
        y = load64(Y + i);
      const M = mul(batch1, l);
      const MR = mul(M, r),
        MC = mul(M, c);
      const Q = add(mul(mul(batch2, mul(l, l)), r), mul(push, load64(s + i)));
      const next = add(r, add(add(add(mul(rr, MR), mul(rc, c)), add(mul(rq, Q), mul(ry, y))), mul(rm, MC)));
      store64(R + i, next);
      store64(Y + i, add(add(mul(yy, y), mul(yc, MC)), mul(yq, Q)));
      store64(C + i, add(add(add(mul(cc, c), mul(cr, MR)), add(mul(cm, MC), mul(cq, Q))), mul(cy, y)));
      sum = add(sum, next);
    }
  }
}
