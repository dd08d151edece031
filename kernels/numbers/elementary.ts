/**
 * exp, log, tanh and acos in float64 with a fixed order of operations: the same bits on every
 * machine and in every version of V8, which `Math.exp` and the like do not promise. (Sums,
 * products, quotients and `Math.sqrt` are exact by IEEE 754.) Range reduction and series or
 * quotients of polynomials; within 1e-15 relative (tanh: absolute) of the true value.
 */

import { exponential as exp } from '../../format/exponential.ts';

export { exp };

const LN2_HIGH = 0.69314718036912381649;
const LN2_LOW = 1.90821492927058770002e-10;
const HALF_PI = 1.5707963267948966;

const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);
DOUBLE[0] = 1;
/** Where a double's exponent lies: by the byte order of this machine. */
const HIGH = WORDS[1] === 0x3ff00000 ? 1 : 0;

/** Natural logarithm; -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984; // 2^54: a subnormal has no exponent of its own
    k = -54;
  }
  DOUBLE[0] = x;
  k += (WORDS[HIGH] >>> 20) - 1023;
  WORDS[HIGH] = (WORDS[HIGH] & 0x000fffff) | 0x3ff00000;
  let m = DOUBLE[0];
  if (m > 1.4142135623730951) {
    m *= 0.5;
    k += 1;
  }
  // log m = 2 artanh s
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let p = 2 / 21;
  p = p * z + 2 / 19;
  p = p * z + 2 / 17;
  p = p * z + 2 / 15;
  p = p * z + 2 / 13;
  p = p * z + 2 / 11;
  p = p * z + 2 / 9;
  p = p * z + 2 / 7;
  p = p * z + 2 / 5;
  p = p * z + 2 / 3;
  return k * LN2_HIGH + (2 * s + (p * z * s + k * LN2_LOW));
}

/** Hyperbolic tangent. */
export function tanh(x: number): number {
  if (x <= 1 && x >= -1) {
    // Lambert's continued fraction, cut after x^2 / 17
    const z = x * x;
    const above = 34459425 + z * 4729725 + z * z * (135135 + z * (990 + z));
    const below = 34459425 + z * 16216200 + z * z * (945945 + z * (13860 + z * 45));
    return (x * above) / below;
  }
  if (x > 20) return 1;
  if (x < -20) return -1;
  return 1 - 2 / (exp(2 * x) + 1);
}

/** Arc cosine, in [0, pi]; NaN outside [-1, 1]. */
export function acos(x: number): number {
  if (x > 0.5) return 2 * asinSmall(Math.sqrt(0.5 * (1 - x)));
  if (x < -0.5) return 2 * (HALF_PI - asinSmall(Math.sqrt(0.5 * (1 + x))));
  return HALF_PI - asinSmall(x);
}

/** log(1 + e^x) without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + log(1 + exp(-x)) : log(1 + exp(x));
}

/**
 * Arc sine for |x| <= 1/2: x + x z P(z) / Q(z), z = x^2, with the coefficients of FreeBSD's msun
 * (e_asin.c).
 */
function asinSmall(x: number): number {
  const z = x * x;
  const p =
    1.66666666666666657415e-1 +
    z *
      (-3.25565818622400915405e-1 +
        z *
          (2.01212532134862925881e-1 +
            z *
              (-4.00555345006794114027e-2 +
                z * (7.91534994289814532176e-4 + z * 3.4793310759602116757e-5))));
  const q =
    1 +
    z *
      (-2.40339491173441421878 +
        z *
          (2.02094576023350569471 +
            z * (-6.8828397160545329303e-1 + z * 7.70381505559019352791e-2)));
  return x + x * ((z * p) / q);
}
