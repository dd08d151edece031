import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { wordStatistics } from '../../../cli/init/word-statistics.ts';

describe('wordStatistics', () => {
  /** Twenty passages; `the` is everywhere, `king` is as common and stands in two of them. */
  const passages = Array.from({ length: 20 }, (_, passage) => {
    const king = passage < 2 ? 'king '.repeat(100) : '';
    const rest = Array.from({ length: 990 }, (_w, k) => `w${String.fromCodePoint(97 + (k % 26))}`);
    return `${'the '.repeat(10)}${king}${rest.join(' ')} é x 是`;
  });

  it('tells words that a text is about from those that are spread evenly', () => {
    const { tokens, documents, frequent } = wordStatistics(passages, 200);
    assert.deepEqual([tokens, documents], [20 * 1003 + 200, 20]);
    const common = frequent.filter(({ count }) => count === 200).map((word) => word.unevenness);
    assert.equal(common.length, 2);
    assert.ok(Math.min(...common) < 1.01 && Math.max(...common) > 9, common.join(' '));
  });

  it('counts letters that stand alone, and of them the Latin ones', () => {
    const { letters, latinLetters } = wordStatistics(passages, 200);
    assert.deepEqual([letters, latinLetters], [60, 40]);
  });
});
