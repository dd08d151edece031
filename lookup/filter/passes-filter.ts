import type { Payload } from '../query/types.ts';
import type { FilterNode } from './check-filter.ts';

/**
 * Whether a payload passes. What is absent passes `$ne`, `$nin` and `$exists: false` alone, and
 * what `$not` makes of others, as in MongoDB.
 */
export function passesFilter(node: FilterNode, payload: Payload): boolean {
  if (node.kind === 'and') return node.of.every((each) => passesFilter(each, payload));
  if (node.kind === 'or') return node.of.some((each) => passesFilter(each, payload));
  if (node.kind === 'not') return !passesFilter(node.of, payload);
  return node.test(Object.hasOwn(payload, node.name) ? payload[node.name] : undefined);
}
