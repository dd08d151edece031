/**
 * Ends of ranges of at least `least` items, and of more where there would be more than `most`
 * ranges: range k is [ends[k], ends[k + 1]).
 */
export function itemRanges(
  items: number,
  { least, most }: { least: number; most: number },
): number[] {
  const step = Math.max(least, Math.ceil(items / most));
  const starts = Array.from({ length: Math.ceil(items / step) }, (_, at) => at * step);
  return [...starts, items];
}
