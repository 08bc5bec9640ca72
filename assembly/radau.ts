// The inverse of the matrix of Radau IIA with three stages (Hairer & Wanner, Solving Ordinary Differential Equations II, IV.5),
// row by row; src/math/radau.ts computes it.

export const a11: f64 = 3.224744871391589;
export const a12: f64 = 1.1678400846904054;
export const a13: f64 = -0.2531972647421808;
export const a21: f64 = -3.5678400846904054;
export const a22: f64 = 0.775255128608411;
export const a23: f64 = 1.0531972647421808;
export const a31: f64 = 5.5319726474218083;
export const a32: f64 = -7.5319726474218083;
export const a33: f64 = 5.0;
// its row sums
export const b1: f64 = 4.1393876913398136;
export const b2: f64 = -1.7393876913398137;
export const b3: f64 = 3.0;

/**
 * Where the nodes of a growing step meet (docs/theory.md, eq. 5.11): the losses P and their slopes P′ at the stages,
 *   (1 − X + Z T⁻¹Ā) P = rest + V + Xσ² + Z T⁻¹Ā1 P₀,   P′ = T⁻¹(ĀP − Ā1 P₀).
 * sums: V, X (3), Z (3) of each stage; time: T (3); out: P (3), P′ (3).
 */
export function stageLosses(sums: usize, time: usize, rest: f64, noise: f64, loss: f64, out: usize): void {
  const T1 = load<f64>(time),
    T2 = load<f64>(time, 8),
    T3 = load<f64>(time, 16);
  const Z11 = load<f64>(sums, 32) / T1;
  const Z12 = load<f64>(sums, 40) / T2;
  const Z13 = load<f64>(sums, 48) / T3;
  const Z21 = load<f64>(sums, 88) / T1;
  const Z22 = load<f64>(sums, 96) / T2;
  const Z23 = load<f64>(sums, 104) / T3;
  const Z31 = load<f64>(sums, 144) / T1;
  const Z32 = load<f64>(sums, 152) / T2;
  const Z33 = load<f64>(sums, 160) / T3;
  const A11 = 1 - load<f64>(sums, 8) + Z11 * a11 + Z12 * a21 + Z13 * a31;
  const A12 = -load<f64>(sums, 16) + Z11 * a12 + Z12 * a22 + Z13 * a32;
  const A13 = -load<f64>(sums, 24) + Z11 * a13 + Z12 * a23 + Z13 * a33;
  const A21 = -load<f64>(sums, 64) + Z21 * a11 + Z22 * a21 + Z23 * a31;
  const A22 = 1 - load<f64>(sums, 72) + Z21 * a12 + Z22 * a22 + Z23 * a32;
  const A23 = -load<f64>(sums, 80) + Z21 * a13 + Z22 * a23 + Z23 * a33;
  const A31 = -load<f64>(sums, 120) + Z31 * a11 + Z32 * a21 + Z33 * a31;
  const A32 = -load<f64>(sums, 128) + Z31 * a12 + Z32 * a22 + Z33 * a32;
  const A33 = 1 - load<f64>(sums, 136) + Z31 * a13 + Z32 * a23 + Z33 * a33;
  const B1 =
    rest +
    load<f64>(sums, 0) +
    noise * (load<f64>(sums, 8) + load<f64>(sums, 16) + load<f64>(sums, 24)) +
    loss * (Z11 * b1 + Z12 * b2 + Z13 * b3);
  const B2 =
    rest +
    load<f64>(sums, 56) +
    noise * (load<f64>(sums, 64) + load<f64>(sums, 72) + load<f64>(sums, 80)) +
    loss * (Z21 * b1 + Z22 * b2 + Z23 * b3);
  const B3 =
    rest +
    load<f64>(sums, 112) +
    noise * (load<f64>(sums, 120) + load<f64>(sums, 128) + load<f64>(sums, 136)) +
    loss * (Z31 * b1 + Z32 * b2 + Z33 * b3);
  const C1 = A22 * A33 - A23 * A32,
    C2 = A23 * A31 - A21 * A33,
    C3 = A21 * A32 - A22 * A31;
  const det = A11 * C1 + A12 * C2 + A13 * C3;
  const p1 = (C1 * B1 + (A13 * A32 - A12 * A33) * B2 + (A12 * A23 - A13 * A22) * B3) / det;
  const p2 = (C2 * B1 + (A11 * A33 - A13 * A31) * B2 + (A13 * A21 - A11 * A23) * B3) / det;
  const p3 = (C3 * B1 + (A12 * A31 - A11 * A32) * B2 + (A11 * A22 - A12 * A21) * B3) / det;
  const s1 = (a11 * p1 + a12 * p2 + a13 * p3 - b1 * loss) / T1;
  const s2 = (a21 * p1 + a22 * p2 + a23 * p3 - b2 * loss) / T2;
  const s3 = (a31 * p1 + a32 * p2 + a33 * p3 - b3 * loss) / T3;
  store<f64>(out, p1);
  store<f64>(out, p2, 8);
  store<f64>(out, p3, 16);
  store<f64>(out, s1, 24);
  store<f64>(out, s2, 32);
  store<f64>(out, s3, 40);
}
