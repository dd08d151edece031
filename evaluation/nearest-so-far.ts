/**
 * The k items of the highest similarity to each of n queries, of items that come one by one. Of
 * equal ones the first to come stay.
 */
interface NearestSoFar {
  take(query: number, item: number, similarity: number): void;
  /** The nearest first. */
  of(query: number): Uint32Array;
  /** Theirs. */
  similaritiesOf(query: number): Float64Array;
}

export function nearestSoFar(n: number, k: number): NearestSoFar {
  const items = new Uint32Array(n * k);
  const similarities = new Float64Array(n * k).fill(-Infinity);
  const countOf = (query: number): number => {
    const empty = similarities.subarray(query * k, (query + 1) * k).indexOf(-Infinity);
    return empty < 0 ? k : empty;
  };
  return {
    take(query, item, similarity) {
      const first = query * k;
      let at = first + k - 1;
      if (!(similarity > similarities[at]!)) return;
      for (; at > first && similarity > similarities[at - 1]!; at--) {
        similarities[at] = similarities[at - 1]!;
        items[at] = items[at - 1]!;
      }
      similarities[at] = similarity;
      items[at] = item;
    },
    of: (query) => items.slice(query * k, query * k + countOf(query)),
    similaritiesOf: (query) => similarities.slice(query * k, query * k + countOf(query)),
  };
}
