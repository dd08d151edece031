import type { LeafColumn } from './column-types.ts';
import { type PageRun, runFile } from './page-run.ts';
import { DECODER_BYTES, type ParquetDecoder, withDecoder } from './parquet-decoder.ts';
import { PHYSICAL } from './parquet-schema.ts';

/** Values of a column, near to how Arrow lays them out. */
export interface LeafValues {
  length: number;
  /** 0 for each value that is missing, else 1; undefined where there is none missing. */
  present: Uint8Array | undefined;
  /** Of bytes of any length: value i is [offsets[i], offsets[i + 1]) of the data. */
  offsets: Int32Array | undefined;
  /** Elements of the data a value takes, where there are no offsets. */
  width: number;
  data: Int32Array | BigInt64Array | Float32Array | Float64Array | Uint8Array;
}

/** Rows of a column; of a list, row i is items [offsets[i], offsets[i + 1]). */
export interface ColumnPiece {
  rows: number;
  /** 0 for each row without a value, else 1; undefined where all have one. */
  present: Uint8Array | undefined;
  offsets: Int32Array | undefined;
  items: LeafValues;
}

/** A run that takes more is given to the larger decoder. */
const SMALL_RUN_BYTES = DECODER_BYTES.small / 6;

/** Throws what the decoder throws, a trap among it. */
export function decodeRun(run: PageRun): ColumnPiece[] {
  const file = runFile(run);
  const plain = run.pages.reduce((sum, { plainBytes }) => sum + plainBytes, 0);
  const size = file.length + plain > SMALL_RUN_BYTES ? 'large' : 'small';
  return withDecoder(size, (decoder) => {
    const table = decoder.readParquet(file, { batchSize: 2 ** 31 - 1 });
    const pieces: ColumnPiece[] = [];
    for (const batch of table.recordBatches()) {
      const exported = batch.intoFFI();
      pieces.push(takePiece(decoder, exported.arrayAddr(), run.column));
      exported.free();
    }
    table.free();
    return pieces;
  });
}

/** An array of Arrow's C data interface, whose pointers are four bytes in WebAssembly. */
interface ForeignArray {
  length: number;
  nulls: number;
  offset: number;
  buffers: number[];
  children: number[];
}

function takePiece(decoder: ParquetDecoder, address: number, column: LeafColumn): ColumnPiece {
  const memory = decoder.wasmMemory().buffer;
  const view = new DataView(memory);
  const child = (array: ForeignArray): ForeignArray => readArray(view, array.children[0]!);
  let array = child(readArray(view, address));
  const { isList, optionalAbove, optionalBelow } = column;
  for (let k = 1; k < optionalAbove; k++) array = child(array);
  if (!isList) {
    const items = takeValues(memory, array, column);
    return { rows: array.length, present: items.present, offsets: undefined, items };
  }
  const list = array;
  const offsets = copyOf(memory, Int32Array, list.buffers[1]!, list.offset, list.length + 1);
  let leaf = child(list);
  for (let k = 1; k < optionalBelow; k++) leaf = child(leaf);
  return {
    rows: list.length,
    present: presentOf(memory, list),
    offsets,
    items: takeValues(memory, leaf, column),
  };
}

function readArray(view: DataView, address: number): ForeignArray {
  const long = (at: number): number => Number(view.getBigInt64(address + at, true));
  const pointers = (count: number, at: number): number[] => {
    const table = view.getUint32(address + at, true);
    return Array.from({ length: count }, (_, k) => view.getUint32(table + 4 * k, true));
  };
  return {
    length: long(0),
    nulls: long(8),
    offset: long(16),
    buffers: pointers(long(24), 40),
    children: pointers(long(32), 44),
  };
}

function takeValues(memory: ArrayBuffer, array: ForeignArray, { element }: LeafColumn): LeafValues {
  const { length, offset, buffers } = array;
  const present = presentOf(memory, array);
  const values = (data: LeafValues['data'], width = 1): LeafValues => ({
    length,
    present,
    offsets: undefined,
    width,
    data,
  });
  const at = buffers[1] ?? 0;
  switch (element.type) {
    case PHYSICAL.boolean:
      return values(bitsAt(memory, at, offset, length));
    case PHYSICAL.int32:
      return values(copyOf(memory, Int32Array, at, offset, length));
    case PHYSICAL.int64:
      return values(copyOf(memory, BigInt64Array, at, offset, length));
    case PHYSICAL.float:
      return values(copyOf(memory, Float32Array, at, offset, length));
    case PHYSICAL.double:
      return values(copyOf(memory, Float64Array, at, offset, length));
    case PHYSICAL.bytes: {
      const offsets = copyOf(memory, Int32Array, at, offset, length + 1);
      const [first, last] = [offsets[0]!, offsets[length]!];
      const data = copyOf(memory, Uint8Array, buffers[2]!, first, last - first);
      if (first > 0) for (let k = 0; k <= length; k++) offsets[k]! -= first;
      return { ...values(data), offsets };
    }
    case PHYSICAL.fixed: {
      const width = element.length;
      return values(copyOf(memory, Uint8Array, at, offset * width, length * width), width);
    }
    default:
      throw new RangeError(`a column of the physical type ${element.type}`);
  }
}

interface TypedArrays<T> {
  new (length: number): T;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

/** Values [from, from + length) behind an address; empty arrays may have none. */
function copyOf<T extends LeafValues['data']>(
  memory: ArrayBuffer,
  type: TypedArrays<T>,
  address: number,
  from: number,
  length: number,
): T {
  if (length === 0 || address === 0) return new type(length);
  const at = address + from * type.BYTES_PER_ELEMENT;
  return new type(memory, at, length).slice() as T;
}

function presentOf(memory: ArrayBuffer, array: ForeignArray): Uint8Array | undefined {
  if (array.nulls === 0 || array.buffers[0] === 0) return undefined;
  return bitsAt(memory, array.buffers[0]!, array.offset, array.length);
}

/** A byte a bit. */
function bitsAt(memory: ArrayBuffer, address: number, offset: number, length: number): Uint8Array {
  const bits = new Uint8Array(memory, address, (offset + length + 7) >> 3);
  return Uint8Array.from(
    { length },
    (_, k) => (bits[(offset + k) >> 3]! >> ((offset + k) & 7)) & 1,
  );
}
