import { LIST_ENTRIES, LISTS } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import { readTablePart } from '../../store/tables/table-parts.ts';
import { type AllLists, listArtifacts } from './all-lists.ts';

/** The lists of neighbouring items, sorted by (item, relation). */
export interface ListBlock {
  /** Items [first, end): those without a list have none here. */
  first: number;
  end: number;
  /** (lists) */
  items: Int32Array;
  relations: Int32Array;
  scales: Float32Array;
  /** (lists + 1): entries of list k are [starts[k], starts[k + 1]). */
  starts: Int32Array;
  /** (entries), rising within a list. */
  neighbours: Int32Array;
  /** Bytes of the score, 1 to 255. */
  scores: Int32Array;
  known: Int32Array;
}

/** Items of a block: of lists of 50 in two relations it holds some 5 MiB. */
export const LIST_BLOCK_ITEMS = 4096;

/**
 * The lists of items [from, to) in blocks that begin at multiples of LIST_BLOCK_ITEMS, so that they
 * do not hang on the ranges that were listed; one row group of entries is in memory beside a block.
 */
export async function* readLists(
  store: Store,
  lists: AllLists,
  from: number,
  to: number,
): AsyncGenerator<ListBlock, void, undefined> {
  let block = openBlock(from, to);
  for (const [at, reference] of listArtifacts(lists).entries()) {
    if (lists.ranges[at + 1]! <= from || lists.ranges[at]! >= to) continue;
    const range = await openArtifact(store, reference);
    const { row, relation, size, scale } = await decodeParquet(
      await range.part('lists.parquet'),
      LISTS,
      'lists.parquet',
    );
    let list = 0;
    let missing = size[0] ?? 0;
    for await (const entries of readTablePart(range, 'neighbours.parquet', LIST_ENTRIES)) {
      for (let taken = 0; taken < entries.neighbour.length;) {
        const item = row[list]!;
        while (item >= block.end && block.end < to) {
          yield block.finish();
          block = openBlock(block.end, to);
        }
        const count = Math.min(missing, entries.neighbour.length - taken);
        if (item >= block.first && item < block.end) {
          if (missing === size[list]!) block.begin(item, relation[list]!, scale[list]!);
          block.add(entries, taken, taken + count);
        }
        taken += count;
        missing -= count;
        if (missing === 0) missing = size[++list] ?? 0;
      }
    }
  }
  for (; block.first < to; block = openBlock(block.end, to)) yield block.finish();
}

type Entries = { neighbour: Int32Array; score: Int32Array; known: Int32Array };

function openBlock(first: number, to: number) {
  const end = Math.min(to, (Math.floor(first / LIST_BLOCK_ITEMS) + 1) * LIST_BLOCK_ITEMS);
  const items: number[] = [];
  const relations: number[] = [];
  const scales: number[] = [];
  const starts: number[] = [];
  const pieces: Entries[] = [];
  let count = 0;
  return {
    first,
    end,
    begin(item: number, relation: number, scale: number): void {
      items.push(item);
      relations.push(relation);
      scales.push(scale);
      starts.push(count);
    },
    add({ neighbour, score, known }: Entries, from: number, to: number): void {
      pieces.push({
        neighbour: neighbour.subarray(from, to),
        score: score.subarray(from, to),
        known: known.subarray(from, to),
      });
      count += to - from;
    },
    finish: (): ListBlock => ({
      first,
      end,
      items: Int32Array.from(items),
      relations: Int32Array.from(relations),
      scales: Float32Array.from(scales),
      starts: Int32Array.from([...starts, count]),
      neighbours: joined(pieces, 'neighbour', count),
      scores: joined(pieces, 'score', count),
      known: joined(pieces, 'known', count),
    }),
  };
}

function joined(pieces: readonly Entries[], column: keyof Entries, count: number): Int32Array {
  const all = new Int32Array(count);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece[column], at);
    at += piece[column].length;
  }
  return all;
}
