import { writeVarint, varintBytes } from '../../format/varint.ts';
import type { ByteStrings } from '../pages/keys.ts';

/** The items of a cell in the order of their numbers. */
interface CellItems {
  /** Rising. */
  numbers: Uint32Array;
  /** (n, D). */
  rows: Int8Array;
  scales: Float32Array;
  dimensions: number;
}

/**
 * A cell as `cells.bin` has it: the numbers as a varint and differences, the keys, the scales as
 * float32, the vectors of D bytes each.
 */
export function encodeCell(
  { numbers, rows, scales, dimensions: D }: CellItems,
  keys: ByteStrings & { idsAlone: boolean },
): Uint8Array {
  const n = numbers.length;
  let bytes = n * (4 + D);
  for (let i = 0; i < n; i++) {
    const length = keys.offsets[numbers[i] + 1] - keys.offsets[numbers[i]];
    bytes += varintBytes(i === 0 ? numbers[0] : numbers[i] - numbers[i - 1]);
    bytes += length + (keys.idsAlone ? 0 : varintBytes(length));
  }
  const out = new Uint8Array(bytes);
  let at = 0;
  for (let i = 0; i < n; i++)
    at = writeVarint(out, at, i === 0 ? numbers[0] : numbers[i] - numbers[i - 1]);
  for (const number of numbers) {
    const [start, end] = [keys.offsets[number], keys.offsets[number + 1]];
    if (!keys.idsAlone) at = writeVarint(out, at, end - start);
    out.set(keys.bytes.subarray(start, end), at);
    at += end - start;
  }
  const view = new DataView(out.buffer);
  for (const scale of scales) {
    view.setFloat32(at, scale, true);
    at += 4;
  }
  new Int8Array(out.buffer).set(rows, at);
  return out;
}
