/**
 * The order of words everywhere: by code points, which is the byte order of UTF-8 (and of Parquet,
 * DuckDB, LC_ALL=C sort). JavaScript's own order is by UTF-16 code units, where U+10000 and above
 * come before U+E000.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates above all other code units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Throws RangeError unless the words rise, each once. `what` names the list. */
export function checkRising(words: readonly string[], what: string): void {
  for (let i = 1; i < words.length; i++) {
    if (compareCodePoints(words[i - 1], words[i]) >= 0) {
      throw new RangeError(
        `${what}: word ${i} is "${words[i]}" after "${words[i - 1]}"; expected rising code ` +
          'points, each word once',
      );
    }
  }
}
