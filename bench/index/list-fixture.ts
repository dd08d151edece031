import { RandomStream } from '../../kernels/numbers/random.ts';
import type { ListColumns } from '../../kernels/pages/neighbour-entries.ts';

/**
 * Lists of `top` neighbours in so many relations of each item. Neighbours are near one another in
 * the order of keys no more than by chance, which is the worst case.
 */
export function randomLists(items: number, top: number, relations: number): ListColumns {
  const stream = new RandomStream(1, 6);
  const lists = relations * items;
  const neighbours = new Int32Array(lists * top);
  const stratum = Math.floor(items / top);
  for (let at = 0; at < neighbours.length; at++)
    neighbours[at] = (at % top) * stratum + stream.below(stratum);
  return {
    first: 0,
    end: items,
    items: Int32Array.from({ length: lists }, (_, list) => Math.floor(list / relations)),
    relations: Int32Array.from({ length: lists }, (_, list) => 1 + (list % relations)),
    scales: new Float32Array(lists).fill(7),
    starts: Int32Array.from({ length: lists + 1 }, (_, list) => list * top),
    neighbours,
    scores: neighbours.map(() => 1 + stream.below(255)),
    known: neighbours.map(() => stream.below(2)),
  };
}
