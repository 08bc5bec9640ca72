import { log } from "../elementary";
import { exp } from "../exponential";
import { huber, minimiseHuber } from "../huber";
import { huberSingle, toSingle } from "../huber-single";
import { huberCurvature } from "../newton";

const memory = heap.alloc(4096);

/** Units in the last place between two positive numbers. */
function ulps(a: f64, b: f64): i64 {
  return abs(reinterpret<i64>(a) - reinterpret<i64>(b));
}

describe("exp and log", () => {
  it("are within 3 ulp of the engine's, in every lane", () => {
    let worst: i64 = 0;
    for (let i = -6900; i <= 6900; i++) {
      const x = 0.1 * <f64>i + 0.0123;
      const e = exp(f64x2(x, -x));
      worst = max(worst, ulps(f64x2.extract_lane(e, 0), Math.exp(x)));
      worst = max(worst, ulps(f64x2.extract_lane(e, 1), Math.exp(-x)));
    }
    expect<i64>(worst).toBeLessThan(3);
    worst = 0;
    for (let i = -3000; i <= 3000; i++) {
      const x = Math.exp(0.2 * <f64>i + 0.001);
      log(f64x2(x, 1 + 1e-6 * <f64>i), f64x2(2 * x, 3 * x), memory);
      worst = max(worst, ulps(abs(load<f64>(memory)), abs(Math.log(x))));
      worst = max(worst, ulps(abs(load<f64>(memory, 8)), abs(Math.log(1 + 1e-6 * <f64>i))));
      worst = max(worst, ulps(abs(load<f64>(memory, 16)), abs(Math.log(2 * x))));
      worst = max(worst, ulps(abs(load<f64>(memory, 24)), abs(Math.log(3 * x))));
    }
    expect<i64>(worst).toBeLessThan(4);
  });
});

describe("the Huber objective", () => {
  it("is Σ w ψ(r − ψ/2), by hand for two points", () => {
    // log S = log 3 at both points (x = y = 0, a = b = e = 0); l = log 3 − 0.5 and log 3 + 0.001; two more of weight 0
    const x = memory,
      l = memory + 32,
      w = memory + 64,
      theta = memory + 96,
      gradient = memory + 136;
    for (let i = 0; i < 4; i++) {
      store<f64>(x + 8 * i, 0);
      store<f64>(l + 8 * i, Math.log(3) - (i == 0 ? 0.5 : i == 1 ? -0.001 : 7));
      store<f64>(w + 8 * i, i == 0 ? 1 : i == 1 ? 2 : 0);
    }
    for (let i = 0; i < 5; i++) store<f64>(theta + 8 * i, 0);
    const value = huber(4, x, x, l, w, 0.01, theta, gradient, memory + 192);
    expect<f64>(value).toBeCloseTo(0.01 * (0.5 - 0.005) + 2 * 0.5e-6, 12);
    // each of a, b, e moves log S by a third
    for (let i = 0; i < 3; i++) expect<f64>(load<f64>(gradient + 8 * i)).toBeCloseTo((0.01 - 2 * 0.001) / 3, 12);
  });

  it("has its minimum where a law made the points", () => {
    const n = 16;
    const x = memory,
      y = memory + 128,
      l = memory + 256,
      w = memory + 384,
      theta = memory + 512;
    for (let i = 0; i < n; i++) {
      const X = <f64>(i & 3) - 1.5,
        Y = <f64>(i >> 2) - 1.5;
      store<f64>(x + 8 * i, X);
      store<f64>(y + 8 * i, Y);
      store<f64>(l + 8 * i, Math.log(Math.exp(0.3 - 0.4 * X) + Math.exp(-0.2 - 0.7 * Y) + Math.exp(0.5)));
      store<f64>(w + 8 * i, 1);
    }
    for (let i = 0; i < 5; i++) store<f64>(theta + 8 * i, i < 3 ? 0.0 : 0.5);
    const value = memory + 560,
      info = memory + 568,
      scratch = memory + 592;
    expect<i32>(minimiseHuber(n, x, y, l, w, 1e-3, 1, theta, 0, false, 1e-8, 500, value, info, scratch)).toBe(0);
    const truth: StaticArray<f64> = [0.3, -0.2, 0.5, 0.4, 0.7];
    for (let i = 0; i < 5; i++) expect<f64>(load<f64>(theta + 8 * i)).toBeCloseTo(truth[i], 5);
  });
});

/** 16 points near a law, each off by up to 0.05, with weights 0 to 2; θ after them. */
function nearby(): void {
  for (let i = 0; i < 16; i++) {
    const X = <f64>(i & 3) - 1.5,
      Y = <f64>(i >> 2) - 1.5;
    store<f64>(memory + 8 * i, X);
    store<f64>(memory + 128 + 8 * i, Y);
    const l = Math.log(Math.exp(0.3 - 0.4 * X) + Math.exp(-0.2 - 0.7 * Y) + Math.exp(0.5));
    store<f64>(memory + 256 + 8 * i, l + 0.05 * Math.sin(<f64>(7 * i + 1)));
    store<f64>(memory + 384 + 8 * i, <f64>(i % 3));
  }
  const theta: StaticArray<f64> = [0.31, -0.22, 0.49, 0.41, 0.68];
  for (let i = 0; i < 5; i++) store<f64>(memory + 512 + 8 * i, theta[i]);
}

describe("the Huber objective near and far", () => {
  it("has the curvature of its gradient's differences", () => {
    nearby();
    const theta = memory + 512,
      state = memory + 560,
      gradient = memory + 864,
      logarithms = memory + 912,
      rows = memory + 1024;
    const l = memory + 256,
      w = memory + 384;
    huberCurvature(16, memory, memory + 128, l, w, 0.02, theta, true, state, rows, logarithms);
    expect<f64>(load<f64>(state)).toBeCloseTo(
      huber(16, memory, memory + 128, l, w, 0.02, theta, gradient, logarithms),
      13,
    );
    const h = 1e-6;
    let at = state + 48;
    let worst: f64 = 0;
    for (let i = 0; i < 5; i++) {
      worst = max(worst, abs(load<f64>(state + 8 + 8 * i) - load<f64>(gradient + 8 * i)));
      for (let j = 0; j <= i; j++, at += 8) {
        const here = load<f64>(theta + 8 * i);
        store<f64>(theta + 8 * i, here + h);
        huber(16, memory, memory + 128, l, w, 0.02, theta, gradient, logarithms);
        const up = load<f64>(gradient + 8 * j);
        store<f64>(theta + 8 * i, here - h);
        huber(16, memory, memory + 128, l, w, 0.02, theta, gradient, logarithms);
        store<f64>(theta + 8 * i, here);
        worst = max(worst, abs((up - load<f64>(gradient + 8 * j)) / (2 * h) - load<f64>(at)));
        huber(16, memory, memory + 128, l, w, 0.02, theta, gradient, logarithms);
      }
    }
    expect<f64>(worst).toBeLessThan(1e-7);
  });

  it("is the same in f32, to what f32 resolves, near and far out", () => {
    nearby();
    const theta = memory + 512,
      gradient = memory + 560,
      single = memory + 608,
      logarithms = memory + 672,
      data = memory + 1024;
    toSingle(16, memory, memory + 128, memory + 256, memory + 384, data);
    for (let far = 0; far < 3; far++) {
      store<f64>(theta, 0.31 + 10 * <f64>far);
      const value = huber(16, memory, memory + 128, memory + 256, memory + 384, 0.02, theta, gradient, logarithms);
      expect<f64>(huberSingle(16, data, 0.02, theta, single) / value).toBeCloseTo(1, 5);
      for (let i = 0; i < 40; i += 8) expect<f64>(load<f64>(single + i)).toBeCloseTo(load<f64>(gradient + i), 5);
    }
  });
});
