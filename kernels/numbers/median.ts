/**
 * The median; of an even number of values the mean of the two in the middle. Throws RangeError
 * where there are none.
 */
export function medianOf(values: ArrayLike<number>): number {
  if (values.length === 0) throw new RangeError('the median of no values');
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
