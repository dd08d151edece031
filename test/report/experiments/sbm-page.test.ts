import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { parseHTML } from 'linkedom';
import { relevanceCurves } from '../../../hashers/losses/relevance-curves.ts';
import { sbmPage } from '../../../report/experiments/sbm-page.ts';
import { sbmGrid, sbmSettings, sbmSummary } from '../../../schemas/experiment.ts';

const GRID = sbmGrid.parse({ concentration: [2, 4], beta: [1], lambda: [0.1] });

describe('the page of the stochastic block model', () => {
  it('has a row a setting and, for a sweep, a plot a variable', () => {
    const settings = sbmSettings(['lse', 'dch'], 'symmetric', GRID);
    const scores = settings.map((_, at) =>
      [0.5, 0.7].map((f1) => ({ precision: f1, recall: f1, f1: f1 + at / 100 })),
    );
    const { table, plots, page } = sbmPage(settings, scores, relevanceCurves);
    assert.equal(table.trim().split('\n').length, 2 + 4);
    assert.match(
      table,
      /\| LSE \| symmetric \| 4 \| 1 \| 0\.1 \| no \| 0\.01 \| 0\.600 \| 0\.600 \| \*\*0\.610\*\* \| 0\.141 \|/,
    );
    assert.deepEqual(
      plots.map(({ name }) => name),
      ['sbm-f1.svg', 'sbm-concentration.svg'],
    );
    assert.ok(plots.every(({ svg }) => svg.startsWith('<svg') && svg.endsWith('</svg>\n')));
    const { document } = parseHTML(page);
    assert.deepEqual(
      [...document.querySelectorAll('figcaption')].map(
        ({ textContent }) => /by K|block-diagonal|relevance/.exec(textContent ?? '')?.[0],
      ),
      ['by K', 'block-diagonal', 'relevance'],
    );
    assert.equal(document.querySelectorAll('tbody tr').length, 4);
    // Two methods, two values of K: the best of each.
    assert.equal(document.querySelector('figure')!.querySelectorAll('rect').length, 4);
  });

  it('gives batches of 1024 positives and 3072 negatives, hard or not', () => {
    const grid = { ...GRID, hardNegatives: [true, false] };
    for (const { training } of sbmSettings(['cos'], 'independent', grid)) {
      assert.equal(training.hardPerPositive + training.easyPerPositive, 3);
      assert.deepEqual(
        [training.tables, training.bits, training.epochs, training.batchPositives],
        [1, 32, 50, 1024],
      );
    }
  });

  it('sums up with the deviation of a sample', () => {
    const { f1, f1Sd } = sbmSummary([
      { precision: 1, recall: 1, f1: 1 },
      { precision: 0, recall: 0, f1: 0 },
    ]);
    assert.equal(f1, 0.5);
    assert.ok(Math.abs(f1Sd - Math.SQRT1_2) < 1e-12);
  });
});
