/** Values are shown to so many characters. */
const SHOWN = 60;

/**
 * The keys in which two values as JSON hold them differ, a line each: `training.epochs: 100, here
 * 20`. Lists are compared whole.
 */
export function differingKeys(before: unknown, now: unknown, path = ''): string[] {
  if (!isRecord(before) || !isRecord(now))
    return JSON.stringify(before) === JSON.stringify(now)
      ? []
      : [`${path}: ${shown(before)}, here ${shown(now)}`];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return keys.flatMap((key) =>
    differingKeys(before[key], now[key], path === '' ? key : `${path}.${key}`),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return 'not set';
  const text = JSON.stringify(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;
}
