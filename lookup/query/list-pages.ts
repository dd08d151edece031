import type { ResidentIndex } from '../resident/resident-index.ts';
import type { VersionReader } from '../version-reader.ts';
import { checkName } from './check-query.ts';
import { QueryError } from './query-error.ts';
import type { ListOptions, ListPage } from './types.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;

/** The ids of an index in their order. A cursor is the last id that was given. */
export async function* listPages(
  reader: VersionReader,
  options: ListOptions = {},
): AsyncGenerator<ListPage, void, undefined> {
  for (const name of Object.keys(options)) checkName('list', name, ['prefix', 'limit', 'cursor']);
  const { prefix = '', limit = DEFAULT_LIMIT, cursor } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new QueryError('limit', `expected a whole number from 1 to ${MAX_LIMIT}, got ${limit}`);
  const index = await reader.load();
  let next = 0;
  if (cursor !== undefined) {
    const last = index.keys.find(cursor);
    if (last < 0) throw new QueryError('cursor', `expected one of an earlier page, got ${cursor}`);
    next = last + 1;
  } else if (index.keys.kind === 'utf8') next = firstWith(index, prefix);
  for (;;) {
    const ids: string[] = [];
    let isLast = true;
    for (; next < index.items; next++) {
      const id = index.keys.textOf(next);
      if (!id.startsWith(prefix)) {
        // Words with a prefix stand together, decimal numbers do not.
        if (index.keys.kind === 'utf8') break;
        continue;
      }
      if (ids.length === limit) {
        isLast = false;
        break;
      }
      ids.push(id);
    }
    if (isLast) {
      yield { ids };
      return;
    }
    yield { ids, cursor: ids.at(-1)! };
  }
}

/** The first word that is not before the prefix in the order of bytes. */
function firstWith({ keys, items }: ResidentIndex, prefix: string): number {
  const sought = new TextEncoder().encode(prefix);
  let low = 0;
  let high = items;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(keys.bytesOf(middle), sought)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(a: Uint8Array, b: Uint8Array): boolean {
  for (let k = 0; k < a.length && k < b.length; k++) if (a[k] !== b[k]) return a[k]! < b[k]!;
  return a.length < b.length;
}
