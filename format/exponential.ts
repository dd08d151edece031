/**
 * e^x with a fixed order of operations, which `Math.exp` does not promise: x = (32 k + j) ln 2 / 32
 * + r, e^x = 2^k 2^(j / 32) e^r. Whoever makes codes and whoever makes them again for a query must
 * get the same bits.
 */

const LN2_32_HIGH = 0.69314718036912381649 / 32;
const LN2_32_LOW = 1.90821492927058770002e-10 / 32;
const PER_LN2_32 = 46.16624130844683;
const LEAST = -1074;

/** POWERS[k - LEAST] = 2^k for k from -1074 to 1023. */
const POWERS = powersOfTwo();
/** ROOTS[j] = 2^(j / 32). */
const ROOTS = rootsOfTwo();

/** e^x within 1e-15 relative; 0 below -744, Infinity above 709.78. */
export function exponential(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -744) return 0;
  const steps = Math.floor(x * PER_LN2_32 + 0.5);
  const r = x - steps * LN2_32_HIGH - steps * LN2_32_LOW;
  const j = steps & 31;
  const k = (steps - j) / 32;
  const z = r * r;
  const p = r + z * (0.5 + r * (1 / 6) + z * (1 / 24 + r * (1 / 120) + z * (1 / 720)));
  const root = ROOTS[j]!;
  const scaled = root + root * p;
  return k === 1024 ? scaled * 2 * POWERS[1023 - LEAST]! : scaled * POWERS[k - LEAST]!;
}

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(1024 - LEAST);
  powers[-LEAST] = 1;
  for (let k = 1; k <= 1023; k++) powers[k - LEAST] = powers[k - 1 - LEAST]! * 2;
  for (let k = -1; k >= LEAST; k--) powers[k - LEAST] = powers[k + 1 - LEAST]! / 2;
  return powers;
}

function rootsOfTwo(): Float64Array {
  const roots = new Float64Array(32).fill(1);
  let root = 2;
  for (let bit = 16; bit >= 1; bit >>= 1) {
    root = Math.sqrt(root);
    for (let j = 0; j < 32; j++) if ((j & bit) !== 0) roots[j]! *= root;
  }
  return roots;
}
