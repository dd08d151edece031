import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { displayWidth } from '../../../cli/terminal/display-width.ts';
import { createProgressDisplay } from '../../../cli/run/progress-display.ts';
import { finishedSnapshot, mergeProgress } from '../../../cli/run/run-snapshot.ts';
import type { RunSnapshot } from '../../../cli/run/run-snapshot.ts';
import { openTerminal } from '../../../cli/terminal/terminal.ts';
import type { StageProgress, StageResult } from '../../../schemas/run.ts';
import { STAGES } from '../../../schemas/activities.ts';
import { STAGE_NAMES } from '../../../schemas/stages.ts';
import { fakeStream, screenOf } from '../terminal/fake-stream.ts';

/** The first `done` stages done, the next one at work. */
function stagesAt(done: number): StageProgress[] {
  return STAGE_NAMES.map((name, position) => {
    if (position > done) return { name, state: 'waiting', done: 0, total: 0 };
    if (position === done) return { name, state: 'running', done: 0, total: 0 };
    const result: StageResult = {
      name,
      cached: position % 2 === 0,
      seconds: 1.5,
      rows: 1234,
      bytes: 5_000_000,
    };
    return { name, state: 'done', done: 1, total: 1, result };
  });
}

const TRAIN = STAGE_NAMES.indexOf('train');

function training(): RunSnapshot {
  const child = { done: 10, total: 20, figures: { loss: 0.51234, pairs: 120_000 } };
  const beat = {
    stage: 'block' as const,
    done: 1,
    total: 2,
    figures: { pairsPerSecond: 1_234_567 },
  };
  return mergeProgress(
    { index: 'news', stages: stagesAt(TRAIN), child: 'reindex/news/train' },
    child,
    [beat],
  );
}

describe('mergeProgress', () => {
  it('adds what is under way to what the child has finished', () => {
    const train = training().stages[TRAIN];
    assert.equal(train?.fraction, 10.5 / 20);
    assert.deepEqual([train?.done, train?.total], [10, 20]);
    assert.deepEqual(train?.figures, { loss: 0.51234, pairs: 120_000, pairsPerSecond: 1_234_567 });
  });

  it('counts the blocks of a round as one step', () => {
    const child = { done: 0, total: 4, figures: {} };
    const beat = { stage: 'block' as const, done: 1, total: 1, figures: {} };
    const snapshot = mergeProgress({ index: 'news', stages: stagesAt(TRAIN), child: 'c' }, child, [
      beat,
      beat,
      { ...beat, done: 0 },
    ]);
    assert.ok(Math.abs((snapshot.stages[TRAIN]?.fraction ?? 0) - 2 / 3 / 4) < 1e-12);
  });

  it('does not know the share of a stage that nobody has heard of', () => {
    assert.equal(
      mergeProgress({ index: 'news', stages: stagesAt(0) }, undefined, []).stages[0]?.fraction,
      undefined,
    );
  });
});

describe('the display on a terminal', () => {
  it('draws a bar a stage over the last frame', () => {
    const stream = fakeStream({ columns: 100, rows: 40 });
    const display = createProgressDisplay(openTerminal(stream, { NO_COLOR: '1' }), () => 0);
    display.update(mergeProgress({ index: 'news', stages: stagesAt(0) }, undefined, []));
    display.update(training());
    const screen = screenOf(stream.written);
    assert.equal(screen.filter((line) => line !== '').length, STAGE_NAMES.length);
    assert.match(screen[0] ?? '', /^✔ List the corpus +█+  cached +1,234 rows$/);
    assert.match(screen[1] ?? '', /^✔ Ingest files to tokens +█+  1\.5 s +1,234 rows$/);
    assert.match(
      screen[TRAIN] ?? '',
      /^▸ Train the embeddings +█+░+ +52%  0\.0 s   10 of 20  loss 0\.5123  pairs 120,00…$/,
    );
    assert.equal(
      screen.find((line) => line.includes('Publish')),
      '· Publish',
    );
  });

  it('tells the time left at the pace since it was first seen', () => {
    const stream = fakeStream({ columns: 120, rows: 40 });
    let now = 0;
    const display = createProgressDisplay(openTerminal(stream, { NO_COLOR: '1' }), () => now);
    const trainAt = (fraction: number): string => {
      const snapshot = training();
      snapshot.stages[TRAIN]!.fraction = fraction;
      display.update(snapshot);
      return screenOf(stream.written)[TRAIN] ?? '';
    };
    assert.doesNotMatch(trainAt(0.5), /left/);
    now = 1_000;
    assert.doesNotMatch(trainAt(0.6), /left/, 'a second tells nothing yet');
    now = 10_000;
    assert.match(trainAt(0.75), /75%  10 s +10 s left  10 of 20/);
    // Another attempt begins anew, and so does its pace.
    now = 20_000;
    assert.doesNotMatch(trainAt(0.1), /left/);
    now = 30_000;
    assert.match(trainAt(0.2), /20%  30 s +1 min 20 s left/);
  });

  it('stays within the terminal, whatever its size', () => {
    for (const columns of [20, 33, 60, 80, 200]) {
      for (const rows of [5, 10, 24]) {
        const stream = fakeStream({ columns, rows });
        const display = createProgressDisplay(openTerminal(stream, {}));
        for (const snapshot of [
          training(),
          { ...training(), notice: 'no worker has answered for 12 s; '.repeat(9) },
        ]) {
          display.update(snapshot);
          const lines = screenOf(stream.written).filter((line) => line !== '');
          assert.ok(lines.length < rows, `${lines.length} lines of ${rows}`);
          for (const line of lines) assert.ok(displayWidth(line) < columns, `${columns}: ${line}`);
          assert.ok(
            lines.some((line) => line.includes('Train t')),
            `${columns} x ${rows}`,
          );
        }
      }
    }
  });

  it('colours unless NO_COLOR or --no-color say otherwise', () => {
    const painted = (environment: Record<string, string>, wantsColor = true) => {
      const stream = fakeStream({ columns: 80, rows: 40 });
      createProgressDisplay(openTerminal(stream, environment, wantsColor)).update(training());
      return /\u001b\[[0-9;]+m/.test(stream.written.join(''));
    };
    assert.deepEqual(
      [painted({}), painted({ NO_COLOR: '1' }), painted({}, false), painted({ NO_COLOR: '' })],
      [true, false, false, true],
    );
  });
});

describe('the display elsewhere', () => {
  it('writes a line when a stage starts and one when it ends', () => {
    const stream = fakeStream();
    let now = 0;
    const display = createProgressDisplay(openTerminal(stream, {}), () => now);
    display.update(mergeProgress({ index: 'news', stages: stagesAt(0) }, undefined, []));
    now = 2_500;
    display.update(mergeProgress({ index: 'news', stages: stagesAt(0) }, undefined, []));
    display.update(mergeProgress({ index: 'news', stages: stagesAt(1) }, undefined, []));
    assert.deepEqual(stream.written, [
      '[0.0 s] List the corpus: started\n',
      '[2.5 s] List the corpus: cached, 1,234 rows, 5.00 MB\n',
      '[2.5 s] Ingest files to tokens: started\n',
    ]);
  });

  it('reminds of a long stage every half minute, and tells a notice once', () => {
    const stream = fakeStream();
    let now = 0;
    const display = createProgressDisplay(openTerminal(stream, {}), () => now);
    for (; now <= 65_000; now += 1_000)
      display.update({ ...training(), notice: 'no worker has taken work' });
    const lines = stream.written.filter(
      (line) => line.includes('Train the embeddings') || line.includes('no worker'),
    );
    assert.deepEqual(lines, [
      '[0.0 s] Train the embeddings: started\n',
      '[0.0 s] no worker has taken work\n',
      '[30 s] Train the embeddings: 52%, 10 of 20, loss 0.5123, pairs 120,000, pairs per ' +
        'second 1,234,567\n',
      '[1 min 00 s] Train the embeddings: 52%, 10 of 20, loss 0.5123, pairs 120,000, pairs ' +
        'per second 1,234,567\n',
    ]);
  });

  it('shows a finished run whole', () => {
    const stream = fakeStream();
    const results = stagesAt(STAGE_NAMES.length).flatMap((stage) => stage.result ?? []);
    const result = {
      index: 'news',
      version: 1,
      uri: 'file:///v',
      published: true,
      workflowId: 'w',
      runId: 'r',
      stages: results,
      metrics: {},
      corpus: {
        skippedFiles: 0,
        firstSkipped: [],
        skippedRows: 0,
        firstSkippedRows: [],
        repeatedFiles: 0,
        ownFiles: 0,
      },
    };
    createProgressDisplay(openTerminal(stream, {})).update(finishedSnapshot(result));
    assert.equal(stream.written.length, STAGE_NAMES.length);
    assert.match(stream.written.at(-1) ?? '', new RegExp(STAGES.publish.title));
  });
});
