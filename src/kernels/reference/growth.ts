import { type Complex, complex, mul, scale, sub } from "../../math/complex.ts";

/** g(z) − 1 = −2γBz + γ²B(B+1)z² (docs/theory.md, eq. 2.1): held without the 1, whose rounding would grow with every step. */
export const growth = (gamma: number, batch: number, z: Complex): Complex =>
  mul(z, sub(scale(gamma * gamma * batch * (batch + 1), z), complex(2 * gamma * batch)));
