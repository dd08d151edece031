/**
 * Precision of the n nearest by sorting whole lists, averaged over so many random orders of the
 * database; slow and obvious.
 */
export function precisionAtBySort(
  query: { code: number[]; labels: number[] },
  database: { code: number[]; labels: number[] }[],
  n: number,
  orders: number[][],
): number {
  const distance = (code: number[]) =>
    code.reduce((sum, bit, at) => sum + (bit === query.code[at] ? 0 : 1), 0);
  let sum = 0;
  for (const order of orders) {
    const sorted = order
      .map((row) => database[row]!)
      .toSorted((a, b) => distance(a.code) - distance(b.code));
    sum +=
      sorted
        .slice(0, n)
        .filter(({ labels }) => labels.some((label) => query.labels.includes(label))).length / n;
  }
  return sum / orders.length;
}
