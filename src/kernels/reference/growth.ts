import { add, type Complex, complex, mul, scale, sub } from "../../math/complex.ts";

/** g(z) − 1 = (1 − γBz)² − 1 + γ²Bz² (docs/theory.md, eq. 2.1): what the mean step does, and what its variance adds. */
export function growth(gamma: number, batch: number, z: Complex): Complex {
  const step = scale(gamma * batch, z);
  return add(mul(step, sub(step, complex(2))), scale(gamma * gamma * batch, mul(z, z)));
}
