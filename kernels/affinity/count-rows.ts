/**
 * Cooccurrence of words within a window of w places: s_ij = sum over unordered pairs of places (p,
 * q) of one document with words i and j, 0 < |p - q| <= w, of 1 / |p - q| (GloVe: Pennington et al.
 * 2014). Sums are kept in units of 1 / scale, scale = lcm(1..w), so they are integers, exact and
 * the same in any order. Words that do not count keep their places.
 *
 * The result is the upper half, row <= column, sorted, a row at a time over the places of its word;
 * a pair of places with one word twice counts once in s_ii. V words, w window.
 */

import { LimitError } from '../limit-error.ts';
import { codedBound, type CodedEntries, type RowCoder } from './delta-coding.ts';
import { loadWasm, type WasmKernel } from '../load-wasm.ts';
import { windowScale } from './window-scale.ts';

/**
 * Some whole rows, in order; views of the kernel's memory, good until the next one is asked for.
 */
export interface CountedRows {
  /** The rows are [from, to). */
  from: number;
  to: number;
  /** (to - from): where each row's entries end, from the first of these rows on. */
  ends: Uint32Array;
  /** Rising within a row, from the row on. */
  columns: Uint32Array;
  /** In units of 1 / windowScale(window), below 2^53. */
  sums: BigUint64Array;
  /** Columns and sums as bytes. */
  code(): CodedEntries;
}

export interface RowCounter {
  /**
   * Adds a document: `toIds` has the id of each of the tokens' ids, or -1 for a word that does not
   * count; token -1 is a dropped word.
   */
  addDocument(tokens: Int32Array, toIds: Int32Array): void;
  /**
   * Adds what a document that is counted in two parts, cut before token `cut`, has across the cut:
   * each pair of places at most a window apart, by itself. So the parts and this make the whole
   * document.
   */
  addCut(tokens: Int32Array, cut: number, toIds: Int32Array): void;
  /** Tokens of the documents added. */
  size(): number;
  /**
   * The rows of all documents added; then the counter is empty again. Throws LimitError where a sum
   * reaches 2^53.
   */
  rows(): Generator<CountedRows>;
}

interface Exports extends RowCoder {
  sortPlaces(ids: number, count: number, starts: number, next: number, places: number): void;
  countRows(
    row: number,
    capacity: number,
    ids: number,
    starts: number,
    places: number,
    ends: number,
    weights: number,
    window: number,
    narrowPlaces: number,
    gathered: number,
  ): number;
}

/** Ids for tokens that do not count; as many as kernels/wasm/cooccurrence.ts says. */
const SPARE = 32;
/** Windows gathered at once; as many as kernels/wasm/cooccurrence.ts says. */
const GATHERED = 64;
/** With so many entries a yield ends at the end of their row. */
export const BLOCK_ENTRIES = 1 << 14;

let kept: WasmKernel<Exports> | undefined;

/** A counter of documents over V words. One at a time in a thread: its memory is shared. */
export function createRowCounter(V: number, window: number): RowCounter {
  const scale = windowScale(window);
  kept ??= loadWasm<Exports>('cooccurrence');
  const { exports: kernel } = kept;
  const capacity = BLOCK_ENTRIES - 1 + V;
  const wide = V + SPARE;
  const fixed = [
    4 * (V + 1),
    4 * V,
    4 * V,
    4 * (window + 1),
    4 * wide,
    8 * wide,
    4 * (wide + 2),
    V / 8 + 8,
    V / 512 + 8,
    4 * capacity,
    8 * capacity,
    codedBound(capacity, 4),
    codedBound(capacity, 8),
    GATHERED * (8 * window + 32),
  ];
  let room = 1 << 16;
  let idsAt = 0;
  let ids = new Uint32Array(0);
  grow(room);
  const [
    starts,
    next,
    ends,
    weightsAt,
    narrow,
    sums,
    touched,
    leaves,
    summary,
    columns,
    outSums,
    codedColumns,
    codedSums,
    gathered,
  ] = kept.allocate(fixed);
  new Uint8Array(kept.memory(), narrow, columns - narrow).fill(0);
  let length = fillSpare(ids, 0, window, V);
  let size = 0;

  /**
   * Ids lie behind all that V asks for, in memory of the kernel; behind them, when rows are asked
   * for, their places.
   */
  function grow(needed: number): void {
    room = Math.max(needed, Math.ceil(1.5 * ids.length));
    idsAt = kept!.allocate([...fixed, 4 * room]).at(-1)!;
    ids = new Uint32Array(kept!.memory(), idsAt, room);
  }

  function addDocument(tokens: Int32Array, toIds: Int32Array): void {
    const needed = length + tokens.length + window;
    if (needed > ids.length) grow(needed);
    for (let t = 0; t < tokens.length; t++) {
      const token = tokens[t];
      if (token < -1 || token >= toIds.length)
        throw new RangeError(`token ${t} is ${token}; expected -1 or an id below ${toIds.length}`);
      const id = token < 0 ? -1 : toIds[token];
      ids[length] = id < 0 ? V + (length & (SPARE - 1)) : id;
      length += 1;
    }
    length = fillSpare(ids, length, window, V);
    size += tokens.length;
  }

  function addCut(tokens: Int32Array, cut: number, toIds: Int32Array): void {
    for (let distance = 1; distance <= window; distance++) {
      const pair = new Int32Array(distance + 1).fill(-1);
      for (
        let left = Math.max(0, cut - distance);
        left < cut && left + distance < tokens.length;
        left++
      ) {
        pair[0] = tokens[left];
        pair[distance] = tokens[left + distance];
        addDocument(pair, toIds);
      }
    }
  }

  function* rows(): Generator<CountedRows> {
    const places = kept!.allocate([...fixed, 4 * length, 4 * length]).at(-1)!;
    const memory = kept!.memory();
    const weights = new Uint32Array(memory, weightsAt, window + 1);
    let reach = 0;
    for (let distance = 1; distance <= window; distance++) {
      weights[distance] = scale / distance;
      reach += 2 * weights[distance];
    }
    kernel.layout(V, narrow, sums, touched, leaves, summary, columns, outSums);
    kernel.sortPlaces(idsAt, length, starts, next, places);
    const narrowPlaces = Math.floor(0xffff_ffff / reach);
    for (let from = 0; from < V;) {
      kernel.rewind();
      const to = kernel.countRows(
        from,
        capacity,
        idsAt,
        starts,
        places,
        ends,
        weightsAt,
        window,
        narrowPlaces,
        gathered,
      );
      if (to < 0)
        throw new LimitError(
          `words ${to & 0x7fff_ffff} and ${kernel.refusedColumn()}: their sum reaches 2^53 ` +
            `units of 1 / ${scale}; use a smaller window or split the file`,
        );
      const count = kernel.written();
      yield {
        from,
        to,
        ends: new Uint32Array(memory, ends + 4 * from, to - from),
        columns: new Uint32Array(memory, columns, count),
        sums: new BigUint64Array(memory, outSums, count),
        code: () => ({
          columns: new Uint8Array(
            memory,
            codedColumns,
            kernel.codeColumns(codedColumns) - codedColumns,
          ),
          sums: new Uint8Array(memory, codedSums, kernel.codeSums(codedSums) - codedSums),
        }),
      };
      from = to;
    }
    ids = new Uint32Array(memory, idsAt, room);
    length = fillSpare(ids, 0, window, V);
    size = 0;
  }

  return { addDocument, addCut, size: () => size, rows };
}

/** The gap before, between and behind documents: no window reaches across it. */
function fillSpare(ids: Uint32Array, from: number, window: number, V: number): number {
  for (let k = 0; k < window; k++) ids[from + k] = V + ((from + k) & (SPARE - 1));
  return from + window;
}
