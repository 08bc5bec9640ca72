// The most one core can do with 128-bit vectors: twelve independent chains of x·a + b, as many as registers hold beside a and b
// and enough to hide two latencies of three cycles on two pipes each; and loads from 4 KB. AssemblyScript.

/** From memory: V8 would make a splat anew at each use. */
const FACTOR = memory.data<f64>([0.999999]);
const TERM = memory.data<f64>([1e-6]);

/** n rounds of 12 vectors of 2 lanes of 2 operations. */
export function multiplyAdd(n: i32): f64 {
  const a = v128.load64_splat(FACTOR),
    b = v128.load64_splat(TERM);
  let x0 = f64x2.splat(0.5);
  let x1 = f64x2.splat(1.5);
  let x2 = f64x2.splat(2.5);
  let x3 = f64x2.splat(3.5);
  let x4 = f64x2.splat(4.5);
  let x5 = f64x2.splat(5.5);
  let x6 = f64x2.splat(6.5);
  let x7 = f64x2.splat(7.5);
  let x8 = f64x2.splat(8.5);
  let x9 = f64x2.splat(9.5);
  let x10 = f64x2.splat(10.5);
  let x11 = f64x2.splat(11.5);
  for (let i = 0; i < n; i++) {
    x0 = f64x2.add(f64x2.mul(x0, a), b);
    x1 = f64x2.add(f64x2.mul(x1, a), b);
    x2 = f64x2.add(f64x2.mul(x2, a), b);
    x3 = f64x2.add(f64x2.mul(x3, a), b);
    x4 = f64x2.add(f64x2.mul(x4, a), b);
    x5 = f64x2.add(f64x2.mul(x5, a), b);
    x6 = f64x2.add(f64x2.mul(x6, a), b);
    x7 = f64x2.add(f64x2.mul(x7, a), b);
    x8 = f64x2.add(f64x2.mul(x8, a), b);
    x9 = f64x2.add(f64x2.mul(x9, a), b);
    x10 = f64x2.add(f64x2.mul(x10, a), b);
    x11 = f64x2.add(f64x2.mul(x11, a), b);
  }
  let sum = x0;
  sum = f64x2.add(sum, x1);
  sum = f64x2.add(sum, x2);
  sum = f64x2.add(sum, x3);
  sum = f64x2.add(sum, x4);
  sum = f64x2.add(sum, x5);
  sum = f64x2.add(sum, x6);
  sum = f64x2.add(sum, x7);
  sum = f64x2.add(sum, x8);
  sum = f64x2.add(sum, x9);
  sum = f64x2.add(sum, x10);
  sum = f64x2.add(sum, x11);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** n rounds of 16 loads of 16 bytes. */
export function loads(n: i32): f64 {
  let a = i64x2.splat(0),
    b = a,
    c = a,
    d = a;
  for (let i = 0; i < n; i++) {
    const p: usize = 1024 + ((i & 15) << 8);
    a = v128.xor(a, v128.load(p, 0));
    b = v128.xor(b, v128.load(p, 16));
    c = v128.xor(c, v128.load(p, 32));
    d = v128.xor(d, v128.load(p, 48));
    a = v128.xor(a, v128.load(p, 64));
    b = v128.xor(b, v128.load(p, 80));
    c = v128.xor(c, v128.load(p, 96));
    d = v128.xor(d, v128.load(p, 112));
    a = v128.xor(a, v128.load(p, 128));
    b = v128.xor(b, v128.load(p, 144));
    c = v128.xor(c, v128.load(p, 160));
    d = v128.xor(d, v128.load(p, 176));
    a = v128.xor(a, v128.load(p, 192));
    b = v128.xor(b, v128.load(p, 208));
    c = v128.xor(c, v128.load(p, 224));
    d = v128.xor(d, v128.load(p, 240));
  }
  const x = v128.xor(v128.xor(a, b), v128.xor(c, d));
  return <f64>(i64x2.extract_lane(x, 0) ^ i64x2.extract_lane(x, 1));
}
