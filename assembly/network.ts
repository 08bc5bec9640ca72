// SGD with momentum on a network of ReLU layers without biases, in f32 (docs/theory.md, §13, eqs. 13.1, 13.2):
//
//   H_0 = s_1 X,  Z_l = H_{l−1} W_l,  H_l = s_{l+1} max(0, Z_l) for l < D,  f = Z_D
//   dZ_D = ∂loss/∂f averaged over the batch,  dZ_{l−1} = s_l [H_{l−1} > 0] dZ_l W_lᵀ,  V_l ← μ V_l + H_{l−1}ᵀ dZ_l,  W_l ← W_l − η V_l
//
// Matrices are in panels (panels.ts), every size a multiple of 8: hidden units, inputs and outputs that fill one up have zeros for
// weights, and keep them. Rows that fill a batch up to a multiple of 4 have no error.

import { BYTES32, load32, mul32, splat, splat32, store32, sub32 } from "./lanes";
import { multiply, panelsOf, stripsOf, turn } from "./panels";
import { safeExp } from "./safe-exponential";
import { S, V } from "./width";

// @ts-ignore: decorator
@inline
function size(sizes: usize, l: i32): i32 {
  return load<i32>(sizes + ((<usize>l) << 2));
}

// @ts-ignore: decorator
@inline
function scaleOf(scales: usize, l: i32): f32 {
  return load<f32>(scales + ((<usize>l) << 2));
}

/** Bytes of the m × n matrix in panels. */
// @ts-ignore: decorator
@inline
function bytes(m: i32, n: i32): usize {
  return (<usize>m * <usize>n) << 2;
}

/** Where entry (i, j) of a matrix of so many rows is. */
// @ts-ignore: decorator
@inline
function entry(panels: usize, rows: i32, i: i32, j: i32): usize {
  return panels + ((<usize>(j >> 3) * <usize>rows + <usize>i) << 5) + ((<usize>(j & 7)) << 2);
}

function widest(depth: i32, sizes: usize): i32 {
  let most = 0;
  for (let l = 0; l <= depth; l++) most = max(most, size(sizes, l));
  return most;
}

/** x ← scale · max(0, x), of `length` bytes. What is no number stays none. */
function rectify(length: usize, scale: f32, x: usize): void {
  const s = splat32(scale),
    zero = splat32(0);
  for (const end = x + length; x < end; x += BYTES32) {
    if (isVector<S>()) v128.store(x, f32x4.mul(s, f32x4.pmax(v128.load(x), zero)));
    else store<f32>(x, scale * (load<f32>(x) < 0 ? 0 : load<f32>(x)));
  }
}

/** d ← scale · d where h > 0, else 0. */
function mask(length: usize, scale: f32, h: usize, d: usize): void {
  const s = splat32(scale),
    zero = splat32(0);
  for (const end = d + length; d < end; d += BYTES32, h += BYTES32) {
    if (isVector<S>()) v128.store(d, v128.and(f32x4.mul(s, v128.load(d)), f32x4.gt(v128.load(h), zero)));
    else store<f32>(d, load<f32>(h) > 0 ? scale * load<f32>(d) : 0);
  }
}

/** v ← factor · v; zero where the factor is, whatever v held. */
function shrink(length: usize, factor: f32, v: usize): void {
  if (factor == 0) return memory.fill(v, 0, length);
  const f = splat32(factor);
  for (const end = v + length; v < end; v += BYTES32) store32(v, mul32(f, load32(v)));
}

/** w ← w − η v. */
function descend(length: usize, eta: f32, v: usize, w: usize): void {
  const e = splat32(eta);
  for (const end = w + length; w < end; w += BYTES32, v += BYTES32) store32(w, sub32(load32(w), mul32(e, load32(v))));
}

/** Bytes of H_0 … H_{D−1}, Z_D for so many rows. */
function activations(depth: i32, sizes: usize, rows: i32): usize {
  let sum: usize = 0;
  for (let l = 0; l <= depth; l++) sum += bytes(rows, size(sizes, l));
  return sum;
}

/** H_1 … Z_D of the H_0 at H, one after another. strips: room for `rows` of the widest layer. Returns where Z_D is. */
function forward(depth: i32, sizes: usize, scales: usize, rows: i32, W: usize, H: usize, strips: usize): usize {
  for (let l = 1; l <= depth; l++) {
    const n = size(sizes, l - 1),
      m = size(sizes, l);
    const Z = H + bytes(rows, n);
    stripsOf(rows, n, H, strips);
    memory.fill(Z, 0, bytes(rows, m));
    multiply(rows, m, n, strips, false, W, Z);
    if (l < depth) rectify(bytes(rows, m), scaleOf(scales, l), Z);
    W += bytes(n, m);
    H = Z;
  }
  return H;
}

/** Bytes of room that `outputs` takes. */
export function outputsScratch(depth: i32, sizes: usize, rows: i32): usize {
  return activations(depth, sizes, rows) + bytes(rows, widest(depth, sizes));
}

/**
 * f of `rows` rows X (a multiple of 4; by rows, f32), by rows. depth D; sizes: n_0 … n_D (i32); scales: s_1 … s_D (f32); W: W_1 … W_D
 * in panels, one after another.
 */
export function outputs(
  depth: i32,
  sizes: usize,
  scales: usize,
  rows: i32,
  W: usize,
  X: usize,
  out: usize,
  scratch: usize,
): void {
  panelsOf(rows, size(sizes, 0), scaleOf(scales, 0), X, scratch);
  const strips = scratch + activations(depth, sizes, rows);
  const f = forward(depth, sizes, scales, rows, W, scratch, strips);
  const n = size(sizes, depth);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < n; j++) store<f32>(out + ((<usize>(i * n + j)) << 2), load<f32>(entry(f, rows, i, j)));
}

/**
 * With f less `origin`, ∂loss/∂f of the batch's mean in place of f: f − y for squared error (half of it is descended), softmax f − y for
 * cross-entropy. Rows and columns that only fill up get zeros. Returns Σ f².
 */
function errors(rows: i32, used: i32, n: i32, outputs: i32, entropy: bool, f: usize, Y: usize, origin: usize): f64 {
  let squares = 0.0;
  const share = <f32>1 / <f32>used;
  for (let i = 0; i < rows; i++) {
    let most = -Infinity,
      sum = 0.0;
    for (let j = 0; j < n; j++) {
      const at = entry(f, rows, i, j);
      if (i >= used || j >= outputs) {
        store<f32>(at, 0);
        continue;
      }
      const x = load<f32>(at) - load<f32>(origin + ((<usize>(i * outputs + j)) << 2));
      store<f32>(at, x);
      squares += <f64>x * <f64>x;
      most = max(most, <f64>x);
    }
    if (i >= used) continue;
    if (entropy) for (let j = 0; j < outputs; j++) sum += one(<f64>load<f32>(entry(f, rows, i, j)) - most);
    for (let j = 0; j < outputs; j++) {
      const at = entry(f, rows, i, j),
        x = load<f32>(at);
      const p = entropy ? <f32>(one(<f64>x - most) / sum) : x;
      store<f32>(at, share * (p - load<f32>(Y + ((<usize>(i * outputs + j)) << 2))));
    }
  }
  return squares;
}

/** e^x of one number. */
function one(x: f64): f64 {
  const e = safeExp(splat(x));
  if (isVector<V>()) return f64x2.extract_lane(e, 0);
  else return e;
}

/** Bytes of room that `train` takes. */
export function trainScratch(depth: i32, sizes: usize, rows: i32): usize {
  let largest: usize = 0;
  for (let l = 1; l <= depth; l++) largest = max(largest, bytes(size(sizes, l - 1), size(sizes, l)));
  return activations(depth, sizes, rows) + 3 * bytes(rows, widest(depth, sizes)) + largest;
}

/**
 * `steps` of SGD. rows: of a batch, a multiple of 4, `used` of them samples; X, Y, origin: the batches' rows (n_0, `outputs`
 * and as many f32 each); limit: of the mean of f² over a batch. Arguments else as in `outputs`. Returns how many were done: fewer where f passed the limit,
 * or is no number.
 */
export function train(
  depth: i32,
  sizes: usize,
  scales: usize,
  rows: i32,
  used: i32,
  outputs: i32,
  entropy: bool,
  eta: f32,
  momentum: f32,
  limit: f64,
  steps: i32,
  X: usize,
  Y: usize,
  origin: usize,
  W: usize,
  V: usize,
  scratch: usize,
): i32 {
  const widestRows = bytes(rows, widest(depth, sizes));
  const strips = scratch + activations(depth, sizes, rows);
  const d0 = strips + widestRows,
    d1 = d0 + widestRows;
  const turned = d1 + widestRows;
  let weights: usize = 0;
  for (let l = 1; l <= depth; l++) weights += bytes(size(sizes, l - 1), size(sizes, l));
  for (let step = 0; step < steps; step++) {
    panelsOf(rows, size(sizes, 0), scaleOf(scales, 0), X, scratch);
    let H = forward(depth, sizes, scales, rows, W, scratch, strips);
    const squares = errors(rows, used, size(sizes, depth), outputs, entropy, H, Y, origin);
    if (!(squares <= limit * <f64>used)) return step;
    let d = H,
      other = d0;
    let w = W + weights,
      v = V + weights;
    for (let l = depth; l >= 1; l--) {
      const n = size(sizes, l - 1),
        m = size(sizes, l);
      const length = bytes(n, m);
      w -= length;
      v -= length;
      H -= bytes(rows, n);
      shrink(length, momentum, v);
      multiply(n, m, rows, H, true, d, v);
      if (l > 1) {
        turn(n, m, w, turned);
        stripsOf(rows, m, d, strips);
        memory.fill(other, 0, bytes(rows, n));
        multiply(rows, n, m, strips, false, turned, other);
        mask(bytes(rows, n), scaleOf(scales, l - 1), H, other);
        d = other;
        other = other == d0 ? d1 : d0;
      }
      descend(length, eta, v, w);
    }
    X += bytes(rows, size(sizes, 0));
    Y += bytes(used, outputs);
    origin += bytes(used, outputs);
  }
  return steps;
}
