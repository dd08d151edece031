import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { parseHTML } from 'linkedom';
import { experimentPage } from '../../../report/experiments/experiment-page.ts';
import { sbmMatrix } from '../../../report/experiments/sbm-matrix.ts';
import { sweepsOf } from '../../../report/experiments/sweep-bars.ts';
import { wordPage } from '../../../report/experiments/word-page.ts';
import { bucketsConfiguration } from '../../../schemas/configuration/index-files.ts';
import { pairwiseTraining } from '../../../schemas/configuration/training.ts';
import { expandSettings } from '../../../schemas/word-experiment.ts';

describe('experimentPage', () => {
  it('shows names that hold markup as text, and asks nothing of the network', () => {
    const worst = '<img src=x onerror=alert(1)>';
    const page = experimentPage({
      title: worst,
      table: `# ${worst}\n\n| ${worst} | F1 |\n|---|---|\n| a | **0.5** |\n`,
      figures: [{ svg: '<svg></svg>', caption: worst }],
    });
    const { document } = parseHTML(page);
    assert.equal(document.querySelector('img'), null);
    assert.deepEqual(
      [...document.querySelectorAll('h1, h2, th:first-child, figcaption')].map(
        ({ textContent }) => textContent,
      ),
      [worst, worst, worst, worst],
    );
    assert.equal(document.querySelector('td.number b')!.textContent, '0.5');
    assert.doesNotMatch(page, /https?:\/\/|<link|<script/);
  });
});

describe('the matrix of the block model', () => {
  it('has a cell a link, and one a pair with a common neighbour and no link', () => {
    // 0 - 1 - 2, and 3 alone.
    const svg = sbmMatrix({
      offsets: Uint32Array.of(0, 1, 3, 4, 4),
      columns: Uint32Array.of(1, 0, 2, 1),
    });
    const cells = [...svg.matchAll(/ d="([^"]*)"/g)].map(([, path]) =>
      [...path!.matchAll(/M(\d+) (\d+)/g)].map(([, x, y]) => [Number(y) / 2, Number(x) / 2]),
    );
    assert.deepEqual(cells, [
      [
        [0, 1],
        [1, 0],
        [1, 2],
        [2, 1],
      ],
      [
        [0, 2],
        [2, 0],
      ],
    ]);
  });
});

describe('bars of a sweep', () => {
  const rows = [
    ['lse', 2, 0.3],
    ['lse', 4, 0.5],
    ['lse', 4, 0.4],
    ['dch', 2, 0.1],
  ].map(([method, K, f1]) => ({ method: String(method), K: Number(K), beta: 1, f1: Number(f1) }));

  it('take the best setting of each method and value, of variables that vary', () => {
    const sweeps = sweepsOf(
      rows,
      { K: ({ K }) => String(K), beta: ({ beta }) => String(beta) },
      ({ f1 }) => f1,
      { F1: ({ f1 }) => ({ mean: f1, sd: 0 }) },
    );
    assert.deepEqual(
      sweeps.map(({ variable, bars }) => [
        variable,
        bars.map(({ method, value, mean }) => [method, value, mean]),
      ]),
      [
        [
          'K',
          [
            ['LSE', '2', 0.3],
            ['LSE', '4', 0.5],
            ['DCH', '2', 0.1],
          ],
        ],
      ],
    );
  });

  it('stand on the page of an experiment on words, F1 and WP for each value', () => {
    const settings = expandSettings(
      {
        training: pairwiseTraining.parse({}),
        buckets: bucketsConfiguration.parse({}),
      },
      { settings: { lse: {}, dch: { method: 'dch' } }, grid: { concentration: [8, 16] } },
    );
    const metrics = settings.map((_, at) => [{ f1: 0.1 * at, wp: 0.2, precision: 0.3 }]);
    const affinity = {
      linked: 10,
      meanDegree: 2,
      clustering: 0.1,
      greedyCost: 0.5,
      greedyPrecision: 0.1,
      greedyRecall: 0.1,
      greedyF1: 0.1,
    };
    const { document } = parseHTML(wordPage('words', settings, { affinity, metrics }));
    const figures = [...document.querySelectorAll('figure')];
    assert.deepEqual(
      figures.map((figure) => figure.querySelector('figcaption')!.textContent),
      ['F1 + WP of the setting where it is highest, for each method and K (as Fig. 3).'],
    );
    assert.equal(figures[0]!.querySelectorAll('rect').length, 8);
    assert.equal(document.querySelectorAll('tbody tr').length, 4);
  });
});
