import { shown } from './choice.ts';
import type { RatedColumn } from './detected.ts';

/** So many are named; a person knows then how it is meant. */
const MOST_NAMED = 6;
/** What a filter cannot ask for: a name with these would need quotes in the configuration. */
const PLAIN_NAME = /^[\w.-]+$/u;

/**
 * A note on the columns that answers could bring along and queries filter by, but for those that
 * are `used`; none where there are none.
 */
export function payloadNote(
  section: 'documents' | 'vectors',
  columns: readonly RatedColumn[],
  used: readonly RatedColumn[],
): string[] {
  const fit = columns.filter((column) => !used.includes(column) && canComeAlong(column));
  if (fit.length === 0) return [];
  const names = fit.slice(0, MOST_NAMED).map(({ name }) => shown(name));
  const more = fit.length > MOST_NAMED ? ` (and ${fit.length - MOST_NAMED} more)` : '';
  return [
    `answers can bring along fields, and queries filter by them${more}: ` +
      `${section}.payload: [${names.join(', ')}]`,
  ];
}

/** Values of one type: texts that are short, numbers, booleans, lists of texts. */
function canComeAlong({ name, role, values }: RatedColumn): boolean {
  if (!PLAIN_NAME.test(name) || role === 'vector' || role === 'weights' || role === 'text')
    return false;
  const there = values.filter((value) => value !== undefined && value !== null);
  const types = new Set(there.map(typeOf));
  return types.size === 1 && !types.has('other');
}

function typeOf(value: unknown): string {
  if (Array.isArray(value))
    return value.every((item) => typeof item === 'string') ? 'texts' : 'other';
  if (typeof value === 'bigint') return 'number';
  return ['string', 'number', 'boolean'].includes(typeof value) ? typeof value : 'other';
}
