import { measureSums, pairDifferences, pairSums, quadraticForms } from "../dynamics";

const memory = heap.alloc(4096);

/** One mode, λ = 2 of weight 3, padded to four. */
function mode(lambda: usize, weight: usize): void {
  for (let j = 0; j < 4; j++) {
    store<f64>(lambda + 8 * j, j == 0 ? 2.0 : 1.0);
    store<f64>(weight + 8 * j, j == 0 ? 3.0 : 0.0);
  }
}

describe("pair sums", () => {
  it("are h h′, summed and as divided differences", () => {
    const lambda = memory,
      weight = memory + 32,
      kr = memory + 64,
      ki = memory + 80,
      rows = memory + 96,
      room = memory + 160,
      summed = memory + 512,
      differences = memory + 640;
    mode(lambda, weight);
    store<f64>(kr, 1.0);
    store<f64>(ki, 4.0);
    store<f64>(kr, 0.0, 8);
    store<f64>(ki, 2.0, 8);
    pairSums(4, lambda, weight, 2, kr, ki, room, room + 128, summed);
    measureSums(4, lambda, weight, 2, kr, ki, rows);
    pairDifferences(2, kr, ki, rows, differences);
    // h_0 = 1/(3+4i), h_1 = 1/(2+2i): 3 h_1 h_0 = 3/(−2+14i) = 3(−2−14i)/200
    expect<f64>(load<f64>(summed + 32)).toBeCloseTo(-0.03, 14);
    expect<f64>(load<f64>(summed + 40)).toBeCloseTo(-0.21, 14);
    // 3 h_1 h̄_0 = 3/((2+2i)(3−4i)) = 3/(14−2i)
    expect<f64>(load<f64>(summed + 48)).toBeCloseTo(0.21, 14);
    expect<f64>(load<f64>(summed + 56)).toBeCloseTo(0.03, 14);
    for (let i = 0; i < 12; i++) {
      expect<f64>(load<f64>(differences + 8 * i)).toBeCloseTo(load<f64>(summed + 8 * i), 13);
    }
  });
});

describe("quadratic forms", () => {
  it("sum a lower triangle", () => {
    const Q = memory,
      w = memory + 64,
      out = memory + 256;
    // x² + 4xy + 3y²
    store<f64>(Q, 1.0);
    store<f64>(Q, 0.0, 8);
    store<f64>(Q, 4.0, 16);
    store<f64>(Q, 3.0, 24);
    for (let t = 0; t < 4; t++) {
      store<f64>(w + 16 * t, <f64>t);
      store<f64>(w + 16 * t, 2.0, 8);
    }
    quadraticForms(2, Q, 4, w, out, memory + 320);
    for (let t = 0; t < 4; t++) {
      expect<f64>(load<f64>(out + 8 * t)).toBe(<f64>(t * t + 8 * t + 12));
    }
  });
});
