import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { MAX_RANGES, planRanges } from '../../../activities/words/choose-vocabulary.ts';

describe('ranges of rows', () => {
  it('hold about as many occurrences each, and a very common word is a range of its own', () => {
    const counts = new Float64Array(1000).fill(10_000);
    counts[500] = 50_000_000;
    const ranges = planRanges(counts);
    assert.deepEqual([ranges[0], ranges.at(-1)], [0, 1000]);
    const heavy = ranges.indexOf(500);
    assert.ok(heavy > 0 && ranges[heavy + 1] === 501, ranges.join(' '));
    for (let k = 0; k + 1 < ranges.length; k++) {
      const work = counts.slice(ranges[k], ranges[k + 1]).reduce((sum, count) => sum + count, 0);
      assert.ok(work <= 2 ** 20 || k === heavy, `${work} occurrences in range ${k}`);
    }
  });

  it('are not many more, whatever the corpus', () => {
    for (const [words, count] of [
      [3_000_000, 12],
      [200_000, 3e7],
      [0, 0],
      [1, 1e12],
    ] as const) {
      const ranges = planRanges(new Float64Array(words).fill(count));
      assert.ok(
        ranges.length - 1 <= MAX_RANGES && ranges.at(-1) === words,
        `${ranges.length} ranges of ${words} words`,
      );
    }
  });
});
