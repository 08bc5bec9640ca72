// Complex numbers in one v128: lane 0 the real part, lane 1 the imaginary part. For kernels that combine a few complex
// numbers a pair; long sums keep real and imaginary parts in arrays of their own (lanes.ts).

// @ts-ignore: decorator
@inline
export function complex(re: f64, im: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(re), 1, im);
}

// @ts-ignore: decorator
@inline
export function real(a: v128): f64 {
  return f64x2.extract_lane(a, 0);
}

// @ts-ignore: decorator
@inline
export function imag(a: v128): f64 {
  return f64x2.extract_lane(a, 1);
}

// @ts-ignore: decorator
@inline
export function cadd(a: v128, b: v128): v128 {
  return f64x2.add(a, b);
}

// @ts-ignore: decorator
@inline
export function csub(a: v128, b: v128): v128 {
  return f64x2.sub(a, b);
}

/** x a, x real. */
// @ts-ignore: decorator
@inline
export function cscale(x: f64, a: v128): v128 {
  return f64x2.mul(f64x2.splat(x), a);
}

// @ts-ignore: decorator
@inline
export function conj(a: v128): v128 {
  return complex(real(a), -imag(a));
}

// @ts-ignore: decorator
@inline
export function cmul(a: v128, b: v128): v128 {
  const x = real(a),
    y = imag(a);
  return f64x2.add(f64x2.mul(f64x2.splat(x), b), f64x2.mul(complex(-y, y), v128.shuffle<f64>(b, b, 1, 0)));
}

// @ts-ignore: decorator
@inline
export function cdiv(a: v128, b: v128): v128 {
  const x = real(b),
    y = imag(b);
  return cscale(1 / (x * x + y * y), cmul(a, complex(x, -y)));
}

/** The square root with Re ≥ 0. */
// @ts-ignore: decorator
@inline
export function csqrt(a: v128): v128 {
  const x = real(a),
    y = imag(a);
  const large = Math.sqrt(0.5 * (Math.sqrt(x * x + y * y) + Math.abs(x)));
  const small = large == 0 ? 0 : (0.5 * Math.abs(y)) / large;
  return x >= 0 ? complex(large, copysign(small, y)) : complex(small, copysign(large, y));
}
