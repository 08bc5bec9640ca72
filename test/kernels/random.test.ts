// Known answers of the Random123 distribution (D. E. Shaw Research, tests/kat_vectors, philox4x32 10), the elementary
// functions against Math, and the laws by moments, Kolmogorov–Smirnov and tail counts. Seeds are fixed; bounds are 4 standard errors.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cos, exp, expm1, log, sin } from "../../src/kernels/reference/elementary.ts";
import { referenceKernels } from "../../src/kernels/reference/reference.ts";
import type { Distribution, Draw } from "../../src/kernels/simulation.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm.ts";
import { onEachBackend } from "../backends.ts";
import { kolmogorovSmirnov, normalTail } from "../statistics.ts";

const wasm = wasmKernels();
const LAWS: Distribution[] = ["normal", "rademacher", "uniform", { student: 3 }, { student: 8 }];
const at = (draw: Partial<Draw>): Draw => ({ seed: 7, stream: "data", member: 0, step: 0, ...draw });

onEachBackend((kernels) => {
  it("gives the known answers of Philox4x32-10", () => {
    const hex = (text: string) =>
      text.split(" ").map((w) => Number.parseInt(w, 16)) as [number, number, number, number];
    const answers = [
      ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
      ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
      ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
    ] as const;
    for (const [counter, key, words] of answers) {
      const [k0, k1] = hex(key);
      const [c0, c1, c2, c3] = hex(counter);
      // the same counter in each of the four lanes
      for (let lane = 0; lane < 4; lane++) {
        const out = kernels.philox([(c0 - lane) >>> 0, c1, c2, c3], [k0, k1]);
        expect([0, 4, 8, 12].map((i) => out[i + lane])).toEqual(hex(words));
      }
    }
  });

  it("raises j to a power to a few units in the last place", () => {
    for (const p of [-0.7, -1.4, -2.9, 0.5]) {
      const out = kernels.indexPowers(20_000, p);
      // two units in the last place of p log j
      out.forEach((x, i) => {
        const error = Math.abs(x / (i + 1) ** p - 1) / Number.EPSILON;
        expect(error).toBeLessThan(2 + 2 * Math.abs(p * Math.log(i + 1)));
      });
    }
  });

  it("keeps the first numbers whatever the length, and separates streams, members, steps and seeds", () => {
    for (const law of LAWS) {
      const first = kernels.random(at({}), law, 40);
      expect(kernels.random(at({}), law, 7)).toEqual(first.slice(0, 7));
      expect(new Set(first).size).toBe(law === "rademacher" ? 2 : 40);
      for (const other of [
        { seed: 8 },
        { seed: 7 + 2 ** 32 },
        { stream: "noise" as const },
        { member: 1 },
        { step: 1 },
      ])
        expect(kernels.random(at(other), law, 40)).not.toEqual(first);
      expect(kernels.random(at({ step: 2 ** 32 }), law, 40)).not.toEqual(first);
      const out = new Float64Array(40);
      expect(kernels.random(at({}), law, 40, out)).toBe(out);
      expect(out).toEqual(first);
    }
  });
});

it("gives the same bits on both backends", () => {
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.maxSafeNat(),
        stream: fc.constantFrom<Draw["stream"][]>("embedding", "data", "noise"),
        member: fc.nat(0xffffffff),
        step: fc.maxSafeNat(),
      }),
      fc.constantFrom(...LAWS),
      (draw, law) => {
        expect(wasm.random(draw, law, 48)).toEqual(referenceKernels.random(draw, law, 48));
      },
    ),
    { numRuns: 300, seed: 1 },
  );
  expect(wasm.indexPowers(5000, -1.37)).toEqual(referenceKernels.indexPowers(5000, -1.37));
});

it("lengthens a small word in either half of eight counters", () => {
  for (const [step, counter] of [
    [2733, 144],
    [1075, 52],
  ] as const) {
    const words = wasm.philox([counter, step, 0, 1 << 24], [1, 0]);
    expect(Math.min(...words.slice(0, 4), ...words.slice(8, 12))).toBeLessThan(4096);
    const [draw, n] = [at({ seed: 1, step }), 4 * counter + 16];
    for (const law of ["normal", { student: 3 }] as const)
      expect(wasm.random(draw, law, n)).toEqual(referenceKernels.random(draw, law, n));
  }
});

describe("the elementary functions", () => {
  it("agree with Math to two units in the last place", () => {
    const relative = (x: number, y: number) => Math.abs(x - y) / Math.abs(y) / Number.EPSILON;
    for (let i = 0; i < 20_000; i++) {
      const u = (i + 0.5) / 20_000;
      const h = (u - 0.5) * (Math.PI / 2);
      expect(relative(sin(h), Math.sin(h))).toBeLessThan(2);
      expect(relative(cos(h), Math.cos(h))).toBeLessThan(2);
      expect(relative(log(u ** 4), Math.log(u ** 4))).toBeLessThan(4);
      expect(relative(exp(60 * u - 30), Math.exp(60 * u - 30))).toBeLessThan(2);
      expect(relative(expm1(30 * u ** 6), Math.expm1(30 * u ** 6))).toBeLessThan(3);
    }
  });
});

describe("ten million normals", () => {
  const n = 10_000;
  const sums = [0, 0, 0, 0, 0];
  const beyond = [0, 0, 0, 0, 0, 0];
  let lag = 0;
  let members = 0;
  const sample: number[] = [];
  for (let step = 0; step < 1000; step++) {
    const z = wasm.random(at({ step }), "normal", n);
    const other = wasm.random(at({ step, member: 1 }), "normal", n);
    for (let i = 0; i < n; i++) {
      const x = z[i]!;
      for (let k = 1; k <= 4; k++) sums[k]! += x ** k;
      for (let k = 0; k < 6; k++) if (Math.abs(x) > k) beyond[k]!++;
      lag += x * z[(i + 1) % n]!;
      members += x * other[i]!;
    }
    if (step < 20) sample.push(...z);
  }
  const N = 1000 * n;

  it("have the moments of the normal law", () => {
    const moments = [0, 1, 0, 3];
    const variances = [1, 2, 15, 96];
    moments.forEach((moment, k) => {
      expect(Math.abs(sums[k + 1]! / N - moment)).toBeLessThan(4 * Math.sqrt(variances[k]! / N));
    });
  });

  it("have its tails", () => {
    for (let k = 1; k < 6; k++) {
      const mean = 2 * normalTail(k) * N;
      expect(Math.abs(beyond[k]! - mean)).toBeLessThan(4 * Math.sqrt(mean));
    }
  });

  it("pass Kolmogorov–Smirnov", () => {
    expect(kolmogorovSmirnov(sample, (x) => 1 - normalTail(x))).toBeGreaterThan(0.001);
  });

  it("are uncorrelated with their neighbours and between members", () => {
    expect(Math.abs(lag) / Math.sqrt(N)).toBeLessThan(4);
    expect(Math.abs(members) / Math.sqrt(N)).toBeLessThan(4);
  });
});

describe("the other laws", () => {
  it("have mean 0, variance 1 and their own fourth moment", () => {
    const fourth = { rademacher: 1, uniform: 9 / 5 } as const;
    for (const law of ["rademacher", "uniform"] as const) {
      const z = wasm.random(at({}), law, 1_000_000);
      const mean = z.reduce((s, x) => s + x, 0) / 1e6;
      const square = z.reduce((s, x) => s + x * x, 0) / 1e6;
      expect(Math.abs(mean)).toBeLessThan(4e-3);
      expect(Math.abs(square - 1)).toBeLessThan(1e-12 + 4 * Math.sqrt((fourth[law] - 1) / 1e6));
      expect(z.reduce((s, x) => s + x ** 4, 0) / 1e6).toBeCloseTo(fourth[law], 2);
    }
  });

  it("Student's t with 3 degrees of freedom passes Kolmogorov–Smirnov and has its tails", () => {
    // F(t) = ½ + (1/π)[u/(1+u²) + arctan u], u = t/√3; ours is t/√3
    const cdf = (u: number) => 0.5 + (u / (1 + u * u) + Math.atan(u)) / Math.PI;
    const z = wasm.random(at({}), { student: 3 }, 1_000_000);
    expect(kolmogorovSmirnov([...z], cdf)).toBeGreaterThan(0.001);
    for (const tail of [10, 30, 100]) {
      // 1 − F(u) → 2/(3πu³)·(1 − 6/(5u²))
      const mean = 2e6 * (2 / (3 * Math.PI * tail ** 3)) * (1 - 1.2 / tail ** 2);
      const seen = z.filter((x) => Math.abs(x) > tail).length;
      expect(Math.abs(seen - mean)).toBeLessThan(4 * Math.sqrt(mean) + 1);
    }
  });
});
