// The growth of a mode in a step, as both backends have it, against its definition.

import { describe, expect, it } from "vitest";
import { growth as plain } from "../../src/kernels/reference/growth.ts";
import { growth } from "../../src/kernels/volterra.ts";

// E |1 − γ Σ_b x_b²|² over B normals of variance z: 1 − 2γBz + γ²(B(B − 1) + 3B)z² less the variance that the kernel holds, γ²Bz²
describe.each([
  ["growth", growth],
  ["growth of the plain kernels", plain],
])("%s", (_, growth) => {
  it.each([
    [0.3, 1, 0.7, 0],
    [0.1, 5, 0.4, 0.2],
    [1e-9, 64, 1e-6, -2e-6],
  ])("is g(z) − 1, γ = %f, B = %i, z = %f + %fi", (gamma, batch, x, y) => {
    const fourth = gamma ** 2 * (batch * (batch - 1) + 3 * batch - batch);
    const g = growth(gamma, batch, { re: x, im: y });
    const exact = [-2 * gamma * batch * x + fourth * (x * x - y * y), -2 * gamma * batch * y + fourth * 2 * x * y];
    expect(Math.abs(g.re - exact[0]!)).toBeLessThanOrEqual(1e-14 * Math.abs(exact[0]!));
    expect(Math.abs(g.im - exact[1]!)).toBeLessThanOrEqual(1e-14 * Math.abs(exact[1]!));
  });
});
