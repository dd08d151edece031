/**
 * tanh, exp and log with a fixed order of operations: the same bits on every machine. No relaxed
 * SIMD.
 */

const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

// tanh x = x P(x^2) / Q(x^2), minimax for the relative error on [0, 8] (within 7e-9) and on [0, 1]
// (within 2e-10). They are globals, not constants, because V8 loads a v128 global in one
// instruction and builds a v128 constant in five.
let P0: v128 = i32x4.splat(0);
let P1: v128 = i32x4.splat(0);
let P2: v128 = i32x4.splat(0);
let P3: v128 = i32x4.splat(0);
let P4: v128 = i32x4.splat(0);
let Q1: v128 = i32x4.splat(0);
let Q2: v128 = i32x4.splat(0);
let Q3: v128 = i32x4.splat(0);
let Q4: v128 = i32x4.splat(0);
let ONE: v128 = i32x4.splat(0);
let SIGN: v128 = i32x4.splat(0);
let EIGHT: v128 = i32x4.splat(0);
let SMALL_P0: v128 = i32x4.splat(0);
let SMALL_P1: v128 = i32x4.splat(0);
let SMALL_P2: v128 = i32x4.splat(0);
let SMALL_Q1: v128 = i32x4.splat(0);
let SMALL_Q2: v128 = i32x4.splat(0);

/** To be called before the functions on vectors. */
export function loadCoefficients(): void {
  P0 = f32x4.splat(0.9999999935732928);
  P1 = f32x4.splat(0.13444499868121954);
  P2 = f32x4.splat(0.003571600270412346);
  P3 = f32x4.splat(2.189469924280834e-5);
  P4 = f32x4.splat(1.5230470581788285e-8);
  Q1 = f32x4.splat(0.4677782718857112);
  Q2 = f32x4.splat(0.02616445147070614);
  Q3 = f32x4.splat(0.00034112957018881735);
  Q4 = f32x4.splat(8.522467970856137e-7);
  ONE = f32x4.splat(1);
  SIGN = i32x4.splat(0x80000000);
  EIGHT = f32x4.splat(8);
  SMALL_P0 = f32x4.splat(0.9999999998528144);
  SMALL_P1 = f32x4.splat(0.11071616507399955);
  SMALL_P2 = f32x4.splat(0.0010325027217341085);
  SMALL_Q1 = f32x4.splat(0.44404949025271984);
  SMALL_Q2 = f32x4.splat(0.015715738761699658);
}

/**
 * tanh of four values, never 1 or -1; within 4e-7 relative up to 8, as at 8 beyond. Not a number
 * stays so.
 */
@inline
export function tanh(x: v128): v128 {
  const sign = v128.and(x, SIGN);
  const size = f32x4.pmin(v128.xor(x, sign), EIGHT);
  const z = f32x4.mul(size, size);
  let p = f32x4.add(f32x4.mul(P4, z), P3);
  let q = f32x4.add(f32x4.mul(Q4, z), Q3);
  p = f32x4.add(f32x4.mul(p, z), P2);
  q = f32x4.add(f32x4.mul(q, z), Q2);
  p = f32x4.add(f32x4.mul(p, z), P1);
  q = f32x4.add(f32x4.mul(q, z), Q1);
  p = f32x4.add(f32x4.mul(p, z), P0);
  q = f32x4.add(f32x4.mul(q, z), ONE);
  return v128.or(f32x4.div(f32x4.mul(size, p), q), sign);
}

/** tanh of four values in [-1, 1]; within 3e-7 relative. */
@inline
export function tanhOfSmall(x: v128): v128 {
  const z = f32x4.mul(x, x);
  const p = f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(SMALL_P2, z), SMALL_P1), z), SMALL_P0);
  const q = f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(SMALL_Q2, z), SMALL_Q1), z), ONE);
  return f32x4.div(f32x4.mul(x, p), q);
}

/** e^x of four values in [-87, 0], within 2e-7 relative; 0 below. */
@inline
export function expNegative(x: v128): v128 {
  // A whole number plus 1.5 * 2^23 has it in its last bits.
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504)), f32x4.splat(12582912));
  const n = f32x4.sub(shifted, f32x4.splat(12582912));
  const r = f32x4.sub(
    f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH))),
    f32x4.mul(n, f32x4.splat(LN2_LOW))
  );
  let p = f32x4.splat(<f32>(1.0 / 5040.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>(1.0 / 720.0)));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>(1.0 / 120.0)));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>(1.0 / 24.0)));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>(1.0 / 6.0)));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, r), ONE);
  p = f32x4.add(f32x4.mul(p, r), ONE);
  return v128.and(i32x4.add(p, i32x4.shl(shifted, 23)), f32x4.ge(x, f32x4.splat(-87)));
}

/**
 * Natural logarithm of a normal positive number: 2 artanh((m - 1) / (m + 1)) over its mantissa m.
 */
export function log(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let k = <f64>(<i64>(bits >> 52) - 1023);
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    k += 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let p: f64 = 2.0 / 17.0;
  p = p * z + 2.0 / 15.0;
  p = p * z + 2.0 / 13.0;
  p = p * z + 2.0 / 11.0;
  p = p * z + 2.0 / 9.0;
  p = p * z + 2.0 / 7.0;
  p = p * z + 2.0 / 5.0;
  p = p * z + 2.0 / 3.0;
  return k * 0.6931471805599453 + (2 * s + p * z * s);
}

@inline
export function sum(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0)
    + f32x4.extract_lane(x, 1)
    + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}
