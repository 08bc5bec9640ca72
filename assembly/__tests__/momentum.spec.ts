import { growMomentum } from "../growing-momentum";
import { stepMomentum } from "../momentum";

// One node λ = ½ of source ¼ (three empty ones pad the arrays) under plain SGD, γ = 0.3, B = 2: g = 0.535, γ²Bs = 0.045.
const base = heap.alloc(8192);
const lambda = base,
  s = base + 32,
  R = base + 64,
  C = base + 96,
  Y = base + 128,
  zero = base + 160,
  one = base + 240,
  gamma = base + 320,
  batch = base + 400,
  time = base + 480,
  out = base + 512,
  scratch = base + 1024;

function setUp(): void {
  memory.fill(base, 0, 8192);
  store<f64>(lambda, 0.5);
  store<f64>(s, 0.25);
  store<f64>(R, 2.0);
  for (let r = 0; r < 10; r++) {
    store<f64>(one + 8 * r, 1.0);
    store<f64>(gamma + 8 * r, 0.3);
    store<f64>(batch + 8 * r, 2.0);
  }
  for (let q = 0; q < 3; q++) store<f64>(time + 8 * q, 1.0);
}

describe("momentum steps", () => {
  it("are SGD's powers at Δ = 1 without γ1 and γ3", () => {
    setUp();
    stepMomentum(4, lambda, s, 0, R, C, Y, 10, zero, gamma, zero, one, batch, 0, out);
    for (let r = 0; r < 10; r++) expect<f64>(load<f64>(out + 8 * r)).toBeCloseTo(2 * Math.pow(0.58, r), 14);
    expect<f64>(load<f64>(Y)).toBe(0);
  });

  it("grow as the exponential of the generator", () => {
    setUp();
    // no source: Radau's rational approximation of e^x at x = W − W²/2 + W³/3, W = g − 1
    memory.fill(s, 0, 32);
    growMomentum(4, lambda, s, 0, R, C, Y, 1, time, zero, gamma, zero, one, batch, 0, out, scratch);
    const W = -0.465;
    const x = W - (W * W) / 2 + (W * W * W) / 3;
    const expected = (1 + 0.4 * x + 0.05 * x * x) / (1 - 0.6 * x + 0.15 * x * x - (x * x * x) / 60);
    expect<f64>(load<f64>(out)).toBeCloseTo(2 * expected, 13);
    expect<f64>(load<f64>(R)).toBeCloseTo(2 * expected, 13);
  });
});
