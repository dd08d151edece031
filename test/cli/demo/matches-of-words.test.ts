import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { matchesTable } from '../../../cli/demo/matches-of-words.ts';
import { openTerminal } from '../../../cli/terminal/terminal.ts';
import { fakeStream } from '../terminal/fake-stream.ts';

describe('the matches of the demo', () => {
  const words = [
    {
      query: 'tax',
      matches: ['fiscal', 'taxes'].map((id) => ({
        id,
        score: 1,
        relation: 'related' as const,
      })),
      complete: false,
      goesWith: ['income', 'sales'],
    },
  ];

  it('are a line a word, cut on a terminal alone', () => {
    assert.deepEqual(matchesTable(words, openTerminal(fakeStream(), {})), [
      'Word  Best matches   Goes with',
      '────  ─────────────  ─────────────',
      'tax   fiscal, taxes  income, sales',
    ]);
    const narrow = openTerminal(fakeStream({ columns: 24, rows: 9 }), { NO_COLOR: '1' });
    for (const line of matchesTable(words, narrow)) assert.ok(line.length <= 24, line);
  });
});
