export interface DenseFilter {
  scale: number;
  minimumWeight: number;
  minimumPmi: number;
  top: number;
}

/** One row of the filter, by sorting all candidates. */
export function filterRowDense(
  F: readonly (readonly number[])[],
  i: number,
  { scale, minimumWeight, minimumPmi, top }: DenseFilter,
): number[] {
  const marginals = F.map((row) => row.reduce((sum, value) => sum + value, 0));
  const total = marginals.reduce((sum, value) => sum + value, 0);
  const row = F[i]!;
  const kept = [...row.keys()].filter(
    (j) =>
      j !== i &&
      row[j]! > 0 &&
      row[j]! / scale >= minimumWeight &&
      Math.log((row[j]! * total) / (marginals[i]! * marginals[j]!)) >= minimumPmi,
  );
  return kept
    .sort((a, b) => row[b]! - row[a]! || a - b)
    .slice(0, top)
    .sort((a, b) => a - b);
}

/** N_i by definition, from the dense product. */
export function negativesDense(D: readonly (readonly boolean[])[], i: number): number[] {
  const indices = [...D.keys()];
  return indices.filter((j) => j !== i && !D[i]![j] && indices.some((k) => D[k]![i] && D[k]![j]));
}
