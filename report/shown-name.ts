const LONGEST_NAME = 24;

/** A name as the map writes it. */
export function shownName(word: string): string {
  const letters = Array.from(word);
  return letters.length > LONGEST_NAME
    ? `${letters.slice(0, LONGEST_NAME - 1).join('')}\u2026`
    : word;
}
