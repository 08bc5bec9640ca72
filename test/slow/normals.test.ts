// A thousand million normals: moments, Kolmogorov–Smirnov on classes, tails to 6 σ and beyond, independence between members,
// streams, steps and neighbours. Seeds are fixed; bounds are 4 standard errors.
import { describe, expect, it } from "vitest";
import { wasmKernels } from "../../src/kernels/wasm/wasm.ts";
import { normalTail } from "../statistics.ts";

const kernels = wasmKernels();
const N = 1e9;
const BLOCK = 1 << 20;
/** Classes of width 1/64 between −8 and 8. */
const CLASSES = 1024;

describe("a thousand million normals", () => {
  const sums = new Float64Array(7);
  const classes = new Float64Array(CLASSES);
  const beyond = new Float64Array(8);
  const products = new Float64Array(4);
  /** Pairs (one word's uniform each) whose radius is beyond 5, 5.5, 6, 6.5, 7. */
  const radii = new Float64Array(5);
  let most = 0;
  let previous: Float64Array = new Float64Array(BLOCK);
  let total = 0;
  for (let step = 0; total < N; step++) {
    const n = Math.min(BLOCK, N - total);
    const z = kernels.random({ seed: 2026, stream: "data", member: 0, step }, "normal", n);
    // every sixteenth block is set against its neighbours in each direction
    const member = step % 16 === 0 && kernels.random({ seed: 2026, stream: "data", member: 1, step }, "normal", n);
    const stream = step % 16 === 0 && kernels.random({ seed: 2026, stream: "noise", member: 0, step }, "normal", n);
    for (let i = 0; i < n; i++) {
      const x = z[i]!;
      const y = x * x;
      sums[1]! += x;
      sums[2]! += y;
      sums[3]! += x * y;
      sums[4]! += y * y;
      sums[6]! += y * y * y;
      classes[Math.max(0, Math.min(CLASSES - 1, Math.floor((x + 8) * 64)))]!++;
      if (y > 9) {
        const size = Math.abs(x);
        for (let k = 3; k < 8; k++) if (size > k) beyond[k]!++;
        if (size > most) most = size;
      }
      if (i > 0) products[0]! += x * z[i - 1]!;
    }
    // a pair is four numbers apart
    for (let i = 0; i + 8 <= n; i += 8)
      for (let k = i; k < i + 4; k++) {
        const square = z[k]! ** 2 + z[k + 4]! ** 2;
        if (square > 25) for (let j = 0; j < 5; j++) if (square > (5 + j / 2) ** 2) radii[j]!++;
      }
    if (member && stream)
      for (let i = 0; i < n; i++) {
        products[1]! += z[i]! * member[i]!;
        products[2]! += z[i]! * stream[i]!;
        products[3]! += z[i]! * previous[i]!;
      }
    previous = z;
    total += n;
  }
  console.log(
    `moments ${[1, 2, 3, 4, 6].map((k) => (sums[k]! / N).toFixed(6)).join(" ")}; largest ${most.toFixed(3)}; ` +
      `beyond ${[3, 4, 5, 6, 7].map((k) => `${k} σ: ${beyond[k]} (${(2 * normalTail(k) * N).toFixed(1)})`).join(", ")}; ` +
      `radii beyond ${[...radii].map((n, j) => `${5 + j / 2}: ${n} (${((N / 2) * Math.exp(-0.5 * (5 + j / 2) ** 2)).toFixed(1)})`).join(", ")}`,
  );

  it.each([
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
    [6, 15, 10395 - 225],
  ] as const)("moment %i is %i", (k, moment, variance) => {
    expect(Math.abs(sums[k]! / N - moment)).toBeLessThan(4 * Math.sqrt(variance / N));
  });

  it.each([3, 4, 5, 6, 7])("the tails beyond %i σ hold what they should", (k) => {
    const mean = 2 * normalTail(k) * N;
    expect(Math.abs(beyond[k]! - mean)).toBeLessThan(4 * Math.sqrt(mean) + 0.5);
  });

  it.each([0, 1, 2, 3, 4])("pairs have the right radii, to 7 (%i)", (j) => {
    const mean = (N / 2) * Math.exp(-0.5 * (5 + j / 2) ** 2);
    expect(Math.abs(radii[j]! - mean)).toBeLessThan(4 * Math.sqrt(mean) + 0.5);
  });

  it("Kolmogorov–Smirnov, at the edges of classes", () => {
    let [below, distance] = [0, 0];
    classes.forEach((count, i) => {
      below += count;
      distance = Math.max(distance, Math.abs(below / N - (1 - normalTail((i + 1) / 64 - 8))));
    });
    // P(√N D > 1.95) < 0.001
    expect(Math.sqrt(N) * distance).toBeLessThan(1.95);
  });

  it("χ² over the classes", () => {
    let [chi, free] = [0, -1];
    classes.forEach((count, i) => {
      const mean = N * (normalTail(i / 64 - 8) - normalTail((i + 1) / 64 - 8));
      if (mean < 20) return;
      chi += (count - mean) ** 2 / mean;
      free++;
    });
    expect(Math.abs(chi - free) / Math.sqrt(2 * free)).toBeLessThan(4);
  });

  it.each([
    [0, N],
    [1, N / 16],
    [2, N / 16],
    [3, N / 16],
  ])("are uncorrelated with neighbour, member, stream and step (%i)", (k, n) => {
    expect(Math.abs(products[k]!) / Math.sqrt(n)).toBeLessThan(4.2);
  });
});
