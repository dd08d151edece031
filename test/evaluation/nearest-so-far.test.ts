import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { nearestSoFar } from '../../evaluation/nearest-so-far.ts';

describe('nearestSoFar', () => {
  it('is the head of a stable sort, whatever comes', () => {
    const similarity = fc.integer({ min: -3, max: 3 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(similarity, similarity), { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        (items, k) => {
          const nearest = nearestSoFar(2, k);
          for (const [item, both] of items.entries())
            both.forEach((value, query) => nearest.take(query, item, value));
          for (const query of [0, 1]) {
            const sorted = items
              .map((_, item) => item)
              .toSorted((a, b) => items[b]![query]! - items[a]![query]!);
            assert.deepEqual([...nearest.of(query)], sorted.slice(0, k));
            assert.deepEqual(
              [...nearest.similaritiesOf(query)],
              sorted.slice(0, k).map((item) => items[item]![query]),
            );
          }
        },
      ),
    );
  });
});
