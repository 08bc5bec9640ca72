/** g(z) − 1 = −2γBz + γ²B(B+1)z² (docs/theory.md, eq. 2.1): held without the 1, whose rounding would grow with every step. */
export function growth(gamma: number, batch: number, x: number, y: number): [re: number, im: number] {
  const a = -2 * gamma * batch;
  const b = gamma * gamma * batch * (batch + 1);
  return [a * x + b * (x * x - y * y), a * y + 2 * b * x * y];
}
