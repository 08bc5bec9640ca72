// Sign SGD where it takes seconds: frontiers.
import { describe, expect, it } from "vitest";
import { frontier, phase, plrf, powerLaw, sgd, signSgd, warmupStableDecay } from "../../src/index.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm.ts";
import { fitPowerLaw } from "../../src/math/power-fit.ts";
import { trainedExponents } from "../../src/theory/exponents/trained-exponents.ts";
import { training } from "../../src/theory/training/training.ts";

const point = { alpha: 0.7, beta: 1.2 };
const spectrum = powerLaw(point);
const schedule = warmupStableDecay({ decay: 0.2 });

describe("the frontier", () => {
  it("passes SGD's in phase III, near the note's values", () => {
    const problem = { spectrum, flops: [1e5, 1e7], points: 3, tuned: true };
    const bySign = frontier({ ...problem, optimizer: signSgd({ schedule }) });
    const bySgd = frontier({ ...problem, optimizer: sgd() });
    // with sizes and steps of a grid: no better than these
    [3.56e-3, 6.41e-4, 1.15e-4].forEach((P, i) => {
      expect(bySign.loss[i]).toBeGreaterThan(0.95 * P);
      expect(bySign.loss[i]).toBeLessThan(P);
    });
    expect(bySign.loss[0]).toBeGreaterThan(bySgd.loss[0]!);
    expect(bySign.loss[1]).toBeLessThan(bySgd.loss[1]!);
    expect(bySign.loss[2]).toBeLessThan(bySgd.loss[2]!);
  });

  it("is as low as a search of the step at every size finds it", () => {
    // sizes and steps on a grid round the optimum: none is lower, and the lowest is near
    const { d, steps, multiple, loss } = frontier({
      ...{ spectrum: powerLaw({ alpha: 0.6, beta: 0.4 }), flops: [1e7, 1e8], points: 3, tuned: true },
      optimizer: signSgd({ schedule }),
    });
    const end = (size: number, T: number, m: number) => {
      const model = plrf({ spectrum: powerLaw({ alpha: 0.6, beta: 0.4 }), d: size, v: 4 * size, force: true });
      const optimizer = signSgd({ schedule, gamma: m * model.gamma });
      return training(wasmKernels(), model, { optimizer, horizon: T }).run(Float64Array.of(T)).loss[0]!;
    };
    const grid = [0.8, 0.9, 1, 1.1, 1.25].flatMap((x) =>
      [0.8, 0.9, 1, 1.1, 1.25].map((y) => {
        const T = Math.round(steps[1]! / x);
        return end((d[1]! * steps[1]!) / T, T, y * multiple[1]!);
      }),
    );
    for (const P of grid) expect(P).toBeGreaterThan(loss[1]! * (1 - 1e-4));
    expect(Math.min(...grid)).toBeLessThan(loss[1]! * (1 + 1e-4));
  });

  it("has the best schedule's exponent in its forcing, and more while noise and warm-up take ever less", () => {
    const front = frontier({ spectrum, flops: [1e8, 1e16], points: 9, tuned: true, optimizer: signSgd({ schedule }) });
    const { eta } = trainedExponents(point, { optimizer: signSgd({ schedule }), noise: false, tuned: true })!;
    expect(eta).toBeCloseTo(2.8 / 3.8, 12);
    expect(phase(point).phase).toBe("III");
    // 0.020 above it over these eight decades
    expect(Math.abs(front.fit.eta.value - 0.7565)).toBeLessThan(0.001);
    const parts = Array.from(front.flops, (_, i) => {
      const model = plrf({ spectrum, d: front.d[i]!, v: 4 * front.d[i]! });
      const optimizer = signSgd({ schedule, gamma: front.multiple[i]! * model.gamma });
      const horizon = Math.round(front.steps[i]!);
      const { F0, bias, late, loss, time } = training(wasmKernels(), model, { optimizer, horizon }).parts();
      return { forcing: F0 + bias, work: front.d[i]! * time, late: late / loss, share: (time * model.trace) / horizon };
    });
    const column = (key: keyof (typeof parts)[number]) => Float64Array.from(parts, (part) => part[key]);
    // both still change: the noise that the decay leaves, and how far a step goes
    expect(parts[0]!.late).toBeGreaterThan(0.3);
    expect(parts[8]!.late).toBeLessThan(0.22);
    expect(parts[0]!.share).toBeLessThan(0.6);
    expect(parts[8]!.share).toBeGreaterThan(0.7);
    const { exponent } = fitPowerLaw(column("work"), column("forcing"));
    expect(Math.abs(exponent.value + eta)).toBeLessThan(0.01);
  });
});

describe("tuned frontiers", () => {
  it("have slopes that change slowly, also where the loss is 10⁻¹⁴", () => {
    const options = { spectrum, flops: [1e19, 1e21], points: 5, tuned: true };
    const { slopes, jumps } = frontier({ ...options, optimizer: signSgd({ schedule }) });
    expect(jumps).toEqual([]);
    slopes.eta.forEach((slope) => {
      expect(slope).toBeGreaterThan(0.75);
      expect(slope).toBeLessThan(0.755);
    });
  });
});
