// Networks trained on data: against the kernel that wide lazy ones follow, the same bits however they are computed, and bad input.
import { describe, expect, it } from "vitest";
import { fitPowerLaw } from "../../src/index.ts";
import { networkKernels } from "../../src/kernels/networks/wasm.ts";
import { learningKernels, parseKernel } from "../../src/measure/index.ts";
import { kernelMatrix } from "../../src/measure/kernel.ts";
import { shuffled } from "../../src/measure/shuffled.ts";
import { networkOf, readyData, startOf, trainingCost, trainNetworks } from "../../src/networks/index.ts";
import { EPOCHS, lossOf, SegmentTrainer } from "../../src/networks/segment.ts";
import type { CheckpointStore } from "../../src/simulation/checkpoint.ts";

const numbers = (n: number, seed: number) =>
  Float64Array.from({ length: n }, (_, i) => 2 * ((Math.imul(i + 7919 * seed + 1, 2654435761) >>> 0) / 2 ** 32) - 1);

const INPUTS = 6;
/** Rows with a target that is no linear function of the features, or with as many classes. */
function rows(count: number, seed: number, classes = 0) {
  const data = numbers(count * INPUTS, seed);
  const of = (i: number) => Math.sin(3 * data[i * INPUTS]!) + data[i * INPUTS + 1]! * data[i * INPUTS + 2]!;
  const columns = Math.max(1, classes);
  const targets = Float64Array.from({ length: count * columns }, (_, at) =>
    classes === 0 ? of(at) : Number((of(Math.floor(at / columns)) > 0 ? 1 : 0) === at % columns),
  );
  return { features: { data, rows: count, columns: INPUTS }, targets: { data: targets, rows: count, columns } };
}

const data = readyData(rows(60, 1), rows(40, 2), "squared");
const small = {
  ...{ widths: [8, 15], batch: 8, steps: 40, members: 3, record: [0, 1, 7, 20, 40], seed: 5 },
  ...{ momentum: 0.5, averaged: true },
} as const;
const losses = ({ widths }: Awaited<ReturnType<typeof trainNetworks>>) =>
  widths.map(({ test, train, averaged, diverged }) => ({ test, train, averaged, diverged }));

/** Keeps a checkpoint in memory. */
function memory(): CheckpointStore & { bytes?: Uint8Array } {
  const store: CheckpointStore & { bytes?: Uint8Array } = {
    read: async () => store.bytes,
    write: async (bytes) => {
      store.bytes = bytes;
    },
  };
  return store;
}

describe("a wide lazy network", () => {
  // docs/theory.md, §13: one trajectory of SGD on the same batches, in the space of the kernel
  it("follows SGD in the space of its tangent kernel, off by N^−1/2", () => {
    const [steps, batch, seed, members] = [60, 4, 3, 8];
    const { train, test } = data;
    const matrix = ({ X, rows: count }: typeof train) => ({
      data: Float64Array.from(X),
      rows: count,
      columns: INPUTS,
    });
    const [all, tested] = [matrix(train), matrix(test)];
    const K = kernelMatrix(learningKernels(), parseKernel("ntk:1"), all);
    const across = kernelMatrix(learningKernels(), parseKernel("ntk:1"), tested, all);
    const inKernel = Array.from({ length: members }, (_, member) => {
      const [f, g] = [new Float64Array(train.rows), new Float64Array(test.rows)];
      for (let t = 0; t < steps; t++) {
        const chosen = Array.from({ length: batch }, (_, j) => {
          const [epoch, place] = [Math.floor((t * batch + j) / train.rows), (t * batch + j) % train.rows];
          return shuffled(train.rows, seed, "training", { draw: member * EPOCHS + epoch })[place]!;
        });
        const moves = chosen.map((row) => (0.5 * (train.Y[row]! - f[row]!)) / batch);
        chosen.forEach((row, j) => {
          for (let i = 0; i < f.length; i++) f[i]! += moves[j]! * K[row * train.rows + i]!;
          for (let i = 0; i < g.length; i++) g[i]! += moves[j]! * across[i * train.rows + row]!;
        });
      }
      return g;
    });
    const trainer = new SegmentTrainer(networkKernels(), data);
    const widths = [16, 64, 256, 1024];
    const off = widths.map((width) => {
      let [gap, size] = [0, 0];
      inKernel.forEach((g, member) => {
        const { recorded } = trainer.run({
          architecture: { inputs: INPUTS, outputs: 1, width, depth: 1, parametrisation: "lazy", richness: 1 },
          ...{ member, seed, state: new Float64Array(0), first: 0, count: steps, record: [steps] },
          ...{ loss: "squared", eta: 0.5, momentum: 0, batch, limit: 1e9, trainRows: 1, outputs: true },
        });
        g.forEach((x, i) => {
          gap += (recorded[2 + i]! - x) ** 2;
          size += x * x;
        });
      });
      return Math.sqrt(gap / size);
    });
    expect(off.at(-1)!).toBeLessThan(0.02);
    // eight members and four widths know the slope to some 0.05
    expect(Math.abs(fitPowerLaw(widths, off).exponent.value + 0.5)).toBeLessThan(0.15);
  });
});

describe("trainNetworks", () => {
  it("gives the same bits in any number of threads, in pieces, and after an interruption", async () => {
    const whole = losses(await trainNetworks(data, small));
    expect(whole[0]!.test[0]!.every(Number.isFinite)).toBe(true);
    expect(losses(await trainNetworks(data, { ...small, threads: 2 }))).toEqual(whole);
    expect(losses(await trainNetworks(data, { ...small, widths: [15, 8] })).reverse()).toEqual(whole);
    const checkpoint = memory();
    const control = new AbortController();
    const stopped = trainNetworks(data, {
      ...small,
      checkpoint,
      signal: control.signal,
      onProgress: (done) => done > 0.4 && control.abort(),
    });
    await expect(stopped).rejects.toThrow(/abort/i);
    let least = 1;
    const resumed = await trainNetworks(data, {
      ...small,
      checkpoint,
      onProgress: (done) => {
        least = Math.min(least, done);
      },
    });
    expect(least).toBeGreaterThan(0.4);
    expect(losses(resumed)).toEqual(whole);
    await expect(trainNetworks(data, { ...small, eta: 0.4, checkpoint })).rejects.toThrow(/another run \(eta differs/);
    const others = readyData(rows(60, 3), rows(40, 2), "squared");
    await expect(trainNetworks(others, { ...small, checkpoint })).rejects.toThrow(/another run \(data differs/);
  });

  it("goes on from the middle of a network as if it had not stopped", () => {
    const trainer = new SegmentTrainer(networkKernels(), data);
    const job = {
      architecture: { inputs: INPUTS, outputs: 1, width: 8, depth: 2, parametrisation: "mup", richness: 2 },
      ...({ loss: "squared" } as const),
      ...{ member: 1, seed: 5, eta: 0.3, momentum: 0.9, batch: 7, limit: 1e9 },
      ...{ trainRows: 20, outputs: true },
    } as const;
    const piece = (state: Float64Array, first: number, count: number, record: number[]) =>
      trainer.run({ ...job, state, first, count, record });
    const whole = piece(new Float64Array(0), 0, 30, [0, 11, 30]);
    const start = piece(new Float64Array(0), 0, 11, [0, 11]);
    const end = piece(start.state, 11, 19, [30]);
    expect([...start.recorded, ...end.recorded]).toEqual([...whole.recorded]);
    expect(end.state).toEqual(whole.state);
  });

  it("starts from the loss of f = 0, at any width and with either loss", async () => {
    const classes = readyData(rows(60, 1, 3), rows(40, 2, 3), "entropy");
    const found = await trainNetworks(classes, { ...small, loss: "entropy", widths: [4, 64] });
    expect(found.start).toBeCloseTo(Math.log(3), 6);
    for (const { test, averaged, mean } of found.widths) {
      for (const curve of test) expect(curve[0]).toBeCloseTo(Math.log(3), 6);
      // of a convex loss the mean of outputs loses no more than the mean loss
      averaged!.forEach((loss, i) => {
        expect(loss).toBeLessThanOrEqual(mean[i]! + 1e-9);
      });
      expect(mean.at(-1)!).toBeLessThan(0.8 * mean[0]!);
    }
  });

  it("is lazy where γ_0 is small", async () => {
    const [lazy, nearly, rich] = await Promise.all(
      [
        { parametrisation: "lazy" as const },
        { parametrisation: "mup" as const, richness: 0.001 },
        { parametrisation: "mup" as const, richness: 2 },
      ].map((more) => trainNetworks(data, { widths: [512], steps: 60, batch: 8, ...more })),
    );
    const last = (found: typeof lazy) => found!.widths[0]!.mean.at(-1)!;
    const limit = await trainNetworks(data, { widths: [4096], steps: 60, batch: 8, parametrisation: "lazy" });
    expect(Math.abs(last(nearly) / last(limit) - 1)).toBeLessThan(0.1);
    expect(Math.abs(last(lazy) / last(limit) - 1)).toBeLessThan(0.1);
    expect(last(rich)).toBeLessThan(last(lazy));
  });

  it("says where a step is too large, and ends there", async () => {
    const found = await trainNetworks(data, { widths: [16], steps: 100, batch: 8, eta: 30, parametrisation: "lazy" });
    const [at] = found.widths[0]!.diverged;
    expect(at).toBeGreaterThan(1);
    expect(at).toBeLessThan(100);
    expect(found.widths[0]!.mean.at(-1)).toBe(Infinity);
    expect(found.widths[0]!.mean[0]).toBeLessThan(Infinity);
  });

  it("counts parameters, samples and operations", async () => {
    const { samples, widths } = await trainNetworks(data, { widths: [10], depth: 2, steps: 4, batch: 3, record: [4] });
    expect([...samples]).toEqual([12]);
    expect(widths[0]!.parameters).toBe(INPUTS * 10 + 10 * 10 + 10);
    expect([...widths[0]!.flops]).toEqual([6 * 170 * 12]);
  });

  it("scales layers so that units and the first step are of order 1 at any width", () => {
    for (const parametrisation of ["lazy", "mup"] as const) {
      const network = networkOf({ inputs: 3, outputs: 2, width: 512, depth: 3, parametrisation, richness: 2 });
      expect(network.sizes).toEqual([3, 512, 512, 512, 2]);
      expect(network.scales[1]).toBeCloseTo(Math.sqrt(2 / 512), 12);
      // the step takes back what the last layer was divided by, over four layers
      expect(network.rate * network.scales[3]! ** 2).toBeCloseTo(2 / 512 / 4, 12);
      const weights = startOf(network, 1, 0);
      const square = weights.reduce((sum, w) => sum + w * w, 0) / weights.length;
      expect(Math.abs(square - 1)).toBeLessThan(5 * Math.sqrt(2 / weights.length));
    }
  });

  it("takes losses by their definitions", () => {
    const Y = Float32Array.of(1, 0, 0, 1);
    expect(lossOf([0.5, 0, 0, 3], { Y }, 2, "squared")).toBeCloseTo((0.25 + 4) / 2, 12);
    const entropy = (Math.log(1 + Math.exp(-0.5)) + Math.log(1 + Math.exp(-3))) / 2;
    expect(lossOf([0.5, 0, 0, 3], { Y }, 2, "entropy")).toBeCloseTo(entropy, 12);
  });
});

describe("what cannot be trained", () => {
  it.each([
    ["widths must be at least 1", { widths: [0] }],
    ["widths must be a whole number", { widths: [2.5] }],
    ["widths must name", { widths: [] }],
    ["widths must differ", { widths: [4, 4] }],
    ["widths must be at most", { widths: [1e6] }],
    ["widths must be such that a network fits into 4 GB", { widths: [16_384], depth: 3 }],
    ["steps must be at least 1", { steps: 0 }],
    ["steps must be at most 1048576 epochs", { steps: 1e8, batch: 64 }],
    ["momentum must be below 1", { momentum: 1 }],
    ["eta must be at least", { eta: 0 }],
    ["batch must be at least 1", { batch: 0 }],
    ["richness must be at least", { richness: 0 }],
    ["depth must be at most", { depth: 17 }],
    ["loss must be one of squared, entropy", { loss: "hinge" }],
    ["record[1] must be a whole number", { record: [1, 2.5] }],
    ["the work, in seconds of one processor, must be at most", { widths: [2048], depth: 3, steps: 7e6, members: 1000 }],
    ["members × recorded steps × test rows must be at most", { members: 1e5, averaged: true }],
  ])("%s", async (message, wrong) => {
    await expect(trainNetworks(data, { ...small, ...(wrong as object) })).rejects.toThrow(message);
  });

  it("tells the row of what is no number, and targets that are none", () => {
    const broken = rows(60, 1);
    broken.features.data[7 * INPUTS + 2] = Number.NaN;
    expect(() => readyData(broken, rows(40, 2), "squared")).toThrow(
      "features must be finite, got NaN in row 8, column 3",
    );
    expect(() => readyData(rows(60, 1), broken, "squared")).toThrow("test features must be finite, got NaN in row 8");
    const constant = { ...rows(60, 1), targets: { data: new Float64Array(60).fill(2), rows: 60, columns: 1 } };
    expect(() => readyData(constant, rows(40, 2), "squared")).toThrow(/targets must vary, got 2/);
    expect(() => readyData(rows(60, 1), rows(40, 2), "entropy")).toThrow(/a column for each class/);
    const sums = rows(60, 1, 2);
    sums.targets.data[5] = 0.5;
    expect(() => readyData(sums, rows(40, 2, 2), "entropy")).toThrow(/probabilities.*\(row 3\)/);
    expect(() => readyData(rows(60, 1), rows(40, 2, 2), "squared")).toThrow(/as many columns/);
    expect(() => readyData({ ...rows(60, 1), targets: rows(50, 1).targets }, rows(40, 2), "squared")).toThrow(
      /as many rows as features \(60\), got 50/,
    );
  });

  it("says before what a training takes", () => {
    const { seconds, bytes } = trainingCost(data, { widths: [1024], steps: 1000, batch: 32 });
    // 2 · 32 · (3 · 7168 − 6144) a step, and twice 80 rows at each of 20 records
    expect(seconds).toBeCloseTo((1000 * 64 * (3 * 7168 - 6144) + 20 * 2 * 80 * 7168) / 2e10, 3);
    expect(bytes).toBeGreaterThan(16 * 7168);
    expect(trainingCost(data, { widths: [1024], steps: 1000, batch: 32, members: 2 }).seconds).toBeCloseTo(
      2 * seconds,
      9,
    );
  });
});
