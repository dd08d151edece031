/**
 * The k rows of (n, D) with the largest cosine to the query, by looking at all in double precision.
 */
export function nearestByCosine(
  vectors: Float32Array,
  query: ArrayLike<number>,
  D: number,
  k: number,
): number[] {
  const scores = Array.from({ length: vectors.length / D }, (_, row) => {
    let [dot, squares] = [0, 0];
    for (let j = 0; j < D; j++) {
      const value = vectors[row * D + j]!;
      dot += value * query[j]!;
      squares += value * value;
    }
    return { row, score: dot / Math.sqrt(squares) };
  });
  scores.sort((a, b) => b.score - a.score || a.row - b.row);
  return scores.slice(0, k).map(({ row }) => row);
}
