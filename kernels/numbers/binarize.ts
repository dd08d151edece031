/**
 * Embeddings to codes: bit k of a code is 1 where E[k] > 0, the sign of u = tanh(E), whose sign is
 * E's.
 *
 * E: (V, L, d) row-major float32. codes: (V, L, d / 8) bytes, bit 0 the most significant bit of the
 * first byte, so that codes compare as unsigned big-endian numbers. V items, L tables, d bits.
 */

/**
 * Fills `codes` from `E`. An exact zero gives 0. Throws RangeError on a wrong length and on a value
 * that is not finite, with its place.
 */
export function binarize(E: Float32Array, tables: number, bits: number, codes: Uint8Array): void {
  checkCodeShape(tables, bits);
  const rows = E.length / (tables * bits);
  if (!Number.isInteger(rows))
    throw new RangeError(`embeddings: ${E.length} values are no whole rows of ${tables} x ${bits}`);
  if (codes.length !== E.length / 8)
    throw new RangeError(
      `codes: expected ${E.length / 8} bytes for ${rows} rows, got ${codes.length}`,
    );
  for (let at = 0, out = 0; out < codes.length; out++) {
    let byte = 0;
    let sum = 0;
    for (const end = at + 8; at < end; at++) {
      const value = E[at];
      byte = (byte << 1) | (value > 0 ? 1 : 0);
      sum += value - value;
    }
    // x - x is 0 for every finite x and NaN for the others.
    if (sum !== 0) throw new RangeError(nonFinite(E, at - 8, tables, bits));
    codes[out] = byte;
  }
}

/**
 * Throws RangeError where there can be no such codes: 1 to 8 tables, 8 to 256 bits in whole bytes.
 */
export function checkCodeShape(tables: number, bits: number): void {
  if (!Number.isInteger(tables) || tables < 1 || tables > 8)
    throw new RangeError(`tables: expected 1 to 8, got ${tables}`);
  if (!Number.isInteger(bits) || bits < 8 || bits > 256 || bits % 8 !== 0)
    throw new RangeError(`bits: expected a multiple of 8 from 8 to 256, got ${bits}`);
}

function nonFinite(E: Float32Array, from: number, tables: number, bits: number): string {
  let at = from;
  while (Number.isFinite(E[at])) at++;
  const row = Math.floor(at / (tables * bits));
  const table = Math.floor(at / bits) % tables;
  return (
    `embedding of row ${row}, table ${table}, dimension ${at % bits}: expected a finite value, ` +
    `got ${E[at]}`
  );
}
