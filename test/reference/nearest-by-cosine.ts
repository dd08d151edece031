/** The k rows of (n, D) with the largest cosine to the query, by looking at all in double precision. */
export function nearestByCosine(
  vectors: Float32Array,
  query: ArrayLike<number>,
  D: number,
  k: number,
): number[] {
  const best: { row: number; score: number }[] = [];
  for (let row = 0, at = 0; row < vectors.length / D; row++) {
    let [dot, squares] = [0, 0];
    for (let j = 0; j < D; j++, at++) {
      const value = vectors[at]!;
      dot += value * query[j]!;
      squares += value * value;
    }
    const score = dot / Math.sqrt(squares);
    if (best.length === k && score <= best[k - 1]!.score) continue;
    best.push({ row, score });
    best.sort((a, b) => b.score - a.score || a.row - b.row);
    best.length = Math.min(best.length, k);
  }
  return best.map(({ row }) => row);
}
