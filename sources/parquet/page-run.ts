import {
  boolean,
  encodeThrift,
  type Fields,
  i32,
  i64,
  list,
  struct,
  text,
} from '../../store/tables/thrift.ts';
import type { Page } from './column-pages.ts';
import type { LeafColumn } from './column-types.ts';
import type { ColumnChunk } from './parquet-footer.ts';
import { PHYSICAL, REPETITION } from './parquet-schema.ts';

/** Some pages of a column that follow one another, with its dictionary. */
export interface PageRun {
  column: LeafColumn;
  chunk: ColumnChunk;
  dictionary: Page | undefined;
  pages: Page[];
  /** The first page may go on with the list that the page before it ended in. */
  isContinued: boolean;
}

const MAGIC = Buffer.from('PAR1');
const LIST = 3;
const PLAIN = 0;
const DATA_V2 = 3;

/**
 * The run as a Parquet file of its own, of one column that has no type but its physical one: so a
 * decoder neither judges texts nor needs to know what a number stands for, and takes a few
 * megabytes at a time of a row group of any size. A run that may begin within a list gets a page
 * before it with a list of one value, so that its first row is that value and what belongs to the
 * list before. The bytes are good until the next call.
 */
export function runFile({ column, chunk, dictionary, pages, isContinued }: PageRun): Uint8Array {
  const parts: Uint8Array[] = [MAGIC];
  if (dictionary) parts.push(dictionary.bytes);
  const dataAt = lengthOf(parts);
  if (isContinued) parts.push(beginningPage(column));
  for (const { bytes } of pages) parts.push(bytes);
  const bytes = lengthOf(parts) - MAGIC.length;
  const values = pages.reduce((sum, page) => sum + page.values, isContinued ? 1 : 0);
  const { elements, path } = schemaOf(column);
  const plainBytes = pages.reduce((sum, page) => sum + page.plainBytes, 0);
  const metadata: Fields = [
    [1, i32(chunk.type)],
    [2, list([...new Set([...chunk.encodings, PLAIN])].map(i32))],
    [3, list(path.map(text))],
    [4, i32(chunk.codec)],
    [5, i64(values)],
    [6, i64(plainBytes)],
    [7, i64(bytes)],
    [9, i64(dataAt)],
    ...(dictionary ? [[11, i64(MAGIC.length)] as const] : []),
  ];
  const group = struct(
    [1, list([struct([2, i64(0)], [3, struct(...metadata)])])],
    [2, i64(plainBytes)],
    // Rows of lists are not known before they are decoded; no reader needs more than a bound.
    [3, i64(values)],
  );
  const footer = encodeThrift([
    [1, i32(1)],
    [2, list(elements.map((fields) => struct(...fields)))],
    [3, i64(values)],
    [4, list([group])],
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return joined([...parts, footer, length, MAGIC]);
}

/** One buffer serves all runs: a decoder copies what it is given before it returns. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = lengthOf(parts);
  if (bytes > MOST_KEPT_BYTES) return Buffer.concat(parts);
  if (kept.length < bytes) kept = new Uint8Array(Math.min(MOST_KEPT_BYTES, 2 * bytes));
  let at = 0;
  for (const part of parts) {
    kept.set(part, at);
    at += part.length;
  }
  return kept.subarray(0, bytes);
}

const MOST_KEPT_BYTES = 16 * 1024 * 1024;
let kept = new Uint8Array(0);

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** The plainest schema whose levels mean the same. */
function schemaOf(column: LeafColumn): { elements: Fields[]; path: string[] } {
  const { element, isList, optionalAbove, optionalBelow } = column;
  const elements: Fields[] = [];
  const path: string[] = [];
  const group = (repetition: number, annotation: Fields = []): void => {
    const name = `g${path.length}`;
    path.push(name);
    elements.push([[3, i32(repetition)], [4, text(name)], [5, i32(1)], ...annotation]);
  };
  const leafOf = (optional: number): void => {
    for (let k = 1; k < optional; k++) group(REPETITION.optional);
    path.push('v');
    elements.push([
      [1, i32(element.type!)],
      ...(element.type === PHYSICAL.fixed ? [[2, i32(element.length)] as const] : []),
      [3, i32(optional > 0 ? REPETITION.optional : REPETITION.required)],
      [4, text('v')],
    ]);
  };
  if (isList) {
    for (let k = 1; k < optionalAbove; k++) group(REPETITION.optional);
    group(optionalAbove > 0 ? REPETITION.optional : REPETITION.required, [[6, i32(LIST)]]);
    group(REPETITION.repeated);
    leafOf(optionalBelow);
  } else leafOf(optionalAbove);
  return {
    elements: [
      [
        [4, text('root')],
        [5, i32(1)],
      ],
      ...elements,
    ],
    path,
  };
}

/** A page of v2 with one list of one value of zeros, which may stand in a chunk of any codec. */
function beginningPage({ element, optionalAbove, optionalBelow }: LeafColumn): Uint8Array {
  // Runs of RLE: one value in a byte each.
  const repetition = [2, 0];
  const definition = [2, optionalAbove + 1 + optionalBelow];
  const body = Uint8Array.from([
    ...repetition,
    ...definition,
    ...new Array<number>(plainWidth(element.type!, element.length)).fill(0),
  ]);
  const header = encodeThrift([
    [1, i32(DATA_V2)],
    [2, i32(body.length)],
    [3, i32(body.length)],
    [
      8,
      struct(
        [1, i32(1)],
        [2, i32(0)],
        [3, i32(1)],
        [4, i32(PLAIN)],
        [5, i32(definition.length)],
        [6, i32(repetition.length)],
        [7, boolean(false)],
      ),
    ],
  ]);
  return Buffer.concat([header, body]);
}

/** Bytes of one value in plain encoding; of bytes it is the length that they begin with. */
function plainWidth(type: number, length: number): number {
  if (type === PHYSICAL.boolean) return 1;
  if (type === PHYSICAL.fixed) return length;
  return type === PHYSICAL.int64 || type === PHYSICAL.double ? 8 : 4;
}
