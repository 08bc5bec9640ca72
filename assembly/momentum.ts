// The three-state recursion of the momentum family on real nodes (docs/theory.md, eqs. 9.2, 9.3):
//
//   y ← (1−Δ) y + γ1 G,   δ ← δ − γ2 G − γ3 y,   G = Σ_batch e φ
//
// for R = λEδ², C = λEδy, Y = λEy² of each node, fed by Q = B(B+1)λ²R + B s (P + σ²), P = rest + Σ R. With a = 1−Δ,
// Γ = γ2 + γ1γ3, M = Bλ, p = γ3a:
//
//   R ← R − 2pC + p²Y − 2Γm + Γ²Q,   m = M(R − pC)
//   C ← a(C − pY − ΓMC) + γ1(m − ΓQ)
//   Y ← a²Y + γ1(2aMC + γ1Q)
//
// In this order few coefficients are needed, so that all stay in registers. Arrays hold f64; n is a multiple of 4 (pad with zeros).

import { add, BYTES, lanesum, load64, mul, splat, splatAt, store64, sub } from "./lanes";

/** The coefficients of one step: V8 rebuilds a splat at each use in the loop, a load it keeps or reloads. */
const COEFFICIENTS = memory.data(7 * 8, 16);

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
    store<f64>(COEFFICIENTS, B + 1, 16);
    store<f64>(COEFFICIENTS, g, 24);
    store<f64>(COEFFICIENTS, g3 * a, 32);
    store<f64>(COEFFICIENTS, g1, 40);
    store<f64>(COEFFICIENTS, a, 48);
    const push = splatAt(COEFFICIENTS),
      Batch = splatAt(COEFFICIENTS + 8),
      Batch1 = splatAt(COEFFICIENTS + 16),
      Gamma = splatAt(COEFFICIENTS + 24),
      p = splatAt(COEFFICIENTS + 32),
      Gamma1 = splatAt(COEFFICIENTS + 40),
      A = splatAt(COEFFICIENTS + 48);
    sum = splat(0);
    for (let i: usize = 0; i < bytes; i += BYTES) {
      const l = load64(lambda + i),
        r = load64(R + i),
        c = load64(C + i),
        y = load64(Y + i);
      const M = mul(Batch, l);
      const MR = mul(M, r),
        MC = mul(M, c);
      // B(B+1)λ²R + B s (P + σ²)
      const Q = add(mul(mul(Batch1, l), MR), mul(push, load64(s + i)));
      const q = mul(Gamma, Q),
        m = sub(MR, mul(p, MC)),
        gap = sub(m, q),
        t = sub(c, mul(p, y));
      const next = sub(sub(r, mul(p, add(c, t))), mul(Gamma, add(m, gap)));
      store64(R + i, next);
      store64(C + i, add(mul(A, sub(t, mul(Gamma, MC))), mul(Gamma1, gap)));
      const aMC = mul(A, MC);
      store64(Y + i, add(mul(A, mul(A, y)), mul(Gamma1, add(add(aMC, aMC), mul(Gamma1, Q)))));
      sum = add(sum, next);
    }
  }
}
