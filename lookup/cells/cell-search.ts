/** What a vector is asked for. */
export interface CellQuery {
  /** D values, finite and not all 0. */
  vector: ArrayLike<number>;
  topK: number;
  /** Items that are looked at, whole cells of them; what the reader finds enough when absent. */
  candidates?: number | undefined;
  /** The items that may be found, by their numbers; any when absent. */
  selected?: { flags: Uint8Array; count: number } | undefined;
}

/** Items by their cosine, the best first; of equal ones the smaller item number. */
export interface CellMatches {
  ids: string[];
  /** Item numbers of the pages, before any delta. */
  numbers: number[];
  /** Cosines of the rounded vectors: within .01 of the true ones. */
  scores: number[];
  /** Items that were looked at, of those that may be found. */
  candidates: number;
  /** Whether that were all of these. */
  all: boolean;
}

/** Items that are looked at where nothing is said: at least so many, and this share of all. */
const LEAST_CANDIDATES = 2048;
const SHARE_OF_ITEMS = 0.02;

/** How many of `items` are looked at, so that hardly a near one is missed. */
export const enoughOf = (items: number): number =>
  Math.max(LEAST_CANDIDATES, Math.ceil(items * SHARE_OF_ITEMS));

/** Places by value, the largest first, of equal ones the first; no more than are asked for. */
export function* placesByValue(values: Float32Array): Generator<number, void, undefined> {
  // A heap of all, of which few are taken: a sort of thousands takes longer than a search.
  const heap = Uint32Array.from(values, (_, place) => place);
  let size = heap.length;
  const isBefore = (a: number, b: number) => {
    const difference = values[a]! - values[b]!;
    return difference > 0 || (difference === 0 && a < b);
  };
  const sink = (at: number) => {
    const own = heap[at]!;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, own)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = own;
  };
  for (let at = (size >> 1) - 1; at >= 0; at--) sink(at);
  while (size > 0) {
    yield heap[0]!;
    heap[0] = heap[--size]!;
    sink(0);
  }
}
