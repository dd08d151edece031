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

/** Places that are sorted first: most searches take no more. */
const FIRST_PLACES = 32;

/** Places by value, the largest first, of equal ones the first; no more than are asked for. */
export function* placesByValue(values: Float32Array): Generator<number, void, undefined> {
  // A sort of thousands, of which few are taken, takes longer than a search.
  for (let taken = 0, count = FIRST_PLACES; taken < values.length; count *= 8) {
    const places = largestPlaces(values, Math.min(count, values.length));
    while (taken < places.length) yield places[taken++]!;
  }
}

/** The first `count` places, in order: by a heap of those, whose root is the last of them. */
function largestPlaces(values: Float32Array, count: number): Uint32Array {
  const heap = new Uint32Array(count);
  for (let place = 0; place < count; place++) heap[place] = place;
  for (let at = (count >> 1) - 1; at >= 0; at--) sink(values, heap, at, count);
  // A later place comes after an earlier one of the same value, so only a larger one gets in.
  for (let place = count; place < values.length; place++) {
    if (values[place]! <= values[heap[0]!]!) continue;
    heap[0] = place;
    sink(values, heap, 0, count);
  }
  for (let size = count - 1; size > 0; size--) {
    const last = heap[0]!;
    heap[0] = heap[size]!;
    heap[size] = last;
    sink(values, heap, 0, size);
  }
  return heap;
}

function sink(values: Float32Array, heap: Uint32Array, at: number, size: number): void {
  const own = heap[at]!;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && isBefore(values, heap[child]!, heap[child + 1]!)) child++;
    if (!isBefore(values, own, heap[child]!)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = own;
}

function isBefore(values: Float32Array, a: number, b: number): boolean {
  const difference = values[a]! - values[b]!;
  return difference > 0 || (difference === 0 && a < b);
}
