import { crc32 } from 'node:zlib';
import { Failure } from '../schemas/failures.ts';
import { encodeThrift, type Fields, i32, i64, list, struct, text, writeVarint } from './thrift.ts';

/**
 * Sparse counts, (row int32, column int32, sum int64) sorted by (row, column), as a Parquet file that can be written a few rows at a time and read
 * in place: a row group a block of whole rows, the row as a dictionary with one run of RLE a row, column and sum as one plain page each, all
 * uncompressed, each page with its CRC. Any reader of Parquet takes it; `blocks` says where the plain values lie.
 */
export interface CountsBlock {
  /** Entries in it. */
  entries: number;
  /** Where the columns (4 bytes each) and the sums (8 bytes each) begin in the file. */
  columnsAt: number;
  sumsAt: number;
  columnsCrc: number;
  sumsCrc: number;
}

export interface CountsWriter {
  /** Rows [from, from + ends.length), whose entries end at `ends`; the arrays are copied. Rows rise from call to call. */
  add(from: number, ends: Uint32Array, columns: Uint32Array, sums: BigUint64Array): void;
  finish(): CountsFile;
}

export interface CountsFile {
  bytes: Uint8Array;
  entries: number;
  blocks: CountsBlock[];
  /** The rows that have entries, and where those end, from the file's first entry on. */
  rows: Int32Array;
  ends: Float64Array;
}

const MAGIC = Buffer.from('PAR1');
const LEAST_BYTES = 1 << 20;
const TYPE = { int32: 1, int64: 2 } as const;
const ENCODING = { plain: 0, rle: 3, dictionary: 8 } as const;
const PAGE = { data: 0, dictionary: 2 } as const;

export function createCountsWriter(): CountsWriter {
  let file = new Uint8Array(LEAST_BYTES);
  file.set(MAGIC);
  let at = MAGIC.length;
  let entries = 0;
  const blocks: CountsBlock[] = [];
  const groups: Fields[] = [];
  const rows: number[] = [];
  const ends: number[] = [];

  const write = (bytes: Uint8Array) => {
    if (at + bytes.length > file.length) {
      const larger = new Uint8Array(Math.max(2 * file.length, at + bytes.length));
      larger.set(file.subarray(0, at));
      file = larger;
    }
    file.set(bytes, at);
    at += bytes.length;
  };

  /** Writes a page; returns where its values begin and their checksum. */
  function page(kind: keyof typeof PAGE, count: number, encoding: number, values: Uint8Array): { valuesAt: number; crc: number } {
    const crc = crc32(values);
    const header: Fields[number] = kind === 'data' ? [5, struct([1, i32(count)], [2, i32(encoding)], [3, i32(ENCODING.rle)], [4, i32(ENCODING.rle)])] : [7, struct([1, i32(count)], [2, i32(encoding)])];
    write(encodeThrift([[1, i32(PAGE[kind])], [2, i32(values.length)], [3, i32(values.length)], [4, i32(crc | 0)], header]));
    const valuesAt = at;
    write(values);
    return { valuesAt, crc };
  }

  function add(from: number, rowEnds: Uint32Array, columns: Uint32Array, sums: BigUint64Array): void {
    if (columns.length === 0) return;
    const present: number[] = [];
    const lengths: number[] = [];
    let before = 0;
    for (let r = 0; r < rowEnds.length; r++) {
      const end = rowEnds[r]!;
      if (end === before) continue;
      present.push(from + r);
      lengths.push(end - before);
      rows.push(from + r);
      ends.push(entries + end);
      before = end;
    }
    const start = at;
    page('dictionary', present.length, ENCODING.plain, bytesOf(Int32Array.from(present)));
    const rowsAt = at;
    page('data', columns.length, ENCODING.dictionary, encodeRuns(lengths));
    const columnStart = at;
    const column = page('data', columns.length, ENCODING.plain, bytesOf(columns));
    const sumStart = at;
    const sum = page('data', columns.length, ENCODING.plain, bytesOf(sums));
    blocks.push({ entries: columns.length, columnsAt: column.valuesAt, sumsAt: sum.valuesAt, columnsCrc: column.crc, sumsCrc: sum.crc });
    const chunk = (name: string, type: number, encodings: number[], first: number, end: number, dataAt: number) =>
      struct(
        [2, i64(first)],
        [3, struct([1, i32(type)], [2, list(encodings.map(i32))], [3, list([text(name)])], [4, i32(0)], [5, i64(columns.length)], [6, i64(end - first)], [7, i64(end - first)], [9, i64(dataAt)], ...(dataAt === first ? [] : [[11, i64(first)] as const]))],
      );
    groups.push([
      [1, list([
        chunk('row', TYPE.int32, [ENCODING.plain, ENCODING.rle, ENCODING.dictionary], start, columnStart, rowsAt),
        chunk('column', TYPE.int32, [ENCODING.plain, ENCODING.rle], columnStart, sumStart, columnStart),
        chunk('sum', TYPE.int64, [ENCODING.plain, ENCODING.rle], sumStart, at, sumStart),
      ])],
      [2, i64(at - start)],
      [3, i64(columns.length)],
    ]);
    entries += columns.length;
  }

  function finish(): CountsFile {
    const leaf = (name: string, type: number) => struct([1, i32(type)], [3, i32(0)], [4, text(name)]);
    const schema = list([struct([4, text('schema')], [5, i32(3)]), leaf('row', TYPE.int32), leaf('column', TYPE.int32), leaf('sum', TYPE.int64)]);
    const footer = encodeThrift([[1, i32(1)], [2, schema], [3, i64(entries)], [4, list(groups.map((fields) => struct(...fields)))], [6, text('hashloom')]]);
    write(footer);
    write(bytesOf(Uint32Array.of(footer.length)));
    write(MAGIC);
    return { bytes: file.subarray(0, at), entries, blocks, rows: Int32Array.from(rows), ends: Float64Array.from(ends) };
  }

  return { add, finish };
}

/** The columns and sums of a block from the bytes that lie there; an IntegrityError where they are not those that were written. */
export function decodeBlock(block: CountsBlock, columns: Uint8Array, sums: Uint8Array, where: string): { columns: Uint32Array; sums: BigUint64Array } {
  const broken = columns.length !== 4 * block.entries || sums.length !== 8 * block.entries || crc32(columns) !== block.columnsCrc || crc32(sums) !== block.sumsCrc;
  if (broken) throw new Failure('IntegrityError', `${where}: the block at byte ${block.columnsAt} is not the one that was written (length or CRC); delete the artifact's folder and run the reindex again`);
  return { columns: new Uint32Array(copied(columns)), sums: new BigUint64Array(copied(sums)) };
}

/** Indices 0, 1, 2 ... repeated `lengths` times each, as Parquet's hybrid of runs: bit width, then (2 x length, index) a run. */
function encodeRuns(lengths: number[]): Uint8Array {
  const width = Math.ceil(Math.log2(Math.max(lengths.length, 2)));
  const bytes = [width];
  for (const [index, length] of lengths.entries()) {
    writeVarint(bytes, 2 * length);
    for (let shift = 0; shift < width; shift += 8) bytes.push((index >>> shift) & 255);
  }
  return Uint8Array.from(bytes);
}

function copied(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

const bytesOf = (array: Int32Array | Uint32Array | BigUint64Array): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
