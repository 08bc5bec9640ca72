// Training of networks: the product of matrices in f32 against C, NumPy and plain JavaScript, and steps of SGD against NumPy and
// plain JavaScript. The product is timed where its matrices lie in panels already, as training has them.

import { bytes, size } from "../src/kernels/networks/bytes.ts";
import type { Exports } from "../src/kernels/networks/exports.ts";
import { type NetworkKernels, type NetworkShape, weightsOf } from "../src/kernels/networks/kernels.ts";
import { referenceNetworkKernels } from "../src/kernels/networks/reference.ts";
import { networkKernels } from "../src/kernels/networks/wasm.ts";
import { Core, compiled } from "../src/kernels/wasm/core.ts";
import type { Peak } from "./cores.ts";
import { type Compared, compare, random, type Variant } from "./harness.ts";
import type { Native } from "./native.ts";
import { numpy, peer } from "./peers.ts";

export interface NetworkResult {
  readonly name: string;
  /** Multiplications and additions of a run. */
  readonly operations: number;
  /** Ours first. */
  readonly timings: readonly Compared[];
  /** Share of the peak of 128-bit vectors. */
  readonly share: number;
}

interface PeerNetwork {
  readonly steps: number;
  readonly product: number;
}

/** Rows and columns of the matrices. */
const SIDE = 256;
/** As many for NumPy, which takes a process of its own. */
const STEPS = 200;

/** A network on images: 784 pixels, 512 units, one output; 32 samples a step. */
const SHAPE: NetworkShape = { sizes: [784, 512, 1], scales: [1, Math.sqrt(2 / 512)] };
const BATCH = 32;

export function networkBenchmarks(options: {
  readonly peak: Peak;
  readonly native: Native | null;
  readonly rounds: number;
  readonly slice: number;
}): NetworkResult[] {
  const { peak, native, ...settings } = options;
  const uniform = random(1);
  const numbers = (n: number) => Float32Array.from({ length: n }, () => uniform() - 0.5);
  const theirs = numpy() === null ? null : peer<PeerNetwork>("network", job());
  const share = (operations: number, [ours]: readonly Compared[]) => operations / ours!.time / (2 * peak.flops);

  const [A, B] = [numbers(SIDE * SIDE), numbers(SIDE * SIDE)];
  const exact = referenceNetworkKernels.product(A, B, SIDE);
  const product = compare(
    [
      { name: "WASM SIMD", run: inPanels(A, B) },
      { name: "JS", run: () => plainProduct(A, B) },
      ...(native?.variants({
        ...{ kernel: "matrixProduct", length: SIDE * SIDE },
        inputs: [Float64Array.from(A), Float64Array.from(B), Float64Array.of(SIDE)],
      }) ?? []),
      ...outside("NumPy", theirs?.product, exact),
    ],
    // ours leaves its entries in panels: compared sorted
    {
      ...settings,
      truth: exact,
      error: (got, truth) => normwise(Float64Array.from(got).sort(), Float64Array.from(truth).sort()),
    },
  );

  // many steps a call, as training takes them: weights are copied in and out once
  const many = 32;
  const inputs = SHAPE.sizes[0]!;
  // inputs of unit norm, as training has them: nothing overflows
  const X = numbers(many * BATCH * inputs).map((x) => x / 8);
  const [Y, start] = [numbers(many * BATCH), numbers(weightsOf(SHAPE))];
  const descend = (on: NetworkKernels, count: number) => () => {
    const weights = start.slice();
    const given = [X.subarray(0, count * BATCH * inputs), Y.subarray(0, count * BATCH)] as const;
    const options = { loss: "squared", eta: 0.1, momentum: 0, batch: BATCH, limit: 1e9 } as const;
    on.train(SHAPE, weights, undefined, ...given, undefined, options);
    return weights;
  };
  const kernels = networkKernels();
  const error = normwise(descend(kernels, 2)(), descend(referenceNetworkKernels, 2)());
  const steps = compare(
    [
      { name: "WASM SIMD", run: descend(kernels, many) },
      { name: "JS reference", run: descend(referenceNetworkKernels, 1) },
      ...outside("NumPy", theirs && theirs.steps / STEPS, start),
    ],
    settings,
  ).map(({ time, ratio, best, name }, i) => ({
    ...{ name, error },
    ...(i === 0 ? { time: time / many, ratio, best } : { time, ratio: ratio * many, best: best * many }),
  }));
  const [n, m, o] = SHAPE.sizes as [number, number, number];
  const operations = { product: 2 * SIDE ** 3, step: 2 * BATCH * (2 * n * m + 3 * m * o) };
  return [
    {
      ...{ name: `product ${SIDE}³, f32`, operations: operations.product, timings: product },
      share: share(operations.product, product),
    },
    {
      ...{ name: `a step of ${n}–${m}–${o}, batch ${BATCH}`, operations: operations.step, timings: steps },
      share: share(operations.step, steps),
    },
  ];
}

const job = () => ({ sizes: SHAPE.sizes, scales: SHAPE.scales, eta: 0.1, batch: BATCH, steps: STEPS, seed: 1 });

/** A variant timed elsewhere, in seconds; its result is not compared. */
const outside = (name: string, seconds: number | null | undefined, result: ArrayLike<number>): Variant[] =>
  seconds === null || seconds === undefined ? [] : [{ name, run: () => result, time: () => 1e9 * seconds }];

/** The kernel alone, on matrices that lie in its memory. */
function inPanels(A: Float32Array, B: Float32Array): () => Float32Array {
  const core = new Core<Exports>(compiled(bytes, size));
  const arena = core.arena();
  const put = (rows: Float32Array) => {
    const to = arena.bytes(4 * SIDE * SIDE);
    core.run.panelsOf(SIDE, SIDE, 1, arena.putSingles(rows), to);
    return to;
  };
  const [a, b, strips, C] = [put(A), put(B), arena.bytes(4 * SIDE * SIDE), arena.bytes(4 * SIDE * SIDE)];
  core.run.stripsOf(SIDE, SIDE, a, strips);
  return () => {
    arena.singles(C, SIDE * SIDE).fill(0);
    core.run.multiply(SIDE, SIDE, SIDE, strips, false, b, C);
    return arena.singles(C, SIDE * SIDE);
  };
}

/** By rows, k in the middle, so that the innermost loop runs along both. */
function plainProduct(A: Float32Array, B: Float32Array): Float32Array {
  const C = new Float32Array(SIDE * SIDE);
  for (let i = 0; i < SIDE; i++)
    for (let p = 0; p < SIDE; p++) {
      const a = A[i * SIDE + p]!;
      for (let j = 0; j < SIDE; j++) C[i * SIDE + j]! += a * B[p * SIDE + j]!;
    }
  return C;
}

function normwise(got: ArrayLike<number>, truth: ArrayLike<number>): number {
  let [gap, scale] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    gap = Math.max(gap, Math.abs(got[i]! - truth[i]!));
    scale = Math.max(scale, Math.abs(truth[i]!));
  }
  return gap / scale;
}
