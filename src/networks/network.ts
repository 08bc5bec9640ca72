// A network of ReLU layers as docs/theory.md, §13, has it: its sizes, what scales its layers (13.1) and its steps (13.2), and the
// weights it starts from.

import { finite, integer, oneOf } from "../check.ts";
import { defaultKernels } from "../kernels/default.ts";
import { type NetworkShape, weightsOf } from "../kernels/networks/kernels.ts";

/** "lazy": its tangent kernel stays as it starts; "mup": hidden units move by order 1 at any width. */
export const PARAMETRISATIONS = ["mup", "lazy"] as const;
export type Parametrisation = (typeof PARAMETRISATIONS)[number];

export interface Architecture {
  readonly inputs: number;
  readonly outputs: number;
  /** Units of every hidden layer. */
  readonly width: number;
  /** Hidden layers, ≥ 1. */
  readonly depth: number;
  readonly parametrisation: Parametrisation;
  /** γ_0 of "mup". */
  readonly richness: number;
}

export interface Network extends NetworkShape {
  /** What η is multiplied by for the weights: Γ²/D. */
  readonly rate: number;
  readonly parameters: number;
}

/** Widest network; most hidden layers. */
export const MOST = { width: 16_384, depth: 16 } as const;

/** @throws TypeError, RangeError where a field is not what it should be */
export function networkOf(architecture: Architecture): Network {
  const inputs = integer("inputs", architecture.inputs, 1);
  const outputs = integer("outputs", architecture.outputs, 1);
  const width = integer("widths", architecture.width, 1, MOST.width);
  const depth = integer("depth", architecture.depth, 1, MOST.depth);
  const parametrisation = oneOf("parametrisation", architecture.parametrisation, PARAMETRISATIONS);
  const richness = finite("richness", architecture.richness, 1e-3, 1e3);
  const divisor = parametrisation === "lazy" ? 1 : richness * Math.sqrt(width);
  const sizes = [inputs, ...Array.from({ length: depth }, () => width), outputs];
  const hidden = Math.sqrt(2 / width);
  const scales = [1, ...Array.from({ length: depth }, (_, l) => (l === depth - 1 ? hidden / divisor : hidden))];
  const shape = { sizes, scales };
  return { ...shape, rate: (divisor * divisor) / (depth + 1), parameters: weightsOf(shape) };
}

/** Draws of one member that no two widths share: layers of a network. */
const LAYERS = 64;

/** Normal weights, of variance 1. */
export function startOf({ sizes, parameters }: Network, seed: number, member: number): Float32Array {
  const weights = new Float32Array(parameters);
  for (let l = 1, from = 0; l < sizes.length; l++) {
    const length = sizes[l - 1]! * sizes[l]!;
    const step = LAYERS * sizes[1]! + l;
    weights.set(defaultKernels().random({ seed, stream: "embedding", member, step }, "normal", length), from);
    from += length;
  }
  return weights;
}
