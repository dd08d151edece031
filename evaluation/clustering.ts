import type { SparseRows } from '../kernels/training/train-rows.ts';

/**
 * Items with a link, their mean degree, and the local clustering (Watts and Strogatz 1998): the
 * mean over items of two links or more of the share of pairs of neighbours that are linked. D is
 * symmetric.
 */
export function localClustering({ offsets, columns }: SparseRows): {
  linked: number;
  meanDegree: number;
  clustering: number;
} {
  const items = offsets.length - 1;
  const neighbourOf = new Int32Array(items).fill(-1);
  let linked = 0;
  let sum = 0;
  let counted = 0;
  for (let item = 0; item < items; item++) {
    const first = offsets[item]!;
    const end = offsets[item + 1]!;
    const degree = end - first;
    if (degree > 0) linked += 1;
    if (degree < 2) continue;
    for (let at = first; at < end; at++) neighbourOf[columns[at]!] = item;
    let closed = 0;
    for (let at = first; at < end; at++) {
      const neighbour = columns[at]!;
      for (let next = offsets[neighbour]!; next < offsets[neighbour + 1]!; next++)
        if (neighbourOf[columns[next]!] === item) closed += 1;
    }
    sum += closed / (degree * (degree - 1));
    counted += 1;
  }
  return {
    linked,
    meanDegree: linked === 0 ? 0 : columns.length / linked,
    clustering: counted === 0 ? 0 : sum / counted,
  };
}
