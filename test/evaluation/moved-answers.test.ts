import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { movedAnswers } from '../../evaluation/moved-answers.ts';

describe('movedAnswers', () => {
  it('counts what both versions answer, in whatever order', () => {
    const answers = [
      { item: 'a', before: ['x', 'y'], after: ['y', 'x'] },
      { item: 'b', before: ['x', 'y', 'z'], after: ['x', 'w'] },
      { item: 'c', before: [], after: [] },
      { item: 'd', before: ['x'], after: [] },
      { item: 'e', before: ['x', 'y'], after: ['x', 'z'] },
    ];
    const { most, ...figures } = movedAnswers(answers, 2);
    assert.deepEqual(figures, {
      asked: 5,
      unchanged: 2,
      meanOverlap: (1 + 1 / 3 + 1 + 0 + 1 / 2) / 5,
    });
    assert.deepEqual(
      most.map(({ item, overlap }) => [item, overlap]),
      [
        ['d', 0],
        ['b', 1 / 3],
      ],
    );
    assert.deepEqual(movedAnswers([], 2), { asked: 0, unchanged: 0, meanOverlap: 1, most: [] });
  });
});
