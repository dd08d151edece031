import { checkCodeShape } from '../numbers/binarize.ts';
import { codeKernel, type Projection, toPanels, widthOf } from './code-kernel.ts';
import { rowScales, writeScaled } from './scale-rows.ts';

/** Taken at once: what the kernel holds of them is bounded, whatever there is of rows. */
const BLOCK_ROWS = 1024;

/**
 * Codes (n, bits / 8) of vectors `values` (n, d) by a learned projection, bit 0 the most
 * significant bit of the first byte. A row is scaled to length 4 first, as in learning; a row of
 * zeros has the code of the offsets alone. What a row gets does not hang on the others. Throws
 * RangeError on sizes that do not fit and on values that are not finite, with their place.
 */
export function codesOf(values: Float32Array, d: number, projection: Projection): Uint8Array {
  const bits = projection.offsets.length;
  checkCodeShape(1, bits);
  const scales = rowScales(values, d, 'vectors');
  if (projection.weights.length !== d * bits)
    throw new RangeError(
      `projection: expected ${d} x ${bits} weights, got ${projection.weights.length}`,
    );
  for (const part of [projection.weights, projection.offsets]) {
    const at = part.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw new RangeError(`projection: value ${at} is ${part[at]}, not finite`);
  }
  const width = widthOf(d);
  const kernel = codeKernel();
  const [x, weights, panels, out] = kernel.allocate([
    4 * BLOCK_ROWS * width,
    4 * width * bits,
    4 * BLOCK_ROWS * bits,
    (BLOCK_ROWS * bits) / 8,
  ]) as [number, number, number, number];
  const rows = new Float32Array(kernel.memory(), x, BLOCK_ROWS * width);
  for (let at = d; at < rows.length; at += width) rows[at] = 1;
  toPanels(projection, d, new Float32Array(kernel.memory(), weights, width * bits));
  const codes = new Uint8Array((scales.length * bits) / 8);
  for (let from = 0; from < scales.length; from += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, scales.length - from);
    for (let row = 0; row < count; row++)
      writeScaled(values, from + row, d, scales[from + row], rows, row * width);
    kernel.exports.project(x, BLOCK_ROWS, width, weights, bits, panels);
    kernel.exports.signs(panels, BLOCK_ROWS, bits, out);
    codes.set(new Uint8Array(kernel.memory(), out, (count * bits) / 8), (from * bits) / 8);
  }
  return codes;
}
