// One source, two widths. Kernels are written once in terms of V; the core is built with V = v128 (two f64 lanes), and
// the benchmarks build it again with V = f64 to measure what SIMD gives. Every branch below is decided at compile time.

import { S, V } from "./width";

/** Number of f64 in a V. */
export const WIDTH: i32 = isVector<V>() ? 2 : 1;
/** Bytes of a V. */
export const BYTES: usize = isVector<V>() ? 16 : 8;
/** Bytes of an S. */
export const BYTES32: usize = isVector<S>() ? 16 : 4;

// @ts-ignore: decorator
@inline
export function load64(p: usize): V {
  if (isVector<V>()) return v128.load(p);
  else return load<f64>(p);
}

/** The f64 at p in every lane. Where a loop needs it often, V8 holds this in a register but makes `splat` anew each time. */
// @ts-ignore: decorator
@inline
export function splatAt(p: usize): V {
  if (isVector<V>()) return v128.load64_splat(p);
  else return load<f64>(p);
}

// @ts-ignore: decorator
@inline
export function store64(p: usize, x: V): void {
  if (isVector<V>()) v128.store(p, x);
  else store<f64>(p, x);
}

// @ts-ignore: decorator
@inline
export function splat(x: f64): V {
  if (isVector<V>()) return f64x2.splat(x);
  else return x;
}

// @ts-ignore: decorator
@inline
export function add(a: V, b: V): V {
  if (isVector<V>()) return f64x2.add(a, b);
  else return a + b;
}

// @ts-ignore: decorator
@inline
export function sub(a: V, b: V): V {
  if (isVector<V>()) return f64x2.sub(a, b);
  else return a - b;
}

// @ts-ignore: decorator
@inline
export function mul(a: V, b: V): V {
  if (isVector<V>()) return f64x2.mul(a, b);
  else return a * b;
}

// @ts-ignore: decorator
@inline
export function div(a: V, b: V): V {
  if (isVector<V>()) return f64x2.div(a, b);
  else return a / b;
}

// @ts-ignore: decorator
@inline
export function sqrt(a: V): V {
  if (isVector<V>()) return f64x2.sqrt(a);
  else return Math.sqrt(a);
}

// The bits of f64 lanes, as integers or as they are.

// @ts-ignore: decorator
@inline
export function addBits(a: V, b: V): V {
  if (isVector<V>()) return i64x2.add(a, b);
  else return reinterpret<f64>(reinterpret<u64>(a) + reinterpret<u64>(b));
}

// @ts-ignore: decorator
@inline
export function subBits(a: V, b: V): V {
  if (isVector<V>()) return i64x2.sub(a, b);
  else return reinterpret<f64>(reinterpret<u64>(a) - reinterpret<u64>(b));
}

// @ts-ignore: decorator
@inline
export function shiftRight(a: V, n: i32): V {
  if (isVector<V>()) return i64x2.shr_u(a, n);
  else return reinterpret<f64>(reinterpret<u64>(a) >> n);
}

// @ts-ignore: decorator
@inline
export function and(a: V, b: V): V {
  if (isVector<V>()) return v128.and(a, b);
  else return reinterpret<f64>(reinterpret<u64>(a) & reinterpret<u64>(b));
}

// @ts-ignore: decorator
@inline
export function or(a: V, b: V): V {
  if (isVector<V>()) return v128.or(a, b);
  else return reinterpret<f64>(reinterpret<u64>(a) | reinterpret<u64>(b));
}

// @ts-ignore: decorator
@inline
export function xor(a: V, b: V): V {
  if (isVector<V>()) return v128.xor(a, b);
  else return reinterpret<f64>(reinterpret<u64>(a) ^ reinterpret<u64>(b));
}

/** All bits set in the lanes where a ≤ b, none elsewhere. */
// @ts-ignore: decorator
@inline
export function lessOrEqual(a: V, b: V): V {
  if (isVector<V>()) return f64x2.le(a, b);
  else return reinterpret<f64>(a <= b ? <i64>-1 : <i64>0);
}

/** x in the lanes of the mask, y elsewhere. */
// @ts-ignore: decorator
@inline
export function select(mask: V, x: V, y: V): V {
  if (isVector<V>()) return v128.bitselect(x, y, mask);
  else return xor(y, and(mask, xor(x, y)));
}

/** The sum of the lanes. */
// @ts-ignore: decorator
@inline
export function lanesum(a: V): f64 {
  if (isVector<V>()) return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  else return a;
}

// The same in f32: twice the lanes.

// @ts-ignore: decorator
@inline
export function load32(p: usize): S {
  if (isVector<S>()) return v128.load(p);
  else return load<f32>(p);
}

// @ts-ignore: decorator
@inline
export function store32(p: usize, x: S): void {
  if (isVector<S>()) v128.store(p, x);
  else store<f32>(p, x);
}

// @ts-ignore: decorator
@inline
export function splat32At(p: usize): S {
  if (isVector<S>()) return v128.load32_splat(p);
  else return load<f32>(p);
}

// @ts-ignore: decorator
@inline
export function splat32(x: f32): S {
  if (isVector<S>()) return f32x4.splat(x);
  else return x;
}

// @ts-ignore: decorator
@inline
export function add32(a: S, b: S): S {
  if (isVector<S>()) return f32x4.add(a, b);
  else return a + b;
}

// @ts-ignore: decorator
@inline
export function sub32(a: S, b: S): S {
  if (isVector<S>()) return f32x4.sub(a, b);
  else return a - b;
}

// @ts-ignore: decorator
@inline
export function mul32(a: S, b: S): S {
  if (isVector<S>()) return f32x4.mul(a, b);
  else return a * b;
}

// @ts-ignore: decorator
@inline
export function div32(a: S, b: S): S {
  if (isVector<S>()) return f32x4.div(a, b);
  else return a / b;
}

/** The sum of the lanes, in f64. */
// @ts-ignore: decorator
@inline
export function lanesum32(a: S): f64 {
  if (isVector<S>())
    return (
      <f64>f32x4.extract_lane(a, 0) +
      <f64>f32x4.extract_lane(a, 1) +
      (<f64>f32x4.extract_lane(a, 2) + <f64>f32x4.extract_lane(a, 3))
    );
  else return <f64>a;
}

/** Adds f32 lanes to the f64 at p. */
// @ts-ignore: decorator
@inline
export function widen(p: usize, x: S): void {
  if (isVector<S>()) {
    v128.store(p, f64x2.add(v128.load(p), f64x2.promote_low_f32x4(x)));
    const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
    v128.store(p, f64x2.add(v128.load(p, 16), high), 16);
  } else store<f64>(p, load<f64>(p) + <f64>x);
}
