import { growModes } from "../growing-steps";
import { powers, stepModes, stepRealModes, volterra } from "../volterra";

// One node z = ½ of source ¼ (three empty ones pad the arrays), γ = 0.3, B = 2: g − 1 = −0.465, γ²Bs = 0.045.
const base = heap.alloc(8192);
const z = base,
  s = base + 32,
  rho = base + 64,
  zero = base + 96,
  imaginary = base + 128,
  gamma = base + 160,
  batch = base + 240,
  out = base + 320,
  scratch = base + 512;

function setUp(): void {
  memory.fill(base, 0, 4096);
  store<f64>(z, 0.5);
  store<f64>(s, 0.25);
  store<f64>(rho, 2.0);
  for (let r = 0; r < 10; r++) {
    store<f64>(gamma + 8 * r, 0.3);
    store<f64>(batch + 8 * r, 2.0);
  }
}

describe("Volterra steps", () => {
  it("are a power for one node", () => {
    for (let real = 0; real < 2; real++) {
      setUp();
      if (real) stepRealModes(4, z, s, 0, rho, 10, gamma, batch, 0, out, scratch);
      else stepModes(4, z, zero, s, zero, 0, rho, imaginary, 10, gamma, batch, 0, out, scratch);
      for (let r = 0; r < 10; r++) expect<f64>(load<f64>(out + 8 * r)).toBeCloseTo(2 * Math.pow(0.58, r), 14);
      expect<f64>(load<f64>(rho)).toBeCloseTo(2 * Math.pow(0.58, 10), 14);
    }
  });

  it("raise g to powers", () => {
    setUp();
    store<f64>(z, -0.5);
    store<f64>(zero, 0.5);
    // g = ½ + ½i: g² = ½i
    powers(4, z, zero, rho, imaginary, 1, 4, out);
    expect<f64>(load<f64>(out)).toBe(3);
    expect<f64>(load<f64>(out, 8)).toBe(2);
    expect<f64>(load<f64>(out, 16)).toBe(1);
    expect<f64>(load<f64>(out, 24)).toBe(0.5);
  });

  it("sum F and K", () => {
    // F = 1, K = ½ at lag 0 only: P(r) = 1 + P(r−1)/2
    for (let n = 0; n < 20; n++) {
      memory.fill(base, 0, 4096);
      for (let r = 0; r < n; r++) store<f64>(base + 8 * r, 1.0);
      if (n) store<f64>(base + 256 + 8 * (n + 7), 0.5);
      volterra(n, base, base + 256, base + 512);
      for (let r = 0; r < n; r++) expect<f64>(load<f64>(base + 512 + 8 * r)).toBeCloseTo(2 - Math.pow(0.5, r), 15);
    }
  });

  it("grow as the exponential of log g", () => {
    setUp();
    // no source: one step of h dt/ds = 1 at every stage is Radau's rational approximation of e^ℓ, (1+2x/5+x²/20)/(1−3x/5+3x²/20−x³/60)
    memory.fill(s, 0, 32);
    const time = base + 400;
    for (let q = 0; q < 3; q++) store<f64>(time + 8 * q, 1.0);
    growModes(4, z, zero, s, zero, 0, rho, imaginary, 1, time, gamma, batch, zero, 0, out, scratch, 0, 0, 0);
    const x = Math.log(0.535);
    const expected = (1 + 0.4 * x + 0.05 * x * x) / (1 - 0.6 * x + 0.15 * x * x - (x * x * x) / 60);
    expect<f64>(load<f64>(out)).toBeCloseTo(2 * expected, 13);
  });
});
