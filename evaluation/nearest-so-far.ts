/** The k items of the highest similarity to each of n queries, of items that come one by one. Of equal ones the first to come stay. */
export interface NearestSoFar {
  take(query: number, item: number, similarity: number): void;
  /** The nearest first. */
  of(query: number): Uint32Array;
}

export function nearestSoFar(n: number, k: number): NearestSoFar {
  const items = new Uint32Array(n * k);
  const similarities = new Float64Array(n * k).fill(-Infinity);
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
    of(query) {
      const first = query * k;
      const found = similarities.subarray(first, first + k).findIndex((similarity) => similarity === -Infinity);
      return items.slice(first, found < 0 ? first + k : first + found);
    },
  };
}
