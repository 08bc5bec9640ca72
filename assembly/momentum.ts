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

import { add, BYTES, lanesum, load64, mul, splat, splatAt, store64 } from "./lanes";

/** The coefficients of one step: V8 rebuilds a splat at each use in the loop, a load it keeps or reloads. */
const COEFFICIENTS = memory.data(16 * 8, 16);

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
    store<f64>(COEFFICIENTS, B * (loss + noise));
    store<f64>(COEFFICIENTS, B, 8);
    store<f64>(COEFFICIENTS, B * (B + 1), 16);
    store<f64>(COEFFICIENTS, -2 * g, 24);
    store<f64>(COEFFICIENTS, -2 * g3 * a, 32);
    store<f64>(COEFFICIENTS, g * g, 40);
    store<f64>(COEFFICIENTS, g3 * g3 * a * a, 48);
    store<f64>(COEFFICIENTS, 2 * g * g3 * a, 56);
    store<f64>(COEFFICIENTS, a * a, 64);
    store<f64>(COEFFICIENTS, 2 * a * g1, 72);
    store<f64>(COEFFICIENTS, g1 * g1, 80);
    store<f64>(COEFFICIENTS, g1, 88);
    store<f64>(COEFFICIENTS, -g * a - g3 * a * g1, 96);
    store<f64>(COEFFICIENTS, -g * g1, 104);
    store<f64>(COEFFICIENTS, -g3 * a * a, 112);
    store<f64>(COEFFICIENTS, a, 120);
    const push = splatAt(COEFFICIENTS),
      batch1 = splatAt(COEFFICIENTS + 8),
      batch2 = splatAt(COEFFICIENTS + 16),
      rr = splatAt(COEFFICIENTS + 24),
      rc = splatAt(COEFFICIENTS + 32),
      rq = splatAt(COEFFICIENTS + 40),
      ry = splatAt(COEFFICIENTS + 48),
      rm = splatAt(COEFFICIENTS + 56),
      yy = splatAt(COEFFICIENTS + 64),
      yc = splatAt(COEFFICIENTS + 72),
      yq = splatAt(COEFFICIENTS + 80),
      cr = splatAt(COEFFICIENTS + 88),
      cm = splatAt(COEFFICIENTS + 96),
      cq = splatAt(COEFFICIENTS + 104),
      cy = splatAt(COEFFICIENTS + 112),
      cc = splatAt(COEFFICIENTS + 120);
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
