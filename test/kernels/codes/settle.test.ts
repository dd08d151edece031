import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { settle } from '../../../kernels/codes/settle.ts';
import { settleByTheBook } from '../../reference/settle.ts';
import { fromPairs } from '../../reference/sparse-rows.ts';

describe('settle', () => {
  it('brings a word that is alone to most of its neighbours, by the embedding that is nearest', () => {
    // Item 0 is alone with both codes and linked to 1, 2, 3, which share code 1; code 240 differs
    // from it in five bits, 7 in two.
    const codes = Uint8Array.of(240, 7, 1, 2, 1, 4, 1, 128, 96, 8);
    const affinity = fromPairs(5, [
      [0, 1],
      [0, 2],
      [0, 3],
      [0, 4],
    ]);
    assert.equal(settle(codes, 2, 1, affinity), 2);
    // Item 4, alone too, comes to 0, its one neighbour: to the code where 0 is by itself.
    assert.deepEqual([...codes], [240, 1, 1, 2, 1, 4, 1, 128, 240, 8]);
  });

  it('leaves a code alone where the others of a bucket would be as many as the neighbours met', () => {
    // Items 0 and 1 share code 9; 0 is linked to 2, which is with 3 and 4 in code 5: one met
    // against two strangers.
    const codes = Uint8Array.of(9, 1, 9, 2, 5, 5, 5, 6, 5, 7);
    const affinity = fromPairs(5, [
      [0, 1],
      [0, 2],
      [2, 3],
      [2, 4],
    ]);
    const before = [...codes];
    assert.equal(settle(codes, 2, 1, affinity), 0);
    assert.deepEqual([...codes], before);
  });

  it('does as the definition says; codes that others have stay, words without links too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 4, max: 250 }),
        fc.integer({ min: 1, max: 1e6 }),
        (items, tables, values, seed) => {
          const random = new RandomStream(seed, 99);
          const codes = Uint8Array.from({ length: items * tables }, () => random.below(values));
          const affinity = fromPairs(
            items,
            Array.from(
              { length: 2 * items },
              () => [random.below(items), random.below(items)] as const,
            ),
          );
          const before = codes.slice();
          const changed = settle(codes, tables, 1, affinity);
          assert.deepEqual([...codes], settleByTheBook([...before], tables, affinity));
          assert.ok(changed >= codes.filter((code, entry) => code !== before[entry]).length);
          for (let entry = 0; entry < codes.length; entry++) {
            const item = Math.floor(entry / tables);
            const isShared = before.some(
              (code, other) => code === before[entry] && Math.floor(other / tables) !== item,
            );
            if (isShared || affinity.offsets[item] === affinity.offsets[item + 1])
              assert.equal(codes[entry], before[entry]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('refuses a D of other words', () => {
    assert.throws(
      () => settle(Uint8Array.of(1, 2), 1, 1, fromPairs(3, [])),
      /affinity: 3 rows for 2 items/,
    );
  });
});
