import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { createRowCounter } from '../../../kernels/affinity/count-rows.ts';
import { windowScale } from '../../../kernels/affinity/window-scale.ts';
import { countByPairs } from '../../reference/count-by-pairs.ts';
import { countEntries, type Entry } from '../../reference/count-entries.ts';

const byRow = (a: Entry, b: Entry) => a[0] - b[0] || a[1] - b[1];

describe('windowScale', () => {
  it('is the least common multiple', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 10, 20].map(windowScale),
      [1, 2, 6, 12, 60, 2520, 232_792_560],
    );
    for (const window of [0, 21, 1.5, NaN])
      assert.throws(() => windowScale(window), /window: expected 1 to 20/u);
  });
});

describe('createRowCounter', () => {
  it('counts by hand: a document of the words 1 0 1 2', () => {
    // Distances 1: (1,0), (0,1), (1,2); 2: (1,1), (0,2); a window of 2 has halves.
    assert.deepEqual(countEntries([[1, 0, 1, 2]], 3, [], 2), [
      [0, 1, 4],
      [0, 2, 1],
      [1, 1, 1],
      [1, 2, 2],
    ]);
  });

  it('keeps the places of dropped and common words', () => {
    assert.deepEqual(countEntries([[0, -1, 1]], 2, [], 2), [[0, 1, 1]]);
    assert.deepEqual(countEntries([[0, 2, 1]], 3, [2], 2), [[0, 1, 1]]);
    assert.deepEqual(countEntries([[0, 2, -1, 1]], 3, [2], 2), []);
  });

  it('never looks across a document', () => {
    assert.deepEqual(countEntries([[0], [1], [], [0, 1]], 2, [], 5), [[0, 1, 60]]);
    assert.deepEqual(countEntries([], 2, [], 5), []);
    assert.deepEqual(countEntries([], 0, [], 5), []);
  });

  it('agrees with all pairs of places', () => {
    const documents = fc.array(fc.array(fc.integer({ min: -1, max: 6 }), { maxLength: 40 }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(
        documents,
        fc.uniqueArray(fc.nat(6), { maxLength: 2 }),
        fc.integer({ min: 1, max: 20 }),
        (documents, common, window) => {
          const expected = [...countByPairs(documents, common, window)].map(
            ([pair, sum]) => [...pair.split(',').map(Number), Number(sum)] as unknown as Entry,
          );
          assert.deepEqual(countEntries(documents, 7, common, window), expected.sort(byRow));
        },
      ),
      { numRuns: 500 },
    );
  });

  it(
    'counts rows of many columns in order, past what it hands over at once, and rows whose ' +
      'sums pass 2^32',
    () => {
      const document = Array.from(
        { length: 40_000 },
        (_, t) => (t % 3 === 0 ? 4500 : Math.imul(t, 2_654_435_761) >>> 8) % 9001,
      );
      for (const window of [10, 20]) {
        const entries = countEntries([document], 9001, [], window);
        assert.ok(entries.length > 1 << 16);
        for (let at = 1; at < entries.length; at++)
          assert.ok(byRow(entries[at - 1]!, entries[at]!) < 0);
        let total = 0;
        for (let distance = 1; distance <= window; distance++)
          total += ((document.length - distance) * windowScale(window)) / distance;
        assert.equal(
          entries.reduce((sum, entry) => sum + entry[2], 0),
          total,
        );
        const heavy = countByPairs(
          [document.map((word) => (word === 4500 ? 0 : -1))],
          [],
          window,
        ).get('0,0');
        assert.equal(BigInt(entries.find(([i, j]) => i === 4500 && j === 4500)![2]), heavy);
      }
    },
  );

  it('is empty again after its rows', () => {
    const counter = createRowCounter(2, 1);
    const identity = Int32Array.of(0, 1);
    for (let times = 0; times < 2; times++) {
      counter.addDocument(Int32Array.of(0, 1), identity);
      assert.equal(counter.size(), 2);
      assert.deepEqual(
        [...counter.rows()].flatMap(({ columns, sums }) => [...columns, ...sums]),
        [1, 1n],
      );
    }
    assert.deepEqual(
      [...counter.rows()].flatMap(({ columns }) => [...columns]),
      [],
    );
  });

  it('refuses tokens that are no ids', () => {
    assert.throws(
      () => createRowCounter(2, 1).addDocument(Int32Array.of(0, 2), Int32Array.of(0, 1)),
      /token 1 is 2; expected -1 or an id below 2/u,
    );
  });
});
