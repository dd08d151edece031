import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { outcomeText } from '../../../cli/run/run-outcome.ts';
import { openTerminal } from '../../../cli/terminal/terminal.ts';
import type { ReindexResult } from '../../../schemas/run.ts';
import { fakeStream } from '../terminal/fake-stream.ts';

const RESULT: ReindexResult = {
  index: 'brown',
  version: 2,
  uri: 'file:///a%20b/indexes/brown/versions/2',
  published: true,
  workflowId: 'w',
  runId: 'r',
  stages: [
    { name: 'relate', cached: false, seconds: 2.5, rows: 350_000, bytes: 1 },
    { name: 'train', cached: true, seconds: 30, rows: 9610, bytes: 1 },
  ],
  metrics: {
    items: 9610,
    emptyLookups: 0.102,
    hr50: 0.0955,
    shuffledHr50: 0.00256,
    heldOutPairs: 3009,
    buckets: 11_150,
    medianBucket: 1,
    largestBucket: 286,
  },
  corpus: {
    skippedFiles: 0,
    firstSkipped: [],
    skippedRows: 0,
    firstSkippedRows: [],
    repeatedFiles: 0,
    ownFiles: 0,
  },
};
const terminal = openTerminal(fakeStream(), {});

describe('the end of a run', () => {
  it('says five figures in words, and what to do next', () => {
    assert.deepEqual(outcomeText(RESULT, terminal).split('\n'), [
      '',
      '  9,610 items have codes',
      '  90% of them share a bucket with others; 36 ranked neighbours each on average',
      '  9.6% of 3,009 held-out pairs are found among 50 items of buckets, 37 times chance',
      '  11,150 buckets: half hold 1 at most, the largest 286',
      '  33 s of work: 1 stages run, 1 from artifacts',
      '  (--metrics shows every stage and figure)',
      '',
      'Published brown version 2',
      'file:///a%20b/indexes/brown/versions/2',
      '',
      "Next: hashloom query WORD --index 'file:///a%20b/indexes/brown'",
      '',
    ]);
  });

  it('names ids where items are none of words', () => {
    assert.match(
      outcomeText(RESULT, terminal, { item: 'ID' }),
      /^Next: hashloom query ID --index/m,
    );
  });

  it('keeps every figure for who asks for them', () => {
    const text = outcomeText(RESULT, terminal, { metrics: true, query: 'hashloom query WORD' });
    assert.match(text, /^List the neighbours .* run$/m);
    assert.match(text, /^largestBucket +286$/m);
    assert.match(text, /\nNext: hashloom query WORD\n$/);
    assert.doesNotMatch(text, /--metrics/);
  });

  it('says what the lists find, and warns of what should not be trusted', () => {
    const text = outcomeText(
      {
        ...RESULT,
        metrics: {
          ...RESULT.metrics,
          queryHr10: 0.092,
          popularityHr10: 0.018,
          queryHr50: 0.19,
          popularityHr50: 0.078,
          withoutAnswer: 0.22,
        },
      },
      terminal,
    );
    assert.match(
      text,
      /^ {2}9.2% of 3,009 held-out pairs are among the first 10 answers; the most linked items find 1.8%$/m,
    );
    assert.match(text, /^ {2}! 22% of the items have no link and no bucket with others: /m);
    assert.doesNotMatch(text, /a fixed list/);
  });

  it('has no line for what was not measured', () => {
    const text = outcomeText({ ...RESULT, stages: [], metrics: { items: 5 } }, terminal);
    assert.deepEqual(text.split('\n').slice(1, 3), [
      '  5 items have codes',
      '  0.0 s of work: 0 stages run, 0 from artifacts',
    ]);
  });
});
