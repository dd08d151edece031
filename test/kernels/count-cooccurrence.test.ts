import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { type CooccurrenceRun, countCooccurrences, windowScale } from '../../kernels/count-cooccurrence.ts';
import { countByPairs } from '../reference/count-by-pairs.ts';

function count(documents: readonly (readonly number[])[], words: number, common: readonly number[], window: number): CooccurrenceRun {
  const documentOffsets = new Int32Array(documents.length + 1);
  for (const [d, tokens] of documents.entries()) documentOffsets[d + 1] = documentOffsets[d]! + tokens.length;
  return countCooccurrences({ tokens: Int32Array.from(documents.flat()), documentOffsets, common: Uint8Array.from({ length: words }, (_, id) => (common.includes(id) ? 1 : 0)), window });
}

const asEntries = ({ rows, columns, sums }: CooccurrenceRun) => Array.from(rows, (row, at) => [row, columns[at]!, sums[at]!]);

describe('windowScale', () => {
  it('is the least common multiple', () => {
    assert.deepEqual([1, 2, 3, 4, 5, 10, 20].map(windowScale), [1, 2, 6, 12, 60, 2520, 232_792_560]);
    for (const window of [0, 21, 1.5, NaN]) assert.throws(() => windowScale(window), /window: expected 1 to 20/u);
  });
});

describe('countCooccurrences', () => {
  it('counts by hand: a document of the words 1 0 1 2', () => {
    // Distances 1: (1,0), (0,1), (1,2); 2: (1,1), (0,2); a window of 2 has halves.
    assert.deepEqual(asEntries(count([[1, 0, 1, 2]], 3, [], 2)), [[0, 1, 4], [0, 2, 1], [1, 1, 1], [1, 2, 2]]);
  });

  it('keeps the places of dropped and common words', () => {
    assert.deepEqual(asEntries(count([[0, -1, 1]], 2, [], 2)), [[0, 1, 1]]);
    assert.deepEqual(asEntries(count([[0, 2, 1]], 3, [2], 2)), [[0, 1, 1]]);
    assert.deepEqual(asEntries(count([[0, 2, -1, 1]], 3, [2], 2)), []);
  });

  it('never looks across a document', () => {
    assert.deepEqual(asEntries(count([[0], [1], [], [0, 1]], 2, [], 5)), [[0, 1, 60]]);
    assert.deepEqual(asEntries(count([], 2, [], 5)), []);
  });

  it('agrees with all pairs of places', () => {
    const documents = fc.array(fc.array(fc.integer({ min: -1, max: 6 }), { maxLength: 40 }), { maxLength: 5 });
    fc.assert(
      fc.property(documents, fc.uniqueArray(fc.nat(6), { maxLength: 2 }), fc.integer({ min: 1, max: 20 }), (documents, common, window) => {
        const run = asEntries(count(documents, 7, common, window));
        const expected = [...countByPairs(documents, common, window)].map(([pair, sum]) => [...pair.split(',').map(Number), Number(sum)] as [number, number, number]);
        assert.deepEqual(run, expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
      }),
      { numRuns: 500 },
    );
  });

  it('counts rows of more than a few columns in order', () => {
    const document = Array.from({ length: 3000 }, (_, t) => (t * t * 7 + 3 * t) % 501);
    const { rows, columns, sums } = count([document], 501, [], 10);
    for (let at = 1; at < rows.length; at++) assert.ok(rows[at]! > rows[at - 1]! || (rows[at] === rows[at - 1] && columns[at]! > columns[at - 1]!));
    let total = 0;
    for (let distance = 1; distance <= 10; distance++) total += ((document.length - distance) * 2520) / distance;
    assert.equal(sums.reduce((sum, value) => sum + value, 0), total);
  });

  it('refuses what does not fit together', () => {
    const input = { tokens: Int32Array.of(0, 1), documentOffsets: Int32Array.of(0, 2), common: new Uint8Array(2), window: 10 };
    assert.throws(() => countCooccurrences({ ...input, documentOffsets: Int32Array.of(0, 1) }), /offsets run from 0 to 1, expected from 0 to 2/u);
    assert.throws(() => countCooccurrences({ ...input, common: new Uint8Array(1) }), /token 1 is 1; expected -1 or an id below 1/u);
    assert.throws(() => countCooccurrences({ ...input, documentOffsets: Int32Array.of(0, 2, 1, 2) }), /do not rise/u);
  });
});
