import { RandomStream } from '../../../kernels/numbers/random.ts';
import type { ListColumns } from '../../../kernels/pages/neighbour-entries.ts';

/** A list as a person would write it: the best first. */
export interface ReferenceList {
  relation: 'goes with' | 'is like' | 'near';
  entries: { number: number; score: number; known: boolean }[];
}

interface RandomLists {
  columns: ListColumns;
  /** By item number. */
  reference: ReferenceList[][];
}

const NAMES = ['goes with', 'is like', 'near'] as const;

/**
 * Lists of up to `top` random neighbours in some of `relations`; a third of them are not there. All
 * are there and have `top` where they are `full`.
 */
export function randomLists(
  items: number,
  {
    top,
    relations,
    seed,
    full = false,
  }: { top: number; relations: readonly number[]; seed: number; full?: boolean },
): RandomLists {
  const stream = new RandomStream(seed, 5);
  const reference: ReferenceList[][] = [];
  const columns = {
    items: [] as number[],
    relations: [] as number[],
    scales: [] as number[],
    starts: [0],
    neighbours: [] as number[],
    scores: [] as number[],
    known: [] as number[],
  };
  for (let item = 0; item < items; item++) {
    const own: ReferenceList[] = [];
    for (const relation of relations) {
      const isThere = full || stream.below(3) > 0;
      const wanted = isThere ? Math.min(items - 1, full ? top : 1 + stream.below(top)) : 0;
      const chosen = new Set<number>();
      while (chosen.size < wanted) {
        const number = stream.below(items);
        if (number !== item) chosen.add(number);
      }
      if (chosen.size === 0) continue;
      const scale = Math.fround((1 + stream.below(1000)) / 7);
      const entries = [...chosen]
        .sort((a, b) => a - b)
        // Few scores, so that many are equal.
        .map((number) => ({
          number,
          byte: 1 + 42 * stream.below(7),
          known: stream.below(2) === 1,
        }));
      columns.items.push(item);
      columns.relations.push(relation);
      columns.scales.push(scale);
      for (const { number, byte, known } of entries) {
        columns.neighbours.push(number);
        columns.scores.push(byte);
        columns.known.push(known ? 1 : 0);
      }
      columns.starts.push(columns.neighbours.length);
      own.push({
        relation: NAMES[relation - 1]!,
        entries: entries
          .sort((a, b) => b.byte - a.byte || a.number - b.number)
          .map(({ number, byte, known }) => ({
            number,
            score: Math.fround(
              relation === 3 ? 1 - (scale * (255 - byte)) / 254 : (scale * byte) / 255,
            ),
            known,
          })),
      });
    }
    reference.push(own);
  }
  return {
    columns: {
      first: 0,
      end: items,
      items: Int32Array.from(columns.items),
      relations: Int32Array.from(columns.relations),
      scales: Float32Array.from(columns.scales),
      starts: Int32Array.from(columns.starts),
      neighbours: Int32Array.from(columns.neighbours),
      scores: Int32Array.from(columns.scores),
      known: Int32Array.from(columns.known),
    },
    reference,
  };
}

/** The block of items [first, end) of all lists. */
export function blockOf(all: ListColumns, first: number, end: number): ListColumns {
  const from = all.items.findIndex((item) => item >= first);
  const begin = from < 0 ? all.items.length : from;
  const until = all.items.findIndex((item) => item >= end);
  const stop = until < 0 ? all.items.length : until;
  const start = all.starts[begin]!;
  const last = all.starts[stop]!;
  return {
    first,
    end,
    items: all.items.slice(begin, stop),
    relations: all.relations.slice(begin, stop),
    scales: all.scales.slice(begin, stop),
    starts: all.starts.slice(begin, stop + 1).map((at) => at - start),
    neighbours: all.neighbours.slice(start, last),
    scores: all.scores.slice(start, last),
    known: all.known.slice(start, last),
  };
}
