/** A range of bytes and what it is of. */
interface RangeOf<Of> {
  start: number;
  end: number;
  of: Of;
}

/** Ranges by their start, joined where at most `gap` bytes lie between two. */
export function mergeRanges<Of>(
  ranges: readonly RangeOf<Of>[],
  gap: number,
): { start: number; end: number; of: RangeOf<Of>[] }[] {
  const merged: { start: number; end: number; of: RangeOf<Of>[] }[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && range.start <= last.end + gap) {
      last.end = Math.max(last.end, range.end);
      last.of.push(range);
    } else merged.push({ start: range.start, end: range.end, of: [range] });
  }
  return merged;
}
