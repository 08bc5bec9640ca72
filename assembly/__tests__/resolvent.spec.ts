import { modeSums } from "../modes";
import { axisKappa, solveKappa } from "../resolvent";

// One mode, λ = 2 of weight 1 (three empty ones pad the array), N = 2, P = ∞: ζ = κ(1 − 1/(2(2+κ))), a quadratic in κ.
const memory = heap.alloc(512);

describe("mode sums", () => {
  it("are 1/(λ+κ) for a single mode", () => {
    const lambda = memory,
      weight = memory + 32,
      kr = memory + 64,
      ki = memory + 72,
      out = memory + 80;
    for (let j = 0; j < 4; j++) {
      store<f64>(lambda + 8 * j, j == 0 ? 2.0 : 1.0);
      store<f64>(weight + 8 * j, j == 0 ? 1.0 : 0.0);
    }
    store<f64>(kr, 1.0);
    store<f64>(ki, 4.0);
    modeSums(4, lambda, weight, weight, weight, 1, kr, ki, out, out + 8, out + 16, out + 24, out + 32, out + 40);
    // 1/(3+4i) = (3 − 4i)/25
    for (let sum = 0; sum < 3; sum++) {
      expect<f64>(load<f64>(out + 16 * sum)).toBeCloseTo(0.12, 15);
      expect<f64>(load<f64>(out + 16 * sum + 8)).toBeCloseTo(-0.16, 15);
    }
  });
});

describe("κ", () => {
  it("solves the quadratic of a single mode", () => {
    const lambda = memory,
      weight = memory + 32,
      zr = memory + 64,
      zi = memory + 72,
      kr = memory + 80,
      ki = memory + 88;
    store<f64>(zr, 3.0);
    store<f64>(zi, 0.0);
    store<f64>(kr, 3.0);
    store<f64>(ki, 0.0);
    expect<i32>(solveKappa(4, lambda, weight, 0.5, 0, 1, zr, zi, kr, ki, memory + 96)).toBe(0);
    // 3 = κ(1 − 1/(4+2κ))  ⇔  κ² − 1.5κ − 6 = 0
    expect<f64>(load<f64>(kr)).toBeCloseTo((1.5 + Math.sqrt(26.25)) / 2, 14);
  });

  it("leaves the real axis between the edges of the support", () => {
    // −x = κ(1 − 1/(4+2κ))  ⇔  κ² + (1.5+x)κ + 2x = 0, complex for ½ < x < 4½
    const x = memory + 64,
      kr = memory + 80,
      ki = memory + 96;
    store<f64>(x, 2.0);
    store<f64>(x, 5.0, 8);
    store<f64>(kr, NaN);
    axisKappa(4, memory, memory + 32, 0.5, 0, 2, x, kr, ki, memory + 112);
    expect<f64>(load<f64>(kr)).toBeCloseTo(-1.75, 14);
    expect<f64>(load<f64>(ki)).toBeCloseTo(Math.sqrt(3.75) / 2, 14);
    expect<f64>(load<f64>(kr, 8)).toBeCloseTo(-4, 14);
    expect<f64>(load<f64>(ki, 8)).toBe(0);
  });

  it("reports what does not converge", () => {
    store<f64>(memory + 64, NaN);
    expect<i32>(
      solveKappa(4, memory, memory + 32, 0.5, 0, 1, memory + 64, memory + 72, memory + 80, memory + 88, memory + 96),
    ).toBe(1);
  });
});
