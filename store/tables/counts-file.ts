import { crc32 } from 'node:zlib';
import { Failure } from '../../schemas/failures.ts';
import type { GrowingFile } from '../growing-file.ts';
import {
  encoded,
  encodeThrift,
  type Fields,
  i32,
  i64,
  list,
  struct,
  text,
  writeVarint,
} from './thrift.ts';

/**
 * Sparse counts, (row int32, column int32, sum int64) sorted by (row, column), as a Parquet file
 * that can be written a few rows at a time and read in place: a row group a block of whole rows,
 * the row as a dictionary with one run of RLE a row, columns and sums one page each, coded as
 * DELTA_BINARY_PACKED by the kernels, each page with its CRC. Any reader of Parquet takes it;
 * `blocks` says where the coded values lie.
 */
export interface CountsBlock {
  /** Entries in it. */
  entries: number;
  /**
   * Where the coded columns and sums begin in the file, how many bytes they are, and their CRC-32.
   */
  columnsAt: number;
  columnsBytes: number;
  columnsCrc: number;
  sumsAt: number;
  sumsBytes: number;
  sumsCrc: number;
}

/** Columns and sums of a block, coded. */
export interface CodedBlock {
  columns: Uint8Array;
  sums: Uint8Array;
}

export interface CountsWriter {
  /**
   * Writes rows [from, from + ends.length), whose entries end at `ends`; the arrays are copied.
   * Rows rise from call to call.
   */
  add(from: number, ends: Uint32Array, coded: CodedBlock): void;
  finish(): CountsFile;
}

export interface CountsFile {
  /** The whole file, or the local file that holds it. */
  content: { bytes: Uint8Array } | { file: string };
  entries: number;
  blocks: CountsBlock[];
  /** The rows that have entries, and where those end, from the file's first entry on. */
  rows: Int32Array;
  ends: Float64Array;
}

const MAGIC = Buffer.from('PAR1');
const TYPE = { int32: 1, int64: 2 } as const;
const ENCODING = { plain: 0, rle: 3, delta: 5, dictionary: 8 } as const;
const PAGE = { data: 0, dictionary: 2 } as const;

/** A writer to `file`: in memory up to its bound, then in a local file. */
export function createCountsWriter(file: GrowingFile): CountsWriter {
  return new CountsFileWriter(file);
}

/**
 * A class, so that every file's writer runs the code that V8 has compiled for the ones before;
 * closures would be compiled anew for each.
 */
class CountsFileWriter implements CountsWriter {
  readonly #file: GrowingFile;
  #entries = 0;
  readonly #blocks: CountsBlock[] = [];
  /**
   * Coded at once: as objects, the many blocks of a large run would be marked in every collection
   * of garbage.
   */
  readonly #groups: Uint8Array[] = [];
  readonly #rows: number[] = [];
  readonly #ends: number[] = [];

  constructor(file: GrowingFile) {
    this.#file = file;
    file.push(MAGIC);
  }

  add(from: number, rowEnds: Uint32Array, coded: CodedBlock): void {
    const count = rowEnds.at(-1) ?? 0;
    if (count === 0) return;
    const { present, lengths } = this.#addRows(from, rowEnds);
    const file = this.#file;
    const start = file.length();
    this.#page('dictionary', present.length, ENCODING.plain, bytesOf(Int32Array.from(present)));
    const rowsAt = file.length();
    this.#page('data', count, ENCODING.dictionary, encodeRuns(lengths));
    const columnStart = file.length();
    const column = this.#page('data', count, ENCODING.delta, coded.columns);
    const sumStart = file.length();
    const sum = this.#page('data', count, ENCODING.delta, coded.sums);
    const end = file.length();
    this.#blocks.push({
      entries: count,
      columnsAt: column.valuesAt,
      columnsBytes: coded.columns.length,
      columnsCrc: column.crc,
      sumsAt: sum.valuesAt,
      sumsBytes: coded.sums.length,
      sumsCrc: sum.crc,
    });
    const chunks = [
      chunkOf(
        'row',
        TYPE.int32,
        [ENCODING.plain, ENCODING.rle, ENCODING.dictionary],
        count,
        start,
        columnStart,
        rowsAt,
      ),
      chunkOf(
        'column',
        TYPE.int32,
        [ENCODING.delta, ENCODING.rle],
        count,
        columnStart,
        sumStart,
        columnStart,
      ),
      chunkOf('sum', TYPE.int64, [ENCODING.delta, ENCODING.rle], count, sumStart, end, sumStart),
    ];
    this.#groups.push(
      encodeThrift([
        [1, list(chunks)],
        [2, i64(end - start)],
        [3, i64(count)],
      ]),
    );
    this.#entries += count;
  }

  /** The rows that have entries, and how many. */
  #addRows(from: number, rowEnds: Uint32Array): { present: number[]; lengths: number[] } {
    const present: number[] = [];
    const lengths: number[] = [];
    let before = 0;
    for (let r = 0; r < rowEnds.length; r++) {
      const end = rowEnds[r]!;
      if (end === before) continue;
      present.push(from + r);
      lengths.push(end - before);
      this.#rows.push(from + r);
      this.#ends.push(this.#entries + end);
      before = end;
    }
    return { present, lengths };
  }

  /** Writes a page; returns where its values begin and their checksum. */
  #page(
    kind: keyof typeof PAGE,
    count: number,
    encoding: number,
    values: Uint8Array,
  ): { valuesAt: number; crc: number } {
    const crc = crc32(values);
    const header: Fields[number] =
      kind === 'data'
        ? [
            5,
            struct(
              [1, i32(count)],
              [2, i32(encoding)],
              [3, i32(ENCODING.rle)],
              [4, i32(ENCODING.rle)],
            ),
          ]
        : [7, struct([1, i32(count)], [2, i32(encoding)])];
    this.#file.push(
      encodeThrift([
        [1, i32(PAGE[kind])],
        [2, i32(values.length)],
        [3, i32(values.length)],
        [4, i32(crc | 0)],
        header,
      ]),
    );
    const valuesAt = this.#file.length();
    this.#file.push(values);
    return { valuesAt, crc };
  }

  finish(): CountsFile {
    const file = this.#file;
    const leaf = (name: string, type: number) =>
      struct([1, i32(type)], [3, i32(0)], [4, text(name)]);
    const schema = list([
      struct([4, text('schema')], [5, i32(3)]),
      leaf('row', TYPE.int32),
      leaf('column', TYPE.int32),
      leaf('sum', TYPE.int64),
    ]);
    const footer = encodeThrift([
      [1, i32(1)],
      [2, schema],
      [3, i64(this.#entries)],
      [4, list(this.#groups.map(encoded))],
      [6, text('hashloom')],
    ]);
    file.push(footer);
    file.push(bytesOf(Uint32Array.of(footer.length)));
    file.push(MAGIC);
    return {
      content: file.finish(),
      entries: this.#entries,
      blocks: this.#blocks,
      rows: Int32Array.from(this.#rows),
      ends: Float64Array.from(this.#ends),
    };
  }
}

/** A column's part of a row group: bytes [first, end) of the file. */
function chunkOf(
  name: string,
  type: number,
  encodings: number[],
  count: number,
  first: number,
  end: number,
  dataAt: number,
): ReturnType<typeof struct> {
  const fields: Fields[number][] = [
    [1, i32(type)],
    [2, list(encodings.map(i32))],
    [3, list([text(name)])],
    [4, i32(0)],
    [5, i64(count)],
    [6, i64(end - first)],
    [7, i64(end - first)],
    [9, i64(dataAt)],
  ];
  if (dataAt !== first) fields.push([11, i64(first)]);
  return struct([2, i64(first)], [3, struct(...fields)]);
}

/**
 * Bytes [columnsAt, the end of the sums) of a file as its block; an IntegrityError where they are
 * not those that were written.
 */
export function splitBlock(block: CountsBlock, bytes: Uint8Array, where: string): CodedBlock {
  const { columnsAt, columnsBytes, columnsCrc, sumsAt, sumsBytes, sumsCrc } = block;
  const columns = bytes.subarray(0, columnsBytes);
  const sums = bytes.subarray(sumsAt - columnsAt, sumsAt - columnsAt + sumsBytes);
  const broken =
    columns.length !== columnsBytes ||
    sums.length !== sumsBytes ||
    crc32(columns) !== columnsCrc ||
    crc32(sums) !== sumsCrc;
  if (broken)
    throw new Failure(
      'IntegrityError',
      `${where}: the block at byte ${columnsAt} is not the one that was written (length or ` +
        `CRC); delete the artifact's folder and run the reindex again`,
    );
  return { columns, sums };
}

/**
 * Indices 0, 1, 2 ... repeated `lengths` times each, as Parquet's hybrid of runs: bit width, then
 * (2 x length, index) a run.
 */
function encodeRuns(lengths: number[]): Uint8Array {
  const width = Math.ceil(Math.log2(Math.max(lengths.length, 2)));
  const bytes = [width];
  for (const [index, length] of lengths.entries()) {
    writeVarint(bytes, 2 * length);
    for (let shift = 0; shift < width; shift += 8) bytes.push((index >>> shift) & 255);
  }
  return Uint8Array.from(bytes);
}

const bytesOf = (array: Int32Array | Uint32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
