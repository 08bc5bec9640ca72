// Spectra of samples whose spectrum is known, forecasts against the equations at that spectrum and against regression, and what is refused.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { referenceLearningKernels } from "../../src/kernels/learning/reference.ts";
import { learningKernels } from "../../src/kernels/learning/wasm.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm.ts";
import { prepared } from "../../src/measure/features.ts";
import { measure, modeList, parseKernel, parseNpy, pick, regressionLoss, verify } from "../../src/measure/index.ts";
import { kernelMatrix } from "../../src/measure/kernel.ts";
import { shuffled } from "../../src/measure/shuffled.ts";

const random = wasmKernels();
const kernels = learningKernels();

/** Gaussian features of λ_k = k^−b and a target of energies k^−a with noise of variance σ². */
function gaussian(
  n: number,
  { a, b, noise, modes, seed }: { a: number; b: number; noise: number; modes: number; seed: number },
) {
  const data = new Float64Array(n * modes);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const z = random.random({ seed, stream: "data", member: 0, step: i }, "normal", modes + 1);
    for (let k = 1; k <= modes; k++) {
      data[i * modes + k - 1] = z[k - 1]! * k ** (-b / 2);
      y[i]! += z[k - 1]! * k ** (-a / 2);
    }
    y[i]! += Math.sqrt(noise) * z[modes]!;
  }
  return { features: { data, rows: n, columns: modes }, targets: { data: y, rows: n, columns: 1 } };
}

// what would lie beyond these modes is a part in three hundred of the trace
const TRUTH = { a: 1.8, b: 1.8, noise: 0.05, modes: 1500 };
const rank = Array.from({ length: TRUTH.modes }, (_, i) => i + 1);
const truth = {
  atoms: { lambda: Float64Array.from(rank, (k) => k ** -TRUTH.b), count: new Float64Array(TRUTH.modes).fill(1) },
  energies: [Float64Array.from(rank, (k) => k ** -TRUTH.a)],
  noise: [{ value: TRUTH.noise, stderr: 0 }],
};

describe("a sample of Gaussian features of a known power law", () => {
  const n = 280;
  const all = gaussian(n + 700, { ...TRUTH, seed: 5 });
  const rows = Array.from({ length: n + 700 }, (_, i) => i);
  const part = (from: number, to: number) => ({
    features: pick(all.features, rows.slice(from, to)),
    targets: pick(all.targets, rows.slice(from, to)),
  });
  const own = part(0, n);
  const found = measure(own.features, own.targets, { raw: true, ridge: 0.5, kernels });

  it("keeps trace and variance of the sample", () => {
    const { sample, centred } = found;
    const sum = (values: Float64Array) => values.reduce((total, x) => total + x, 0);
    const variance = centred[0]!.reduce((total, x) => total + x * x, 0) / n;
    expect(sum(sample.eigenvalues)).toBeCloseTo(own.features.data.reduce((total, x) => total + x * x, 0) / n, 10);
    expect(sum(sample.energies[0]!)).toBeCloseTo(variance, 10);
    expect(sum(found.debiased.energies[0]!) + found.debiased.noise[0]!.value).toBeCloseTo(variance, 10);
  });

  it("finds D(κ) of the population, also where the sample's own sum is far off", () => {
    const { sample, debiased } = found;
    for (const r of [0, 10, 20, 30, 40]) {
      const kappa = sample.kappa[r]!;
      if (kappa < debiased.kappa) continue;
      const exact = rank.reduce((sum, k) => sum + k ** -TRUTH.b / (kappa + k ** -TRUTH.b), 0);
      const { lambda, count } = debiased.atoms;
      const D = lambda.reduce((sum, x, i) => sum + (count[i]! * x) / (kappa + x), 0);
      expect(Math.abs(D / exact - 1)).toBeLessThan(0.06);
    }
  });

  it("finds the exponents and the noise within four of their standard errors, and those errors are of use", () => {
    const { a, b, noise } = found.debiased;
    expect(Math.abs(b.value - TRUTH.b)).toBeLessThan(4 * b.stderr);
    expect(b.stderr).toBeLessThan(0.1);
    expect(Math.abs(a[0]!.value - TRUTH.a)).toBeLessThan(4 * a[0]!.stderr);
    expect(Math.abs(noise[0]!.value - TRUTH.noise)).toBeLessThan(4 * noise[0]!.stderr + 0.02);
  });

  it("foretells the loss at fewer and at more samples, within its interval, which widens", () => {
    const widths: number[] = [];
    for (const P of [20, 70, 140, 280, 1120]) {
      const { loss, low, high } = found.forecast(P);
      const exact = regressionLoss(truth, 0, P, 0.5);
      expect(exact, `P = ${P}`).toBeGreaterThan(low);
      expect(exact, `P = ${P}`).toBeLessThan(high);
      expect(Math.abs(loss / exact - 1), `P = ${P}`).toBeLessThan(0.2);
      widths.push(high / low);
    }
    expect(widths[4]).toBeGreaterThan(widths[3]!);
  });

  it("agrees with regression and one-pass SGD on rows held out", () => {
    const { samples, steps, tested } = verify(kernels, found, part(n, n + 700));
    expect(tested).toBe(700);
    for (const { at, measured, stderr, forecast, low, high } of samples) {
      const interval = (high - low) / 4;
      expect(Math.abs(measured - forecast), `P = ${at}`).toBeLessThan(4 * Math.hypot(stderr, interval));
    }
    for (const { at, measured, stderr, forecast } of steps)
      expect(Math.abs(measured - forecast), `t = ${at}`).toBeLessThan(4 * stderr + 0.1 * forecast);
  });

  it("agrees with SGD on random ReLU features, at any number of them", () => {
    const kernel = parseKernel("arccos");
    const few = part(0, 240);
    const own = measure(few.features, few.targets, { kernel, kernels });
    const { features } = verify(kernels, own, part(240, 540));
    expect(features).toHaveLength(4);
    for (const { at, measured, stderr, forecast } of features)
      expect(Math.abs(measured - forecast), `N = ${at}`).toBeLessThan(4 * stderr + 0.1 * forecast);
    // fewer features lose more, in training and in the forecast
    for (const name of ["measured", "forecast"] as const)
      expect(features[0]![name]).toBeGreaterThan(features[3]![name]);
    expect(verify(kernels, found, part(n, n + 700)).features).toEqual([]);
  });

  it("lists modes in order, with what lies beyond them", () => {
    const { eigenvalues, energies, beyond } = modeList(found.debiased, 200);
    expect(eigenvalues).toHaveLength(200);
    for (let k = found.debiased.window[0]; k < 200; k++) expect(eigenvalues[k]).toBeLessThan(eigenvalues[k - 1]!);
    const listed = energies[0]!.reduce((sum, x) => sum + x, 0);
    expect(beyond[0]).toBeGreaterThan(0);
    expect(listed + beyond[0]!).toBeCloseTo(
      found.debiased.energies[0]!.reduce((sum, x) => sum + x, 0),
      10,
    );
  });

  it("is the same by the kernels in plain TypeScript", () => {
    const few = part(0, 80);
    const [one, other] = [kernels, referenceLearningKernels].map(
      (backend) => measure(few.features, few.targets, { kernel: parseKernel("ntk:2"), kernels: backend }).sample,
    );
    for (let k = 0; k < 80; k++) expect(one!.eigenvalues[k]).toBeCloseTo(other!.eigenvalues[k]!, 12);
    for (let r = 0; r < 64; r += 9) {
      expect(one!.kappa[r]! / other!.kappa[r]!).toBeCloseTo(1, 9);
      expect(one!.gcv[0]![r]! / other!.gcv[0]![r]!).toBeCloseTo(1, 7);
    }
  });
});

describe("few features", () => {
  it.each([0.5, 1.4])("whose energies fall as k^−%f have that exponent within its error", (a) => {
    for (const seed of [1, 2, 3]) {
      const set = gaussian(200, { a, b: 1.4, noise: 0.01, modes: 20, seed });
      const { debiased } = measure(set.features, set.targets, { raw: true, kernels });
      expect(debiased.rank).toBe(20);
      const [found] = debiased.a;
      expect(Math.abs(found!.value - a)).toBeLessThan(3 * found!.stderr);
      // seventeen modes of which each is known to some ten per cent: neither certain nor useless
      expect(found!.stderr).toBeGreaterThan(0.05);
      expect(found!.stderr).toBeLessThan(1);
    }
  });
});

describe("the sample's losses", () => {
  it("are those of regression without each sample", () => {
    const { features, targets } = gaussian(60, { ...TRUTH, modes: 90, seed: 2 });
    const { sample, centred } = measure(features, targets, { raw: true, kernels });
    const r = 30;
    const K = kernels.crossProduct(features.data, features.columns);
    for (const i of [0, 17, 59]) {
      const others = Array.from({ length: 60 }, (_, j) => j).filter((j) => j !== i);
      const own = Float64Array.from(others.flatMap((p) => others.map((q) => K[p * 60 + q]!)));
      const [x] = kernels.regress(own, [Float64Array.from(others, (j) => centred[0]![j]!)], sample.ridges[r]!);
      const f = others.reduce((sum, j, at) => sum + K[i * 60 + j]! * x![at]!, 0);
      expect(sample.leftOut[0]![r]![i]).toBeCloseTo((centred[0]![i]! - f) ** 2, 9);
    }
  });
});

describe("kernels", () => {
  it("are what random ReLU features tend to", () => {
    const { features, targets } = gaussian(60, { ...TRUTH, modes: 30, seed: 3 });
    const options = (text: string) => ({ kernel: parseKernel(text), kernels });
    const exact = measure(features, targets, options("arccos")).sample.eigenvalues;
    const sampled = measure(features, targets, options("relu:8000")).sample.eigenvalues;
    for (let k = 0; k < 10; k++) expect(Math.abs(sampled[k]! / exact[k]! - 1)).toBeLessThan(0.15);
  });

  it("have ones on the diagonal, and the NTK of depth 1 is (κ_1 + c κ_0)/2", () => {
    const features = { data: Float64Array.from({ length: 120 }, (_, i) => Math.sin(i + 1)), rows: 60, columns: 2 };
    const K = (text: string) => kernelMatrix(kernels, parseKernel(text), prepared(features, undefined, true));
    const [arc, ntk] = [K("arccos"), K("ntk:1")] as const;
    expect(arc[0]).toBe(1);
    expect(ntk[61]).toBe(1);
    for (const [i, j] of [
      [3, 17],
      [0, 59],
    ] as const) {
      const [x, y] = [i, j].map((row) => features.data.subarray(2 * row, 2 * row + 2));
      const c = (x![0]! * y![0]! + x![1]! * y![1]!) / Math.hypot(...x!) / Math.hypot(...y!);
      const theta = Math.acos(c);
      const first = (Math.sin(theta) + (Math.PI - theta) * c) / Math.PI;
      expect(arc[i * 60 + j]).toBeCloseTo(first, 12);
      expect(ntk[i * 60 + j]).toBeCloseTo((first + (c * (Math.PI - theta)) / Math.PI) / 2, 12);
    }
  });

  it.each(["", "rbf", "arccos:0", "ntk:1.5", "relu", "linear:2"])("refuses %j", (text) => {
    expect(() => parseKernel(text)).toThrow(RangeError);
  });
});

describe("bad input", () => {
  const good = gaussian(60, { ...TRUTH, modes: 20, seed: 4 });
  const refusal = (change: (set: typeof good) => void) => {
    const set = {
      features: { ...good.features, data: good.features.data.slice() },
      targets: { ...good.targets, data: good.targets.data.slice() },
    };
    change(set);
    return () => measure(set.features, set.targets, { kernels });
  };
  it("is told with its row", () => {
    expect(
      refusal(({ features }) => {
        features.data[20 * 6 + 3] = Number.NaN;
      }),
    ).toThrow(/features.*NaN in row 7, column 4/);
    expect(
      refusal(({ targets }) => {
        targets.data[9] = Infinity;
      }),
    ).toThrow(/targets.*Infinity in row 10/);
    expect(
      refusal(({ targets }) => {
        targets.data.fill(3);
      }),
    ).toThrow(/targets must vary.*column 1/);
    expect(() => measure(good.features, { data: new Float64Array(61), rows: 61, columns: 1 }, { kernels })).toThrow(
      /as many rows as features \(60\), got 61/,
    );
    expect(() =>
      measure(
        { ...good.features, rows: 10, data: good.features.data.slice(0, 200) },
        { data: good.targets.data.slice(0, 10), rows: 10, columns: 1 },
        { kernels },
      ),
    ).toThrow(/at least 50/);
    const still = { data: new Float64Array(1200).fill(1), rows: 60, columns: 20 };
    expect(() => measure(still, good.targets, { kernel: parseKernel("arccos"), kernels })).toThrow(/row 1/);
  });
});

describe(".npy", () => {
  /** A file as NumPy writes it. */
  const npy = (descr: string, shape: string, body: Uint8Array, order = "False", version = 1): Uint8Array => {
    const header = `{'descr': ${descr.startsWith("[") ? descr : `'${descr}'`}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
    const start = version === 1 ? 10 : 12;
    const text = `${header.padEnd(Math.ceil((start + header.length + 1) / 64) * 64 - start - 1)}\n`;
    const size = Buffer.alloc(start - 8);
    if (version === 1) size.writeUInt16LE(text.length);
    else size.writeUInt32LE(text.length);
    return Buffer.concat([
      Buffer.from([0x93]),
      Buffer.from("NUMPY"),
      Buffer.from([version, 0]),
      size,
      Buffer.from(text, "latin1"),
      body,
    ]);
  };
  const bytes = (array: Float64Array | Float32Array) => new Uint8Array(array.buffer);
  const six = Float64Array.of(1, 2, 3, 4, 5, 6);

  it("is read in both orders, both precisions, both endians, versions 1 to 3", () => {
    expect([...parseNpy(npy("<f8", "(2, 3)", bytes(six))).data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...parseNpy(npy("<f8", "(2, 3)", bytes(six), "True")).data]).toEqual([1, 3, 5, 2, 4, 6]);
    expect([...parseNpy(npy("<f4", "(3, 2)", bytes(Float32Array.from(six)), "False", 2)).data]).toEqual([...six]);
    expect([...parseNpy(npy(">f8", "(6,)", bytes(six).slice().reverse(), "False", 3)).data]).toEqual([
      6, 5, 4, 3, 2, 1,
    ]);
    expect(parseNpy(npy("<f8", "(6,)", bytes(six)))).toMatchObject({ rows: 6, columns: 1 });
  });

  it("says what it holds where that is no matrix of floats", () => {
    expect(() => parseNpy(npy("<i8", "(6,)", bytes(six)))).toThrow(/integers.*astype/);
    expect(() => parseNpy(npy("|O", "(6,)", bytes(six)))).toThrow(/objects/);
    expect(() => parseNpy(npy("<f2", "(6,)", bytes(six)))).toThrow(/floats of 2 bytes/);
    expect(() => parseNpy(npy("[('x', '<f8')]", "(6,)", bytes(six)))).toThrow(/records/);
    expect(() => parseNpy(npy("<f8", "(1, 2, 3)", bytes(six)))).toThrow(/3 dimensions/);
    expect(() => parseNpy(npy("<f8", "()", bytes(six)))).toThrow(/0 dimensions/);
    expect(() => parseNpy(npy("<f8", "(7,)", bytes(six)))).toThrow(/truncated.*56 bytes, 48 are there/);
    expect(() => parseNpy(npy("<f8", "(6,)", bytes(six)).subarray(0, 40))).toThrow(/truncated/);
    expect(() => parseNpy(npy("<f8", "(6,)", bytes(six)).subarray(0, 7))).toThrow(/truncated/);
    expect(() => parseNpy(new TextEncoder().encode("a,b\n1,2\n"))).toThrow(/no .npy file/);
  });
});

describe("an order drawn at random", () => {
  it("is whole, and its first rows are those of the whole, however few are asked for", () => {
    fc.assert(
      fc.property(fc.nat(3000), fc.nat(), fc.nat(3000), (count, seed, first) => {
        const whole = shuffled(count, seed, "rows");
        expect(Array.from(whole).sort((i, j) => i - j)).toEqual(Array.from({ length: count }, (_, i) => i));
        expect(shuffled(count, seed, "rows", { first })).toEqual(whole.slice(0, first));
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
