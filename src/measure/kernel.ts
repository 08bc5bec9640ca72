// The kernels of which a spectrum can be measured. On rows of unit norm, with c = ⟨x, x'⟩ and θ = arccos c (Cho and Saul 2009;
// Jacot, Gabriel and Hongler 2018):
//
//   κ_0(c) = (π − θ)/π,   κ_1(c) = (sin θ + (π − θ) cos θ)/π
//   arc-cosine of depth L: Σ_l = κ_1(Σ_{l−1}), Σ_0 = c          NTK: Θ_l = Σ_l + Θ_{l−1} κ_0(Σ_{l−1}), Θ_0 = c, here over L + 1
//
// κ_1 is the limit of random features √(2/W) relu(⟨w, x⟩), w ~ N(0, 1), as their number W grows.

import { integer } from "../check.ts";
import { defaultKernels } from "../kernels/default.ts";
import type { LearningKernels } from "../kernels/learning/kernels.ts";
import { atan2 } from "../math/elementary.ts";
import type { Matrix } from "./npy.ts";

export type Kernel =
  | { readonly kind: "linear" }
  | { readonly kind: "arc-cosine" | "ntk"; readonly depth: number }
  /** Random features of a ReLU layer. */
  | { readonly kind: "relu"; readonly width: number; readonly seed: number };

/** How a kernel is written. */
export const KERNEL_USAGE = "linear, arccos, arccos:DEPTH, ntk:DEPTH or relu:WIDTH";

/**
 * A kernel as the command line writes it.
 * @throws RangeError for what is none of KERNEL_USAGE
 */
export function parseKernel(text: string, seed = 1): Kernel {
  const [name, number] = text.split(":");
  const count = number === undefined ? undefined : Number(number);
  if (name === "linear" && count === undefined) return { kind: "linear" };
  if (name === "arccos") return { kind: "arc-cosine", depth: integer("the depth of arccos", count ?? 1, 1, 20) };
  if (name === "ntk") return { kind: "ntk", depth: integer("the depth of ntk", count ?? 1, 1, 20) };
  if (name === "relu" && count !== undefined)
    return { kind: "relu", width: integer("the width of relu", count, 1, 65_536), seed };
  throw new RangeError(`a kernel must be ${KERNEL_USAGE}, got ${JSON.stringify(text)}`);
}

/** A kernel for people: "arc-cosine kernel of depth 1". */
export const kernelInWords = (kernel: Kernel): string =>
  kernel.kind === "linear"
    ? "covariance of the features"
    : kernel.kind === "relu"
      ? `${kernel.width} random ReLU features`
      : `${kernel.kind === "ntk" ? "NTK" : "arc-cosine kernel"} of depth ${kernel.depth}`;

/** Whether a kernel is one of rows of unit norm. */
export const ofUnitNorm = ({ kind }: Kernel): boolean => kind !== "linear";

/** K(A, B), or K(A, A) without B: rows made ready. */
export function kernelMatrix(kernels: LearningKernels, kernel: Kernel, A: Matrix, B?: Matrix): Float64Array {
  if (kernel.kind === "relu") {
    const map = reluFeatures(kernels, kernel, A.columns);
    return kernels.crossProduct(map(A), kernel.width, B && map(B));
  }
  const K = kernels.crossProduct(A.data, A.columns, B?.data);
  if (kernel.kind === "linear") return K;
  const n = B ? 0 : A.rows;
  for (let at = 0; at < K.length; at++) {
    // a symmetric matrix has each value twice, and 1 on its diagonal
    if (n > 0) {
      const [i, j] = [Math.floor(at / n), at % n];
      if (j > i) continue;
      K[at] = i === j ? 1 : ofAngle(kernel, K[at]!);
      K[j * n + i] = K[at]!;
    } else K[at] = ofAngle(kernel, K[at]!);
  }
  return K;
}

function ofAngle(
  { kind, depth }: { readonly kind: "arc-cosine" | "ntk"; readonly depth: number },
  cosine: number,
): number {
  let c = Math.min(1, Math.max(-1, cosine));
  let theta = c;
  for (let l = 0; l < depth; l++) {
    const s = Math.sqrt(Math.max(0, 1 - c * c));
    const rest = Math.PI - atan2(s, c);
    const next = Math.min(1, (s + rest * c) / Math.PI);
    theta = next + (theta * rest) / Math.PI;
    c = next;
  }
  return kind === "ntk" ? theta / (depth + 1) : c;
}

/** √(2/W) relu(x Wᵀ), by rows. */
function reluFeatures(
  kernels: LearningKernels,
  { width, seed }: { readonly width: number; readonly seed: number },
  columns: number,
): (X: Matrix) => Float64Array {
  const w = new Float64Array(width * columns);
  const random = defaultKernels();
  for (let j = 0; j < width; j++)
    w.set(random.random({ seed, stream: "embedding", member: 0, step: j }, "normal", columns), j * columns);
  const scale = Math.sqrt(2 / width);
  return (X) => kernels.crossProduct(X.data, columns, w).map((x) => (x > 0 ? scale * x : 0));
}
