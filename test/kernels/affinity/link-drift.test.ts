import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { linkDrift } from '../../../kernels/affinity/link-drift.ts';
import { fromPairs, toLists } from '../../reference/sparse-rows.ts';

const pairs = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 60 });
/** Of twelve rows those that are in a version. */
const rows = fc.subarray(
  Array.from({ length: 12 }, (_, row) => row),
  { minLength: 1 },
);

describe('linkDrift', () => {
  it('counts links by their items, as sets do', () => {
    fc.assert(
      fc.property(rows, rows, pairs, pairs, (old, fresh, linksBefore, linksAfter) => {
        const version = (items: number[], links: [number, number][]) => {
          const among = links.filter(([i, j]) => items.includes(i) && items.includes(j));
          return fromPairs(
            items.length,
            among.map(([i, j]) => [items.indexOf(i), items.indexOf(j)]),
          );
        };
        const before = version(old, linksBefore);
        const after = version(fresh, linksAfter);
        const places = Int32Array.from(fresh, (item) => old.indexOf(item));
        const { drift, changed } = linkDrift(before, after, places);

        const named = (items: number[], lists: number[][], item: number): Set<number> =>
          new Set((lists[items.indexOf(item)] ?? []).map((row) => items[row]!));
        let shared = 0;
        for (const [row, item] of fresh.entries()) {
          const was = named(old, toLists(before), item);
          const is = named(fresh, toLists(after), item);
          const both = [...is].filter((other) => was.has(other)).length;
          shared += both;
          const isChanged = !old.includes(item) || 2 * both < Math.max(was.size, is.size);
          assert.equal(changed[row], Number(isChanged), `item ${item}`);
        }
        const all = Math.max(before.columns.length, after.columns.length);
        assert.ok(Math.abs(drift - (all === 0 ? 0 : 1 - shared / all)) < 1e-12);
      }),
    );
  });

  it('refuses places that do not fit', () => {
    const D = fromPairs(3, [[0, 1]]);
    assert.throws(() => linkDrift(D, D, Int32Array.of(0, 1)), /2 places of 3 rows/u);
    assert.throws(() => linkDrift(D, D, Int32Array.of(0, 2, 1)), /place 1 after 2/u);
    assert.throws(() => linkDrift(D, D, Int32Array.of(0, 1, 3)), /place 3 after 1/u);
  });
});
