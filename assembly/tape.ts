// A formula's tape over rows: a straight line of operations on slots, forwards for the values and backwards for the derivatives
// in every parameter (Griewank & Walther 2008, §3.2). Each operation runs over a block of rows, so that its dispatch costs
// nothing beside them and the block stays in the nearest cache.
//
// Slots: c columns (read where they are), k parameters and constants (the same in every row), and the result of each operation.
// code holds i32 triples: operation, slot, slot. n is a multiple of 4.

import { log } from "./elementary";
import { expm1 } from "./exponential";
import { add, BYTES, div, load64, lessOrEqual, mul, select, splat, splatAt, store64, sub } from "./lanes";
import { clamp, safeExp } from "./safe-exponential";
import { V } from "./width";

/** Rows of a block, and its bytes. */
const ROWS: i32 = 64;
const BLOCK: usize = 512;

const TINY = memory.data<f64>([2.2250738585072014e-308]);
const ZERO = memory.data<f64>([0]);
const ONE = memory.data<f64>([1]);
const ENDS = memory.data<f64>([-700, 700]);
const NAN = memory.data<f64>([NaN]);

/** f64 of scratch that runTape takes. */
export function runTapeScratch(fixed: i32, count: i32): i32 {
  return 2 * ROWS * (fixed + count);
}

/** Adds x to what is at p. */
// @ts-ignore: decorator
@inline
function gather(p: usize, x: V): void {
  store64(p, add(load64(p), x));
}

/**
 * values: n f64. Where `derivatives`, jacobian: k × n f64. numbers: `fixed` f64, the k parameters before the constants.
 * An exponent is kept within ±700; a logarithm of what is not > 0 is NaN.
 */
export function runTape(
  n: i32,
  c: i32,
  columns: usize,
  k: i32,
  fixed: i32,
  numbers: usize,
  count: i32,
  code: usize,
  values: usize,
  derivatives: bool,
  jacobian: usize,
  scratch: usize,
): void {
  const adjoints = scratch + <usize>(fixed + count) * BLOCK;
  for (let j = 0; j < fixed; j++) {
    const x = splat(load<f64>(numbers + ((<usize>j) << 3)));
    for (let i: usize = 0; i < BLOCK; i += BYTES) store64(scratch + <usize>j * BLOCK + i, x);
  }
  for (let row = 0; row < n; row += ROWS) {
    const size = (<usize>min(ROWS, n - row)) << 3;
    const from = columns + ((<usize>row) << 3);
    const stride = (<usize>n) << 3;
    for (let o = 0; o < count; o++) {
      const at = code + <usize>o * 12;
      const operation = load<i32>(at),
        a = load<i32>(at, 4),
        b = load<i32>(at, 8);
      const x = a < c ? from + <usize>a * stride : scratch + <usize>(a - c) * BLOCK;
      const y = b < c ? from + <usize>b * stride : scratch + <usize>(b - c) * BLOCK;
      const z = scratch + <usize>(fixed + o) * BLOCK;
      if (operation == 0)
        for (let i: usize = 0; i < size; i += BYTES) store64(z + i, add(load64(x + i), load64(y + i)));
      else if (operation == 1)
        for (let i: usize = 0; i < size; i += BYTES) store64(z + i, sub(load64(x + i), load64(y + i)));
      else if (operation == 2)
        for (let i: usize = 0; i < size; i += BYTES) store64(z + i, mul(load64(x + i), load64(y + i)));
      else if (operation == 3)
        for (let i: usize = 0; i < size; i += BYTES) store64(z + i, div(load64(x + i), load64(y + i)));
      else if (operation == 4) for (let i: usize = 0; i < size; i += BYTES) store64(z + i, safeExp(load64(x + i)));
      else if (operation == 5)
        for (let i: usize = 0; i < size; i += 2 * BYTES) {
          const u = load64(x + i),
            v = load64(x + i + BYTES);
          log(normal(u), normal(v), z + i);
          // 0 times an infinity, or NaN, is NaN
          store64(z + i, defined(u, load64(z + i)));
          store64(z + i + BYTES, defined(v, load64(z + i + BYTES)));
        }
      else if (operation == 6)
        for (let i: usize = 0; i < size; i += BYTES) {
          const u = load64(x + i),
            v = load64(y + i);
          store64(z + i, select(lessOrEqual(u, v), u, v));
        }
      else if (operation == 8)
        for (let i: usize = 0; i < size; i += BYTES)
          store64(z + i, expm1(clamp(load64(x + i), splatAt(ENDS), splatAt(ENDS + 8))));
      else
        for (let i: usize = 0; i < size; i += BYTES) {
          const u = load64(x + i),
            v = load64(y + i);
          store64(z + i, select(lessOrEqual(v, u), u, v));
        }
    }
    memory.copy(values + ((<usize>row) << 3), scratch + <usize>(fixed + count - 1) * BLOCK, size);
    if (!derivatives) continue;
    memory.fill(adjoints, 0, <usize>(fixed + count) * BLOCK);
    for (let i: usize = 0; i < size; i += BYTES) store64(adjoints + <usize>(fixed + count - 1) * BLOCK + i, splat(1));
    for (let o = count - 1; o >= 0; o--) {
      const at = code + <usize>o * 12;
      const operation = load<i32>(at),
        a = load<i32>(at, 4),
        b = load<i32>(at, 8);
      const x = a < c ? from + <usize>a * stride : scratch + <usize>(a - c) * BLOCK;
      const y = b < c ? from + <usize>b * stride : scratch + <usize>(b - c) * BLOCK;
      const z = scratch + <usize>(fixed + o) * BLOCK;
      const g = adjoints + <usize>(fixed + o) * BLOCK;
      // a column takes none
      const dx: usize = a < c ? 0 : adjoints + <usize>(a - c) * BLOCK;
      const dy: usize = b < c ? 0 : adjoints + <usize>(b - c) * BLOCK;
      if (operation == 0) {
        if (dx) for (let i: usize = 0; i < size; i += BYTES) gather(dx + i, load64(g + i));
        if (dy) for (let i: usize = 0; i < size; i += BYTES) gather(dy + i, load64(g + i));
      } else if (operation == 1) {
        if (dx) for (let i: usize = 0; i < size; i += BYTES) gather(dx + i, load64(g + i));
        if (dy) for (let i: usize = 0; i < size; i += BYTES) store64(dy + i, sub(load64(dy + i), load64(g + i)));
      } else if (operation == 2) {
        if (dx) for (let i: usize = 0; i < size; i += BYTES) gather(dx + i, mul(load64(g + i), load64(y + i)));
        if (dy) for (let i: usize = 0; i < size; i += BYTES) gather(dy + i, mul(load64(g + i), load64(x + i)));
      } else if (operation == 3)
        for (let i: usize = 0; i < size; i += BYTES) {
          const q = div(load64(g + i), load64(y + i));
          if (dx) gather(dx + i, q);
          if (dy) store64(dy + i, sub(load64(dy + i), mul(q, load64(z + i))));
        }
      else if (operation == 4) {
        if (dx) for (let i: usize = 0; i < size; i += BYTES) gather(dx + i, mul(load64(g + i), load64(z + i)));
      } else if (operation == 5) {
        if (dx) for (let i: usize = 0; i < size; i += BYTES) gather(dx + i, div(load64(g + i), load64(x + i)));
      } else if (operation == 8) {
        if (dx)
          for (let i: usize = 0; i < size; i += BYTES)
            gather(dx + i, mul(load64(g + i), add(load64(z + i), splatAt(ONE))));
      } else
        for (let i: usize = 0; i < size; i += BYTES) {
          const u = load64(x + i),
            v = load64(y + i);
          const first = operation == 6 ? lessOrEqual(u, v) : lessOrEqual(v, u);
          if (dx) gather(dx + i, select(first, load64(g + i), splatAt(ZERO)));
          if (dy) gather(dy + i, select(first, splatAt(ZERO), load64(g + i)));
        }
    }
    for (let j = 0; j < k; j++)
      memory.copy(jacobian + ((<usize>(j * n + row)) << 3), adjoints + <usize>j * BLOCK, size);
  }
}

/** x, or the least number of full precision where it is less. */
// @ts-ignore: decorator
@inline
function normal(x: V): V {
  return select(lessOrEqual(splatAt(TINY), x), x, splatAt(TINY));
}

/** The logarithm of x, or NaN where x is not > 0 or not finite. */
// @ts-ignore: decorator
@inline
function defined(x: V, logarithm: V): V {
  const zero = splatAt(ZERO);
  return add(select(lessOrEqual(x, zero), splatAt(NAN), logarithm), mul(x, zero));
}
