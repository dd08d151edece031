import { alignmentDistance } from '../near-spellings.ts';

/** `; did you mean NAME?` of the name that may have been meant; empty where none is near. */
export function nearName(value: unknown, names: readonly string[]): string {
  if (typeof value !== 'string') return '';
  const lower = value.toLowerCase();
  const [nearest] = names
    .map((name) => ({ name, distance: alignmentDistance(lower, name.toLowerCase(), 4) }))
    .sort((a, b) => a.distance - b.distance);
  return nearest && nearest.distance <= Math.max(2, lower.length / 3)
    ? `; did you mean ${nearest.name}?`
    : '';
}
