// Networks of several widths, an ensemble of each, trained on the same rows (docs/theory.md, §13). A member sees the same batches at
// every width, and starts from weights of its own at each: what its loss at one width is less that at another has little of chance.

import { counted, finite, increasing, integer, oneOf, whole, within } from "../check.ts";
import { defaultKernels } from "../kernels/default.ts";
import { bytes as moduleBytes } from "../kernels/networks/bytes.ts";
import type { NetworkKernels, TrainOptions } from "../kernels/networks/kernels.ts";
import { networkKernels, networkModule } from "../kernels/networks/wasm.ts";
import { logspace } from "../math/grid.ts";
import { openPool, workerScript } from "../pool.ts";
import { type Provenance, provenance } from "../provenance.ts";
import { shareOut } from "../share-out.ts";
import { type CheckpointStore, crc32 } from "../simulation/checkpoint.ts";
import { Kept, type Reached } from "../simulation/kept.ts";
import { summarise } from "../simulation/statistics.ts";
import type { ReadyData } from "./data.ts";
import { type Architecture, networkOf, type Parametrisation } from "./network.ts";
import { EPOCHS, lossOf, recordLength, type SegmentJob, type SegmentResult, SegmentTrainer } from "./segment.ts";

export interface NetworkTraining {
  /** Units of every hidden layer, one network each. */
  readonly widths: ArrayLike<number>;
  /** Hidden layers. Default 1. */
  readonly depth?: number;
  /** Default "mup". */
  readonly parametrisation?: Parametrisation;
  /** γ_0 of "mup". Default 1. */
  readonly richness?: number;
  /** Default "squared": Σ (f − y)², of which half is descended. "entropy": nats. */
  readonly loss?: TrainOptions["loss"];
  /** η > 0: by how much of −Θ times the batch's mean gradient f moves at the start. Default 0.5. */
  readonly eta?: number;
  /** μ, from 0 to below 1. Default 0. */
  readonly momentum?: number;
  /** Samples of a batch. Default 32. */
  readonly batch?: number;
  /** Steps; more than samples/batch of them pass over the rows again, in another order. */
  readonly steps: number;
  /** Networks of each width. Default 1. */
  readonly members?: number;
  /** Numbers of steps at which losses are recorded: how many, spread in the logarithm (default 20), or which (0 … steps). */
  readonly record?: number | ArrayLike<number>;
  /** Keep the outputs on the test rows too, for the loss of the members' mean. Default false. */
  readonly averaged?: boolean;
  /** Seed of every random number, 0 … 2⁵³−1. Default 1. */
  readonly seed?: number;
  /** Worker threads. 0: in the calling thread, which gives way to events between pieces of work. Default 0. */
  readonly threads?: number;
  /** The kernels of the calling thread. Default: build/networks.wasm. */
  readonly kernels?: NetworkKernels;
  /** Aborting it rejects the call with its reason, as soon as the pieces of work under way are done. */
  readonly signal?: AbortSignal;
  /** Called with the fraction done, 0 … 1. */
  readonly onProgress?: (done: number) => void;
  /** Kept up to date as the training goes; one that finds its own there continues it. */
  readonly checkpoint?: CheckpointStore;
}

/** All networks of one width. */
export interface WidthCurves {
  readonly width: number;
  /** Weights of one of them. */
  readonly parameters: number;
  /** Floating-point operations of one of them at the recorded steps: two a weight forward, four back, as tables of runs count. */
  readonly flops: Float64Array;
  /** Each member's test loss at the recorded steps; Infinity from where it diverged on. */
  readonly test: readonly Float64Array[];
  /** The same on training rows, as many as test rows. */
  readonly train: readonly Float64Array[];
  readonly mean: Float64Array;
  /** Standard error of the mean, NaN of one member. */
  readonly stderr: Float64Array;
  readonly trainMean: Float64Array;
  /** With `averaged`: the test loss of the members' mean output. */
  readonly averaged?: Float64Array;
  /** The step at which each member diverged, or Infinity. */
  readonly diverged: readonly number[];
}

export interface TrainedNetworks {
  /** Recorded numbers of steps t. */
  readonly steps: Float64Array;
  /** Samples seen: batch · t. */
  readonly samples: Float64Array;
  readonly widths: readonly WidthCurves[];
  /** Test loss of f = 0, which every network starts from. */
  readonly start: number;
  readonly made: Provenance;
}

/** The mean square of f over a batch, over that of the targets, from which on a network has diverged. */
const DIVERGED = 1e9;
/** Floating-point operations between two looks at the signal, and those of a second. */
const [SEGMENT, SPEED] = [4e9, 2e10];
/** Bytes that WebAssembly has. */
const WASM = 2 ** 32;

interface Plan {
  readonly architectures: readonly Architecture[];
  readonly training: Omit<SegmentJob, "architecture" | "member" | "state" | "first" | "count" | "record">;
  readonly members: number;
  readonly steps: number;
  readonly record: Float64Array;
}

/** Checks all options. */
function planOf(data: ReadyData, options: NetworkTraining): Plan {
  const depth = integer("depth", options.depth ?? 1, 1);
  const parametrisation = options.parametrisation ?? "mup";
  const richness = options.richness ?? 1;
  const widths = Array.from(counted("sizes", "widths", options.widths));
  if (widths.length === 0) throw new RangeError("widths must name at least one width, got none");
  if (new Set(widths).size < widths.length) throw new RangeError("widths must differ from each other");
  const { inputs, outputs } = data;
  const architectures = widths.map((width) => ({ inputs, outputs, width, depth, parametrisation, richness }));
  architectures.forEach(networkOf);
  const steps = whole("simulated steps", options.steps, "steps");
  const batch = integer("batch", options.batch ?? 32, 1, 2 ** 16);
  const epochs = (steps * batch) / data.train.rows;
  if (epochs > EPOCHS)
    throw new RangeError(`steps must be at most ${EPOCHS} epochs, got ${Math.ceil(epochs)}: take fewer`);
  const momentum = finite("momentum", options.momentum ?? 0, 0);
  if (momentum >= 1) throw new RangeError(`momentum must be below 1, got ${momentum}`);
  let squares = 0;
  for (const y of data.train.Y) squares += y * y;
  return {
    architectures,
    members: whole("members", options.members ?? 1),
    steps,
    record: recordOf(options.record ?? 20, steps),
    training: {
      seed: integer("seed", options.seed ?? 1, 0),
      loss: oneOf("loss", options.loss ?? "squared", ["squared", "entropy"] as const),
      eta: finite("eta", options.eta ?? 0.5, 1e-9, 1e6),
      momentum,
      batch,
      limit: DIVERGED * Math.max(1, squares / data.train.rows),
      trainRows: Math.min(data.train.rows, data.test.rows),
      outputs: options.averaged ?? false,
    },
  };
}

export interface TrainingCost {
  /** Memory of all of it. */
  readonly bytes: number;
  /** Seconds of one processor. */
  readonly seconds: number;
}

/**
 * What a training takes, before it is begun.
 * @throws TypeError, RangeError where an option is not what it should be, or a network does not fit into WebAssembly's memory
 */
export function trainingCost(data: ReadyData, options: NetworkTraining): TrainingCost {
  const { architectures, members, steps, record, training } = planOf(data, options);
  const tested = data.test.rows + training.trainRows;
  const lanes = Math.max(1, Math.min(options.threads ?? 0, members * architectures.length));
  let [most, operations] = [0, 0];
  for (const architecture of architectures) {
    const { parameters, sizes } = networkOf(architecture);
    operations +=
      members * (steps * operationsOf(architecture, training.batch) + record.length * 2 * tested * parameters);
    const units = sizes.reduce((sum, n) => sum + n, 0);
    // weights, velocity, a layer turned; a batch's layers; and what one call holds of batches and of hidden units
    const bytes = 4 * (3 * parameters + 4 * training.batch * units) + 2 ** 27;
    if (bytes > WASM)
      throw new RangeError(
        `widths must be such that a network fits into ${WASM / 2 ** 30} GB, got ${architecture.width} (${(bytes / 2 ** 30).toFixed(1)} GB): take narrower ones`,
      );
    most = Math.max(most, bytes + 16 * parameters);
  }
  const kept =
    8 * members * architectures.length * record.length * recordLength(training.outputs, data.test.rows, data.outputs);
  const rows = 4 * (data.train.rows + data.test.rows) * (data.inputs + data.outputs);
  return { bytes: rows + 2 * kept + lanes * most, seconds: operations / SPEED };
}

/** Of a step: forward, the gradient of every layer, and back through every layer but the first. */
function operationsOf(architecture: Architecture, batch: number): number {
  const { sizes, parameters } = networkOf(architecture);
  return 2 * batch * (3 * parameters - sizes[0]! * sizes[1]!);
}

/**
 * Trains an ensemble at each width. Rejects with the signal's reason where that aborts (the checkpoint is written first).
 * @throws TypeError, RangeError where an option is not what it should be, what is asked for is too much, or a checkpoint is another's
 */
export async function trainNetworks(data: ReadyData, options: NetworkTraining): Promise<TrainedNetworks> {
  const plan = planOf(data, options);
  const { architectures, members, steps, record, training } = plan;
  const { outputs, test } = data;
  const threads = integer("threads", options.threads ?? 0, 0, 1024);
  const length = recordLength(training.outputs, test.rows, outputs);
  within("kept", members * architectures.length * record.length * length, "members × recorded steps × test rows");
  within("work", trainingCost(data, options).seconds, "the work, in seconds of one processor,");
  const tasks = architectures.flatMap((architecture) =>
    Array.from({ length: members }, (_, member) => ({
      architecture,
      member,
      name: `networks/${architecture.width}/${member}`,
      cost: operationsOf(architecture, training.batch),
    })),
  );
  // the largest first: what is left at the end is short
  const order = Array.from(tasks.keys()).sort((i, j) => tasks[j]!.cost - tasks[i]!.cost || i - j);
  const parameters = {
    ...training,
    ...{ architectures, members, steps, record: [...record] },
    rows: [data.train.rows, test.rows],
  };
  const module = crc32(new TextEncoder().encode(moduleBytes));
  const kept = await Kept.open(options.checkpoint, defaultKernels(), {
    ...parameters,
    kernels: options.kernels?.name ?? "wasm",
    module,
    data: options.checkpoint ? crcOf(data) : [],
  });
  const all = tasks.reduce((sum, { cost }) => sum + cost * steps, 0);
  let done = tasks.reduce((sum, { cost, name }) => sum + cost * (kept.reached(name)?.step ?? 0), 0);
  const results: Reached[] = [];
  const { signal } = options;
  signal?.throwIfAborted();
  const lanes = await openTrainers(data, threads, options.kernels, tasks.length);
  try {
    await shareOut(
      lanes,
      tasks.length,
      async (place, lane) => {
        const i = order[place]!;
        const { architecture, member, name, cost } = tasks[i]!;
        let at: Reached = kept.reached(name) ?? {
          ...{ step: 0, state: new Float64Array(0), diverged: Float64Array.of(Infinity) },
          losses: new Float64Array(record.length * length).fill(Infinity),
        };
        while (at.step < steps) {
          signal?.throwIfAborted();
          const count = Math.min(steps - at.step, Math.max(1, Math.ceil(SEGMENT / cost)));
          const first = at.step;
          const from = first === 0 ? -1 : first;
          const wanted = [...record].filter((r) => r > from && r <= first + count);
          const job = { ...training, architecture, member, state: at.state, first, count, record: wanted };
          at = after(
            at,
            await lane.run(job),
            first + count,
            steps,
            [...record].filter((r) => r <= from).length * length,
          );
          kept.keep(name, at);
          done += cost * (at.step - first);
          options.onProgress?.(Math.min(1, done / all));
          await kept.saveNowAndThen();
        }
        results[i] = at;
      },
      { signal },
    );
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
    await kept.save();
  }

  const widths = architectures.map((architecture, w) => {
    const own = results.slice(w * members, (w + 1) * members);
    const curve = (offset: number) =>
      own.map(({ losses }) => Float64Array.from(record, (_, r) => losses[r * length + offset]!));
    const [testCurves, trainCurves] = [curve(0), curve(1)];
    const { mean, stderr } = summarise(testCurves, (member) => member);
    const network = networkOf(architecture);
    return {
      width: architecture.width,
      parameters: network.parameters,
      flops: record.map((r) => 6 * network.parameters * training.batch * r),
      ...{ test: testCurves, train: trainCurves, mean, stderr },
      trainMean: summarise(trainCurves, (member) => member).mean,
      ...(training.outputs ? { averaged: averagedLoss(own, data, record, length, training.loss) } : {}),
      diverged: own.map(({ diverged }) => diverged[0]!),
    };
  });
  return {
    steps: record,
    samples: record.map((r) => r * training.batch),
    widths,
    start: lossOf(new Float32Array(test.rows * outputs), test, outputs, training.loss),
    made: provenance("train", parameters, training.seed),
  };
}

/** What was reached, with a piece's losses; at the last step where it diverged, for nothing is left to run. */
function after(before: Reached, piece: SegmentResult, step: number, steps: number, from: number): Reached {
  const { losses } = before;
  losses.set(piece.recorded, from);
  const diverged = Float64Array.of(piece.diverged);
  if (piece.diverged < Infinity || step === steps) return { step: steps, state: new Float64Array(0), losses, diverged };
  return { step, state: piece.state, losses, diverged };
}

/** Of the mean of the members' outputs; Infinity where one diverged. */
function averagedLoss(
  members: readonly Reached[],
  { test, outputs }: ReadyData,
  record: Float64Array,
  length: number,
  loss: TrainOptions["loss"],
): Float64Array {
  return Float64Array.from(record, (_, r) => {
    const mean = new Float64Array(length - 2);
    for (const { losses } of members)
      for (let i = 0; i < mean.length; i++) mean[i]! += losses[r * length + 2 + i]! / members.length;
    return mean.every(Number.isFinite) ? lossOf(mean, test, outputs, loss) : Infinity;
  });
}

/** What tells these rows from others. */
function crcOf({ train, test }: ReadyData): number[] {
  return [train.X, train.Y, test.X, test.Y].map(({ buffer, byteOffset, byteLength }) =>
    crc32(new Uint8Array(buffer, byteOffset, byteLength)),
  );
}

interface Trainer {
  run(job: SegmentJob): Promise<SegmentResult>;
  close(): Promise<void>;
}

async function openTrainers(
  data: ReadyData,
  threads: number,
  kernels: NetworkKernels | undefined,
  pieces: number,
): Promise<Trainer[]> {
  if (threads === 0) {
    const trainer = new SegmentTrainer(kernels ?? networkKernels(), data);
    return [
      {
        async run(job) {
          await new Promise((resolve) => setTimeout(resolve));
          return trainer.run(job);
        },
        async close() {},
      },
    ];
  }
  if (kernels) throw new RangeError("kernels must be left out where threads > 0 (workers make their own)");
  return Promise.all(
    Array.from({ length: Math.min(threads, pieces) }, async () => {
      const pool = await openPool(workerScript("networks/thread"), 1);
      const begun = pool.run<void>("begin", [networkModule(), data]);
      begun.catch(() => {});
      return {
        run: async (job: SegmentJob) => {
          await begun;
          return pool.run<SegmentResult>("run", [job]);
        },
        close: pool.close,
      };
    }),
  );
}

function recordOf(record: number | ArrayLike<number>, steps: number): Float64Array {
  if (typeof record === "number")
    return Float64Array.from(new Set(logspace(1, steps, whole("points", record, "record")).map(Math.round)));
  const list = increasing("record", counted("points", "record", record), 0, steps);
  list.forEach((r, i) => {
    integer(`record[${i}]`, r);
  });
  return list;
}
