import { log } from '../../kernels/numbers/elementary.ts';
import type { SparseRows } from '../../kernels/training/train-rows.ts';
import type { Way } from './way.ts';

/** The items with the most links, the same for every query: what an answer has to beat. */
export function byPopularity({ offsets }: SparseRows): Way {
  const scores = Float32Array.from(
    { length: offsets.length - 1 },
    (_, item) => offsets[item + 1]! - offsets[item]!,
  );
  return () => ({ scores });
}

/**
 * s(i, j) = sum over the links k that both have of 1 / ln d_k (Adamic and Adar 2003), without
 * weights and without training: the plain thing that anyone would try first.
 */
export function byAdamicAdar({ offsets, columns }: SparseRows): Way {
  const size = offsets.length - 1;
  const sums = new Float64Array(size);
  const met = new Uint32Array(size);
  const scores = new Float32Array(size);
  return (query) => {
    let count = 0;
    for (let at = offsets[query]!; at < offsets[query + 1]!; at++) {
      const middle = columns[at]!;
      const degree = offsets[middle + 1]! - offsets[middle]!;
      if (degree < 2) continue;
      const share = 1 / log(degree);
      for (let entry = offsets[middle]!; entry < offsets[middle + 1]!; entry++) {
        const item = columns[entry]!;
        if (sums[item] === 0) met[count++] = item;
        sums[item]! += share;
      }
    }
    for (let at = 0; at < count; at++) {
      scores[at] = sums[met[at]!]!;
      sums[met[at]!] = 0;
    }
    return { items: met.subarray(0, count), scores: scores.subarray(0, count) };
  };
}
