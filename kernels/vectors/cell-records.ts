import { crc32c } from '../../format/checksum.ts';
import type { ByteStrings } from '../pages/keys.ts';
import type { WrittenCell } from './build-cell-map.ts';
import { encodeCell } from './encode-cell.ts';

/**
 * Records of items on their way to cells: the number of the cell and of the item as u32, the scale
 * as float32, the vector of D bytes.
 */
export const recordBytes = (dimensions: number): number => 12 + dimensions;

/** Items of a cell at most: what is larger is written as several of the same centroid. */
const MAX_CELL_ITEMS = 512;
/** Of the vectors of a cell: one read of a search should hold a few. */
const MAX_CELL_BYTES = 65_536;

/** Writes a record at `at`. */
export function writeRecord(
  out: DataView,
  at: number,
  record: { cell: number; number: number; scale: number; values: Int8Array },
): void {
  const { cell, number, scale, values } = record;
  out.setUint32(at, cell, true);
  out.setUint32(at + 4, number, true);
  out.setFloat32(at + 8, scale, true);
  new Int8Array(out.buffer, out.byteOffset).set(values, at + 12);
}

export interface RecordsInput {
  /** Whole records in any order. */
  records: Uint8Array;
  dimensions: number;
  /** By item number. */
  keys: ByteStrings & { idsAlone: boolean };
  /** What checksums go on from. */
  seed: number;
}

/** The cells of records by their number, the items of each by theirs. */
export function* cellsOfRecords({
  records,
  dimensions: D,
  keys,
  seed,
}: RecordsInput): Generator<WrittenCell & { content: Uint8Array }, void, undefined> {
  const size = recordBytes(D);
  const n = records.length / size;
  if (!Number.isInteger(n))
    throw new RangeError(`records: ${records.length} bytes are no whole records of ${size}`);
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const cellOf = Uint32Array.from({ length: n }, (_, i) => view.getUint32(i * size, true));
  const numberOf = Uint32Array.from({ length: n }, (_, i) => view.getUint32(i * size + 4, true));
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => cellOf[a] - cellOf[b] || numberOf[a] - numberOf[b],
  );
  const most = Math.max(1, Math.min(MAX_CELL_ITEMS, Math.floor(MAX_CELL_BYTES / D)));
  const signed = new Int8Array(records.buffer, records.byteOffset, records.byteLength);
  for (let first = 0, end = 0; first < n; first = end) {
    const cell = cellOf[order[first]];
    while (end < n && end - first < most && cellOf[order[end]] === cell) end++;
    const own = order.subarray(first, end);
    const rows = new Int8Array(own.length * D);
    const scales = new Float32Array(own.length);
    own.forEach((record, i) => {
      const at = record * size;
      scales[i] = view.getFloat32(at + 8, true);
      rows.set(signed.subarray(at + 12, at + size), i * D);
    });
    const content = encodeCell(
      {
        numbers: own.map((record) => numberOf[record]),
        rows,
        scales,
        dimensions: D,
      },
      keys,
    );
    const crc = crc32c(content, 0, content.length, seed);
    yield { cell, bytes: content.length, items: own.length, crc, content };
  }
}
