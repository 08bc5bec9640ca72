// Every inner kernel as plain JavaScript, scalar WebAssembly, SIMD WebAssembly and, where there is a compiler, C: the same
// inputs, side by side. "work" is what one run does, in the unit the kernel's roofline counts.

import {
  type Kernels,
  logspace,
  loss,
  type Modes,
  type Plrf,
  plrf,
  powerLaw,
  referenceKernels,
  spectralDensity,
  wasmKernels,
} from "../src/index.ts";
import type { Exports as HuberExports } from "../src/kernels/huber/exports.ts";
import type { HuberKernels } from "../src/kernels/huber/kernels.ts";
import { huberReference } from "../src/kernels/huber/reference.ts";
import { huberKernels, kernelsOn as huberKernelsOn } from "../src/kernels/huber/wasm.ts";
import { type ComplexArray, complexArray } from "../src/kernels/resolvent.ts";
import type { Exports as SignExports } from "../src/kernels/sign/exports.ts";
import type { SignKernels } from "../src/kernels/sign/kernels.ts";
import { signReference } from "../src/kernels/sign/reference.ts";
import { signKernels, kernelsOn as signKernelsOn } from "../src/kernels/sign/wasm.ts";
import { Core } from "../src/kernels/wasm/core.ts";
import type { Exports } from "../src/kernels/wasm/exports.ts";
import { kernelsOn } from "../src/kernels/wasm/wasm.ts";
import { bussgang } from "../src/theory/measure/sign-nodes.ts";
import type { Peak } from "./cores.ts";
import { type Compared, compare, random, type Values, type Variant } from "./harness.ts";
import type { Native, NativeJob } from "./native.ts";
import * as plain from "./plain.ts";
import * as plainRandom from "./plain-random.ts";

/** What one element of the inner loop costs. Divisions and roots count as one. */
interface Element {
  readonly flops: number;
  /** Loaded and stored. */
  readonly bytes: number;
  /** Elements in one run. */
  readonly count: number;
}

export interface Case {
  readonly name: string;
  readonly size: string;
  readonly run: (kernels: Measured) => Values;
  /** By hand in plain JavaScript; without it the reference kernels stand for plain JavaScript. */
  readonly plain?: () => Values;
  readonly native?: NativeJob;
  /** From what C returns to what `run` does. Not timed. */
  readonly shape?: (values: Float64Array) => Values;
  /** The results are compared sorted. */
  readonly unordered?: boolean;
  readonly element?: Element;
  /** Works in f32: four lanes, and an error of 10⁻⁷ or so. */
  readonly single?: boolean;
  /** A chain of operations that lanes cannot share: scalar in every build. */
  readonly serial?: boolean;
  /** Why it falls short of an aim (report.ts), where it does. */
  readonly note?: string;
}

export interface KernelResult {
  readonly name: string;
  readonly size: string;
  readonly single: boolean;
  readonly serial: boolean;
  readonly note?: string | undefined;
  /** SIMD first. */
  readonly timings: readonly Compared[];
  /** Share of the time the measured peak would take, by whichever of arithmetic and loads takes longer. */
  readonly roofline: { readonly flops: number; readonly bytes: number; readonly share: number } | null;
}

const joined = (...arrays: Float64Array[]): Float64Array => {
  const out = new Float64Array(arrays.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const array of arrays) {
    out.set(array, at);
    at += array.length;
  }
  return out;
};

/** n complex numbers of modulus below `radius`. */
/** Steps of the long run. */
const LONG_STEPS = 1e6;

function randomComplex(n: number, radius: number, seed: number): ComplexArray {
  const uniform = random(seed);
  const out = complexArray(n);
  for (let i = 0; i < n; i++) {
    const [r, phi] = [radius * Math.sqrt(uniform()), 2 * Math.PI * uniform()];
    out.re[i] = r * Math.cos(phi);
    out.im[i] = r * Math.sin(phi);
  }
  return out;
}

const flat = ({ re, im }: ComplexArray): Float64Array[] => [re, im];

export function cases(): Case[] {
  const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
  const [small, model] = [1600, 1e9].map((d) => plrf({ spectrum, d })) as [Plrf, Plrf];
  const { modes, d, kappa0 } = model;
  const n = modes.lambda.length;

  const m = 384;
  const zeta = complexArray(m);
  logspace(1e-5, 10, m).forEach((r, i) => {
    zeta.re[i] = r * Math.cos(0.75 * Math.PI);
    zeta.im[i] = r * Math.sin(0.75 * Math.PI);
  });
  const newtonSteps = plain.solveKappa(modes, d, kappa0, zeta)[2 * m]!;
  const solve = (kernels: Measured): Values => {
    const kappa = { re: zeta.re.map((x) => x + kappa0), im: zeta.im.slice() };
    kernels.solveKappa(modes, 1 / d, 0, zeta, kappa);
    return joined(kappa.re, kappa.im);
  };
  const sums = (kernels: Measured): Values => {
    const { D, G, H } = kernels.modeSums(modes, zeta);
    return joined(...flat(D), ...flat(G), ...flat(H));
  };

  const nodes = 192;
  const path = { s: complexArray(nodes), ds: complexArray(nodes) };
  logspace(1e-6, 1, nodes).forEach((r, i) => {
    path.s.re[i] = -r * Math.SQRT1_2;
    path.s.im[i] = r * Math.SQRT1_2;
    path.ds.re[i] = -r * 0.05;
    path.ds.im[i] = r * 0.05;
  });
  const [f, g] = [randomComplex(nodes, 1, 1), randomComplex(nodes, 1, 2)];
  const steps = logspace(64, 1e6, 200);
  let terms = 0;
  for (const r of steps) for (const re of path.s.re) if (re * r > -60) terms++;

  const volterraSteps = 4096;
  const r = Float64Array.from({ length: volterraSteps }, (_, i) => i);
  const F = r.map((x) => (1 + x) ** -0.6);
  const K = r.map((x) => 0.1 * (1 + x) ** -1.3);

  const stepped = 512;
  const drive = { gamma: new Float64Array(1000).fill(0.3), batch: new Float64Array(1000).fill(1), noise: 0 };
  const quadrature = {
    z: randomComplex(stepped, 1, 3),
    forcing: complexArray(0),
    source: randomComplex(stepped, 1e-3, 4),
    rest: 0.01,
  };
  quadrature.z.re.forEach((x, i) => {
    quadrature.z.re[i] = Math.abs(x);
  });
  const rho = randomComplex(stepped, 1 / stepped, 5);

  const longNodes = 16;
  const longDrive = {
    gamma: new Float64Array(LONG_STEPS).fill(0.3),
    batch: new Float64Array(LONG_STEPS).fill(1),
    noise: 0,
  };
  const decaying = logspace(1e-6, 1, longNodes);
  const long = {
    z: { re: decaying, im: decaying.map((x) => 0.5 * x) },
    forcing: complexArray(0),
    source: randomComplex(longNodes, 1e-3 / longNodes, 17),
    rest: 0.01,
  };
  const longRho = randomComplex(longNodes, 1 / longNodes, 18);

  const [pairNodes, vectors] = [64, 64];
  const kappa = complexArray(pairNodes);
  logspace(1e-6, 10, pairNodes).forEach((x, i) => {
    kappa.re[i] = x * Math.cos(0.7 * Math.PI);
    kappa.im[i] = x * Math.sin(0.7 * Math.PI);
  });
  const one = () => ({ re: new Float64Array(pairNodes).fill(1), im: new Float64Array(pairNodes) });
  const point = { z: kappa, kappa, R1: one(), R3: one(), D: one(), G: one() };
  const target = { lambda: modes.lambda, weight: modes.energy };
  const form = randomComplex((2 * pairNodes) ** 2, 1, 6).re.map((x, i) =>
    i % (2 * pairNodes) > Math.floor(i / (2 * pairNodes)) ? 0 : x,
  );
  const w = randomComplex(2 * pairNodes * vectors, 1, 7).re;

  const d0 = 1024;
  const startY = Float64Array.from({ length: d0 + 16 }, (_, i) => (i < d0 ? (i + 1) ** -1.4 : 0));
  const eigenvalues = startY.slice();
  const sgd = { seed: 1, first: 0, count: 100, batch: 1, gamma: 0.2, limit: 1e9, member: 0 };
  const v0 = 512;
  const index = Float64Array.from({ length: v0 }, (_, i) => i + 1);
  const roots = { root: index.map((x) => x ** -0.7), target: index.map((x) => x ** -1.4) };
  const [draw, dense] = [
    { seed: 1, stream: "data", member: 0, step: 0 } as const,
    { seed: 1, draw: 0, d: 128 } as const,
  ];
  const drawn = new Float64Array(4096);
  const gram = referenceKernels.gram(roots, dense);
  const tridiagonal = referenceKernels.tridiagonalize(gram);
  const strips = referenceKernels.embedding(v0, dense);
  // the same W as rows
  const W = Float64Array.from({ length: v0 * 128 }, (_, at) => {
    const [j, i] = [Math.floor(at / 128), at % 128];
    return strips[((i >> 2) * v0 + j) * 4 + (i & 3)]!;
  });
  const [singles, W32] = [referenceKernels.embedding(v0, dense, "f32"), Float32Array.from(W)];

  const real = (n: number, f: (i: number) => number): ComplexArray => ({
    re: Float64Array.from({ length: n }, (_, i) => f(i)),
    im: new Float64Array(n),
  });
  const momentumNodes = {
    z: real(stepped, (i) => (i + 1) ** -1.4),
    forcing: complexArray(0),
    source: real(stepped, (i) => 0.01 * (i + 1) ** -2.8),
    rest: 0.01,
  };
  const state = {
    R: Float64Array.from({ length: stepped }, (_, i) => (i + 1) ** -2.1),
    C: new Float64Array(stepped),
    Y: new Float64Array(stepped),
  };
  const rates = [0.3, 0.1, 0.2, 0.1, 1] as const;
  const [gamma1, gamma2, gamma3, delta, ones] = rates.map((x) => new Float64Array(1000).fill(x)) as FiveArrays;
  const momentum = { gamma1, gamma2, gamma3, delta, batch: ones, noise: 0 };
  const stages = {
    gamma: new Float64Array(300).fill(0.3),
    batch: new Float64Array(300).fill(1),
    slope: new Float64Array(300),
    time: Float64Array.from({ length: 300 }, (_, i) => 1 + i / 10),
    noise: 0,
  };

  const signNodes = { ...quadrature, spread: 0.3, shape: bussgang() };
  const signRho = { re: rho.re.map(Math.abs), im: rho.im };
  const signEta = new Float64Array(1000).fill(0.002);

  const points = 4096;
  const theta = Float64Array.of(6, 6.5, 0.5, 0.34, 0.28);
  const runs = (() => {
    const uniform = random(11);
    const draws = (low: number, high: number) =>
      Float64Array.from({ length: points }, () => low + (high - low) * uniform());
    const [x, y] = [draws(16, 24), draws(20, 28)];
    const l = x.map(
      (_, i) => Math.log(Math.exp(6.1 - 0.34 * x[i]!) + Math.exp(6.4 - 0.28 * y[i]!) + 1.7) + 0.01 * (uniform() - 0.5),
    );
    return { x, y, l, w: new Float64Array(points).fill(1) };
  })();

  const [pairs, length] = [(pairNodes * (pairNodes + 1)) / 2, modes.lambda.length];
  return [
    {
      name: "mode sums",
      size: `${n} modes × ${m} κ`,
      run: sums,
      plain: () => plain.modeSums(modes, zeta),
      native: { kernel: "modeSums", inputs: [...arrays(modes), ...flat(zeta)], length: 6 * m },
      element: { flops: 17, bytes: 32, count: n * m },
    },
    {
      name: "κ solve",
      size: `${n} modes × ${m} κ`,
      run: solve,
      plain: () => plain.solveKappa(modes, d, kappa0, zeta).subarray(0, 2 * m),
      native: {
        kernel: "solveKappa",
        inputs: [modes.lambda, modes.trace, Float64Array.of(d, kappa0), ...flat(zeta)],
        length: 2 * m,
      },
      element: { flops: 12, bytes: 16, count: n * newtonSteps },
    },
    {
      name: "contour sums",
      size: `${nodes} nodes × ${steps.length} steps`,
      run: (kernels) => {
        const [x, y] = kernels.contourSums(path, f, g, steps);
        return joined(x.value, x.size, y.value, y.size);
      },
      plain: () => plain.contourSums(path, f, g, steps),
      native: {
        kernel: "contourSums",
        inputs: [path.s, path.ds, f, g].flatMap(flat).concat(steps),
        length: 4 * steps.length,
      },
      element: { flops: 96, bytes: 64, count: terms },
    },
    {
      name: "generating functions",
      size: `${n} modes × ${nodes} nodes`,
      run: (kernels) => {
        const { whole, singular } = kernels.transforms(model, path.s);
        return joined(...flat(whole.P), ...flat(singular.P));
      },
      native: {
        kernel: "transforms",
        inputs: [...arrays(modes), Float64Array.of(d, kappa0, model.gamma, model.batch), ...flat(path.s)],
        length: 4 * nodes,
      },
    },
    // not in C: the choice of contour and what follows it are TypeScript; their kernels are the rows above
    {
      name: "loss curve",
      size: "200 steps to 1e6",
      run: (kernels) => loss(model, { steps, kernels }).loss,
    },
    // not in C: it is κ solves and mode sums by rules of modes made in TypeScript
    {
      name: "spectral density",
      note: "a quarter of it is TypeScript, the same in both builds: rules of modes, and the edges of the support",
      size: "400 points",
      run: (kernels) => spectralDensity(small, { lambda: logspace(1e-4, 1, 400), kernels }).density,
    },
    {
      name: "Volterra, direct",
      size: `${volterraSteps} steps`,
      run: (kernels) => kernels.volterra(F, K),
      plain: () => plain.volterra(F, K),
      native: { kernel: "volterra", inputs: [F, K], length: volterraSteps },
      // eight rows share two loads of P and ten of K
      element: { flops: 2, bytes: (8 * (2 + 10)) / 16, count: volterraSteps ** 2 / 2 },
    },
    {
      name: "Volterra, modes",
      size: `${stepped} nodes × 1000 steps`,
      run: (kernels) => kernels.stepModes(quadrature, { re: rho.re.slice(), im: rho.im.slice() }, drive),
      plain: () => plain.stepModes(quadrature, rho, 0.3, 1, 1000),
      native: {
        kernel: "stepModes",
        inputs: [quadrature.z, quadrature.source, rho].flatMap(flat).concat(Float64Array.of(0.01, 0.3, 1, 1000)),
        length: 1000,
      },
      element: { flops: 13, bytes: 64, count: stepped * 1000 },
    },
    {
      name: "Volterra, modes, long",
      note: "few nodes, so that a million steps stay short: each step has its own γ and B, which C is spared",
      size: `${longNodes} nodes × 1e6 steps`,
      run: (kernels) => kernels.stepModes(long, { re: longRho.re.slice(), im: longRho.im.slice() }, longDrive),
      plain: () => plain.stepModes(long, longRho, 0.3, 1, LONG_STEPS),
      native: {
        kernel: "stepModes",
        inputs: [long.z, long.source, longRho].flatMap(flat).concat(Float64Array.of(0.01, 0.3, 1, LONG_STEPS)),
        length: LONG_STEPS,
      },
      element: { flops: 13, bytes: 64, count: longNodes * LONG_STEPS },
    },
    {
      name: "sign SGD",
      note: "a part of each step is its rate, a polynomial and a root, the same in both builds",
      size: `${stepped} nodes × 1000 steps`,
      run: (kernels) =>
        kernels.stepSign(
          signNodes,
          { re: signRho.re.slice(), im: signRho.im.slice() },
          { eta: signEta, rates: new Float64Array(1000), given: false, noise: 0.1 },
        ),
      plain: () => plain.stepSign(signNodes, signRho, 0.002, 0.1, 1000),
      native: {
        kernel: "stepSign",
        inputs: [signNodes.z, signNodes.source, signRho]
          .flatMap(flat)
          .concat(Float64Array.of(signNodes.rest, 0.002, 0.1, signNodes.spread, 1000), signNodes.shape),
        length: 1000,
      },
      element: { flops: 21, bytes: 64, count: stepped * 1000 },
    },
    {
      name: "DMFT pair sums",
      note: "a fifth of it combines pairs to a form of 128 kB and copies that out, the same in both builds",
      size: `${pairs} pairs × ${length} modes`,
      run: (kernels) =>
        kernels.pairForms(point, {
          data: { lambda: Float64Array.of(1), weight: Float64Array.of(0) },
          target,
          invN: 0,
          invP: 0,
          variance: 0,
          shared: ["none"],
          summed: true,
        })[0]!,
      plain: () => plain.meanForm(target, point),
      native: {
        kernel: "meanForm",
        inputs: [target.lambda, target.weight, ...[kappa, point.R1, point.R3].flatMap(flat)],
        length: (2 * pairNodes) ** 2,
      },
      element: { flops: 8, bytes: 32, count: pairs * length },
    },
    {
      name: "DMFT forms",
      size: `${2 * pairNodes} × ${2 * pairNodes}, ${vectors} times`,
      run: (kernels) => kernels.quadraticForms(form, 2 * pairNodes, w),
      plain: () => plain.quadraticForms(form, 2 * pairNodes, w),
      native: { kernel: "quadraticForms", inputs: [form, w, Float64Array.of(2 * pairNodes)], length: vectors },
      // two rows share four loads of w
      element: { flops: 2, bytes: (8 * (2 + 4)) / 8, count: (vectors * (2 * pairNodes) ** 2) / 2 },
    },
    {
      name: "momentum",
      size: `${stepped} nodes × 1000 steps`,
      run: (kernels) =>
        kernels.stepMomentum(momentumNodes, { R: state.R.slice(), C: state.C.slice(), Y: state.Y.slice() }, momentum),
      plain: () => plain.stepMomentum(momentumNodes, state, rates, 1000),
      native: {
        kernel: "stepMomentum",
        inputs: [
          momentumNodes.z.re,
          momentumNodes.source.re,
          state.R,
          state.C,
          state.Y,
          Float64Array.of(momentumNodes.rest, ...rates, 1000),
        ],
        length: 1000,
      },
      element: { flops: 33, bytes: 64, count: stepped * 1000 },
    },
    // not in C: Radau's three stages, a complex 3 × 3 system a node, are too long to write twice
    {
      name: "growing steps",
      note: "thirty arrays, 700 bytes a node: the ratio moves between 1.3 and 1.8 with their size and place in the cache",
      size: `${stepped} nodes × 100 steps`,
      run: (kernels) => kernels.growModes(quadrature, { re: rho.re.slice(), im: rho.im.slice() }, stages),
      element: { flops: 310, bytes: 700, count: stepped * 100 },
    },
    {
      name: "Huber objective",
      size: `${points} runs`,
      run: (kernels) => {
        const { value, gradient } = kernels.huber(runs, 1e-3, theta);
        return joined(Float64Array.of(value), gradient);
      },
      plain: () => plain.huber(runs, 1e-3, theta),
      native: {
        kernel: "huber",
        inputs: [runs.x, runs.y, runs.l, runs.w, Float64Array.of(1e-3, ...theta)],
        length: 6,
      },
      element: { flops: 122, bytes: 32, count: points },
    },
    // the integer half of a normal, Philox, is no flop: its share of the peak stays low
    {
      name: "normals",
      size: "4096",
      run: (kernels) => kernels.random(draw, "normal", 4096, drawn),
      plain: () => {
        plainRandom.normals(1, 1, 0, drawn);
        return drawn;
      },
      native: { kernel: "normals", inputs: [Float64Array.of(1, 1, 4096)], length: 4096 },
      element: { flops: NORMAL, bytes: 8, count: 4096 },
    },
    {
      name: "spectral SGD",
      size: `d = ${d0}, ${sgd.count} steps`,
      run: (kernels) => {
        const y = startY.slice();
        kernels.spectralSteps(y, { ...sgd, eigenvalues });
        return y;
      },
      plain: () => plainRandom.spectralSteps(eigenvalues, startY, 1, sgd.gamma, sgd.count),
      native: {
        kernel: "spectralSteps",
        inputs: [eigenvalues, startY, Float64Array.of(1, sgd.gamma, sgd.count)],
        length: startY.length,
      },
      element: { flops: NORMAL + 6, bytes: 56, count: sgd.count * startY.length },
    },
    {
      // ours takes four coming samples through one pass over W; the others take them one by one, as they are written by hand
      name: "dense SGD",
      size: `${v0} × 128, 100 steps`,
      run: (kernels) => {
        const theta = new Float64Array(128);
        kernels.denseSteps(theta, strips, roots, { ...sgd, members: 1, apart: 1, distribution: "normal", noise: 0 });
        return theta;
      },
      plain: () => plainRandom.denseSteps(W, roots, 1, sgd.gamma, 100),
      native: {
        kernel: "denseSteps",
        inputs: [W, roots.root, roots.target, Float64Array.of(1, sgd.gamma, 100)],
        length: 128,
      },
      element: { flops: 2 + (NORMAL + 3) / 128, bytes: 8 / 4, count: 100 * v0 * 128 },
    },
    {
      name: "dense SGD, f32",
      single: true,
      note: "it draws its normals in f64, two at a time",
      size: `${v0} × 128, 100 steps`,
      run: (kernels) => {
        const theta = new Float64Array(128);
        kernels.denseSteps(theta, singles, roots, { ...sgd, members: 1, apart: 1, distribution: "normal", noise: 0 });
        return theta;
      },
      plain: () => plainRandom.denseSingleSteps(W32, roots, 1, sgd.gamma, 100),
      native: {
        kernel: "denseSingleSteps",
        inputs: [W, roots.root, roots.target, Float64Array.of(1, sgd.gamma, 100)],
        length: 128,
      },
      // the normals and θ stay in f64
      element: { flops: 2 + (2 * (NORMAL + 3)) / 128, bytes: 4 / 4, count: 100 * v0 * 128 },
    },
    {
      name: "Gram matrix",
      size: `${v0} × 128, W drawn`,
      run: (kernels) => {
        const { matrix, overlap } = kernels.gram(roots, dense);
        return triangle(matrix, overlap);
      },
      plain: () => triangle(plainRandom.gram(roots, 1, 128)),
      native: {
        kernel: "gram",
        inputs: [roots.root, roots.target, Float64Array.of(1, 128)],
        length: 128 * 129,
      },
      shape: triangle,
      element: { flops: 2 + (2 * NORMAL) / 129, bytes: 4, count: v0 * 64 * 129 },
    },
    {
      name: "tridiagonalisation",
      note: "at d = 128 vectors are 64 long on average: strips are packed and sums across lanes taken as slowly in both builds",
      size: "d = 128",
      run: (kernels) => {
        const { diagonal, below } = kernels.tridiagonalize(gram);
        return magnitudes(joined(diagonal, below));
      },
      plain: () => magnitudes(plainRandom.tridiagonalise(gram.matrix, gram.overlap)),
      native: { kernel: "tridiagonalise", inputs: [gram.matrix, gram.overlap], length: 256 },
      shape: magnitudes,
      element: { flops: 4 / 3, bytes: 4 / 3, count: 128 ** 3 },
    },
    {
      name: "tridiagonal QL",
      note: "QL: each rotation takes a division and four products and sums after the last, a chain that lanes cannot share: scalar in every build",
      size: "d = 128",
      serial: true,
      run: (kernels) => kernels.measure(tridiagonal).eigenvalues,
      unordered: true,
      plain: () => plainRandom.rationalQL(tridiagonal.diagonal, tridiagonal.below),
      native: { kernel: "rationalQL", inputs: [tridiagonal.diagonal, tridiagonal.below], length: 128 },
    },
  ];
}

type FiveArrays = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

/** Multiplications, additions, divisions and roots of a normal: half of a logarithm, a root, a sine and a cosine. */
const NORMAL = 30;

/** The lower triangle of an n × n matrix row after row, then h, which may follow the matrix. */
function triangle(matrix: Float64Array, overlap?: Float64Array): Float64Array {
  const n = 128;
  const out = new Float64Array((n * (n + 1)) / 2 + n);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j <= i; j++) out[at++] = matrix[i * n + j]!;
  out.set(overlap ?? matrix.subarray(n * n), (n * (n + 1)) / 2);
  return out;
}

/** The signs of what is below the diagonal are free. */
const magnitudes = (values: Float64Array): Float64Array => values.map(Math.abs);

const arrays = ({ lambda, trace, energy, ratio }: Modes): Float64Array[] => [lambda, trace, energy, ratio];

/** All kernels that are measured: those of the core, of fits and of sign SGD. */
export type Measured = Kernels & HuberKernels & SignKernels;

/** Each build of them; `bytes` are those of `scalarCore` (cores.ts). */
export function builds(bytes: Uint8Array<ArrayBuffer>): Record<"simd" | "scalar" | "reference", Measured> {
  const core = new Core<Exports & HuberExports & SignExports>(bytes);
  return {
    simd: { ...wasmKernels(), ...huberKernels(), ...signKernels() },
    scalar: { ...kernelsOn(core), ...huberKernelsOn(core), ...signKernelsOn(core) },
    reference: { ...referenceKernels, ...huberReference, ...signReference },
  };
}

export interface KernelOptions {
  readonly scalar: Uint8Array<ArrayBuffer>;
  readonly native?: Native | null;
  readonly peak?: Peak;
  readonly rounds?: number;
  readonly slice?: number;
  /** Only kernels whose name contains this. */
  readonly only?: string;
  /** Leaves out the reference kernels where no plain JavaScript is written for speed: they are slow. */
  readonly brief?: boolean;
  readonly onCase?: (result: KernelResult) => void;
}

export function kernelBenchmarks(options: KernelOptions): KernelResult[] {
  const { native, peak, only = "", brief = false, onCase, ...settings } = options;
  const { simd, scalar, reference } = builds(options.scalar);
  return cases()
    .filter(({ name }) => name.includes(only))
    .map((one) => {
      const { name, size, run, plain: byHand, native: job, shape, element, single = false, serial = false, note } = one;
      const variants: Variant[] = [
        { name: "WASM SIMD", run: () => run(simd) },
        { name: "WASM scalar", run: () => run(scalar) },
        ...(byHand ? [{ name: "JS", run: byHand }] : []),
        ...(byHand || brief ? [] : [{ name: "JS reference", run: () => run(reference) }]),
        ...(native && job ? native.variants(job, shape) : []),
      ];
      // the reference kernels are the truth: written apart from all of these
      const timings = compare(variants, { ...settings, truth: run(reference), error: errorOf(one) });
      let roofline: KernelResult["roofline"] = null;
      if (peak && element) {
        const { flops, bytes, count } = element;
        const least = count * Math.max(flops / (single ? 2 : 1) / peak.flops, bytes / peak.bytes);
        roofline = { flops, bytes, share: least / timings[0]!.time };
      }
      const result = { name, size, single, serial, note, timings, roofline };
      onCase?.(result);
      return result;
    });
}

/** How a result of this case differs from the truth. */
export const errorOf =
  ({ unordered }: Case) =>
  (got: Values, truth: Values): number =>
    unordered ? normwise(Float64Array.from(got).sort(), Float64Array.from(truth).sort()) : normwise(got, truth);

/** The largest difference over the largest value: for results that pass through zero. */
function normwise(got: Values, truth: Values): number {
  let [gap, scale] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    gap = Math.max(gap, Math.abs(got[i]! - truth[i]!));
    scale = Math.max(scale, Math.abs(truth[i]!));
  }
  return gap / scale;
}
