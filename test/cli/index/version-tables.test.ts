import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { comparisonText } from '../../../cli/index/version-tables.ts';
import { openTerminal } from '../../../cli/terminal/terminal.ts';
import type { MovedAnswers } from '../../../evaluation/moved-answers.ts';

describe('comparisonText', () => {
  const terminal = openTerminal({ write: () => true }, {});
  const textOf = (answers: MovedAnswers) =>
    comparisonText(
      {
        index: 'news',
        versions: [3, 4],
        configuration: [],
        data: { itemsA: 5000, itemsB: 5010, added: 12, removed: 2 },
        metrics: [],
        answers,
        moved: { common: 4998, recoded: 0, moved: 0, meanOverlap: 1, most: [] },
      },
      terminal,
    );

  it('says how many answers stay, of how many items, and which changed most', () => {
    const before = ['queen', 'crown'];
    const after = ['crown', 'pawn'];
    const most = [{ item: 'king', before, after, overlap: 0.5 }];
    const text = textOf({ asked: 2000, unchanged: 1500, meanOverlap: 0.9654, most });
    assert.match(
      text,
      /Of the first ten answers to 2,000 of 4,998 items 96\.5% are the same in the mean; 75\.0% of/u,
    );
    assert.match(text, /In version 3 alone +In version 4 alone/u);
    assert.match(text, /king +50\.0% +queen +pawn/u);
    assert.match(text, /0 of 4,998 \(0\.0%\) items have another code/u);
  });

  it('lists nothing where nothing changed, and says where nothing is in both', () => {
    const same = textOf({ asked: 4998, unchanged: 4998, meanOverlap: 1, most: [] });
    assert.match(same, /answers to 4,998 items 100\.0% are the same/u);
    assert.doesNotMatch(same, /Changed most/u);
    const none = textOf({ asked: 0, unchanged: 0, meanOverlap: 1, most: [] });
    assert.match(none, /No item is in both versions\./u);
  });
});
