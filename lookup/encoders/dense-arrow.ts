import { IndexFormatError } from '../index-errors.ts';

/** Row-major float32. */
interface DenseRows {
  rows: number;
  width: number;
  values: Float32Array;
}

const MAGIC = 'ARROW1';
/** Of the footer's table: its record batches; of a block of them: offset, metadata, body. */
const FOOTER_BATCHES = 3;
/** Of a message's table: its header; of a record batch: its rows and its buffers. */
const MESSAGE_HEADER = 2;
const BATCH_ROWS = 0;
const BATCH_BUFFERS = 2;
const BUFFER_BYTES = 16;

/**
 * The one column FixedSizeList<float32> of an Arrow IPC file with one record batch and no nulls, as
 * Hashloom writes `hyperplanes.arrow` and `mean.arrow`: all that a reader needs of Arrow, so that
 * it needs no library for it. Throws IndexFormatError on other files.
 */
export function readDenseArrow(part: string, bytes: Uint8Array): DenseRows {
  const refuse = (expected: string, actual: unknown, offset?: number): never => {
    throw new IndexFormatError(part, offset, expected, String(actual));
  };
  const text = (at: number) => String.fromCharCode(...bytes.subarray(at, at + MAGIC.length));
  const end = bytes.length - MAGIC.length;
  if (end < MAGIC.length + 6 || text(0) !== MAGIC || text(end) !== MAGIC)
    refuse('an Arrow file', `${bytes.length} bytes of another kind`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    const footerBytes = view.getInt32(end - 4, true);
    const footer = rootOf(view, end - 4 - footerBytes);
    const batches = vectorOf(view, footer, FOOTER_BATCHES);
    if (batches.length !== 1) refuse('one record batch', batches.length);
    const start = Number(view.getBigInt64(batches.at, true));
    const metadataBytes = view.getInt32(batches.at + 8, true);
    const bodyBytes = Number(view.getBigInt64(batches.at + 16, true));
    if (start < 0 || start + metadataBytes + bodyBytes > end - 4 - footerBytes)
      refuse('a record batch within the file', `bytes ${start} on`, batches.at);
    // Behind the mark of continuation and the length of the metadata.
    const message = rootOf(view, start + 8);
    const batch = tableOf(view, message, MESSAGE_HEADER);
    const rows = Number(view.getBigInt64(fieldOf(view, batch, BATCH_ROWS), true));
    const buffers = vectorOf(view, batch, BATCH_BUFFERS);
    const last = buffers.at + (buffers.length - 1) * BUFFER_BYTES;
    const from = start + metadataBytes + Number(view.getBigInt64(last, true));
    const length = Number(view.getBigInt64(last + 8, true));
    const width = length / 4 / rows;
    if (!Number.isInteger(width) || width < 1 || from + length > bytes.length)
      refuse(`${rows} rows of float32`, `${length} bytes`, last);
    return { rows, width, values: new Float32Array(bytes.slice(from, from + length).buffer) };
  } catch (error) {
    if (error instanceof IndexFormatError) throw error;
    return refuse('the tables of an Arrow file', (error as Error).message);
  }
}

/** Flatbuffers: a table is found by an offset, its fields by the vtable before it. */
function rootOf(view: DataView, at: number): number {
  return at + view.getUint32(at, true);
}

/** Where a field of a table lies. Throws RangeError where the table has none. */
function fieldOf(view: DataView, table: number, field: number): number {
  const vtable = table - view.getInt32(table, true);
  const entry = 4 + 2 * field;
  const offset = entry < view.getUint16(vtable, true) ? view.getUint16(vtable + entry, true) : 0;
  if (offset === 0) throw new RangeError(`no field ${field} in the table at byte ${table}`);
  return table + offset;
}

function tableOf(view: DataView, table: number, field: number): number {
  return rootOf(view, fieldOf(view, table, field));
}

function vectorOf(view: DataView, table: number, field: number): { at: number; length: number } {
  const vector = tableOf(view, table, field);
  return { at: vector + 4, length: view.getUint32(vector, true) };
}
