import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { parseHTML } from 'linkedom';
import { pairsTable } from '../../../report/documents/documents-pairs.ts';
import { documentsPage, documentsTable } from '../../../report/documents/documents-page.ts';
import type { DocumentPicture, DocumentScore } from '../../../schemas/document-experiment.ts';

const score = (
  name: string,
  bits: number,
  precisionAt100: number,
  variant: Record<string, string> = {},
  seed = 1,
): DocumentScore => ({
  data: 'reuters',
  name,
  variant,
  bits,
  seed,
  metrics: { precisionAt100 },
  trial: { stage: 'document-trial', key: '0' },
  pictured: false,
});
const shown = (scores: DocumentScore[]) => parseHTML(documentsPage('', scores, [])).document;

describe('the tables of the documents experiment', () => {
  it(
    'give mean and deviation over seeds beside the papers figure, of a number of components by ' +
      'Table 3',
    () => {
      const table = documentsTable([
        score('bmsh', 32, 0.7),
        score('bmsh', 32, 0.8, {}, 2),
        score('bmsh', 32, 0.75, { components: '5' }),
        score('itq', 32, 0.5),
      ]);
      assert.match(
        table,
        new RegExp(
          '\\| bmsh \\| 0\\.7500 ± 0\\.0707 \\(0\\.8286\\) \\|\\n' +
            '\\| bmsh, components 5 \\| 0\\.7500 \\(0\\.8152\\) \\|\\n' +
            '\\| itq \\| 0\\.5000 \\|',
          'u',
        ),
      );
    },
  );

  it('hold the papers figures of a collection that is parted in another way', () => {
    assert.match(
      documentsTable([{ ...score('bmsh', 16, 0.7), data: 'reuters-20' }]),
      /\| bmsh \| 0\.7000 \(0\.7954\) \|/,
    );
  });
});

describe('the page of the documents experiment', () => {
  it('draws a curve a method where there are two lengths, with the papers beside it', () => {
    const [figure, ...others] = shown(
      [16, 32].flatMap((bits) => [score('bmsh', bits, 0.7), score('itq', bits, 0.6)]),
    ).querySelectorAll('figure');
    assert.equal(others.length, 0);
    assert.equal(figure!.querySelectorAll('circle').length, 4);
    assert.equal(
      figure!.querySelectorAll('path[stroke-dasharray], g[stroke-dasharray] path').length,
      1,
    );
    assert.equal(shown([score('bmsh', 32, 0.7)]).querySelectorAll('figure').length, 0);
  });

  it('draws bars by each variable, the best of what else varies', () => {
    const scores = [5, 10].flatMap((K) =>
      ['stochastic', 'deterministic'].map((bits, at) =>
        score('bmsh', 32, K / 20 + at / 100, { components: String(K), bits }),
      ),
    );
    const figures = [...shown(scores).querySelectorAll('figure')];
    assert.deepEqual(
      figures.map((figure) => figure.querySelector('figcaption')!.textContent.split(': ')[1]),
      [
        'precision of the 100 nearest by components, the best of what else varies.',
        'precision of the 100 nearest by bits, the best of what else varies.',
      ],
    );
    assert.deepEqual(
      [...figures[0]!.querySelectorAll('rect title')].map(({ textContent }) => textContent),
      [
        'BMSH, components 5: precision@100 0.260 ± 0.000',
        'BMSH, components 10: precision@100 0.510 ± 0.000',
      ],
    );
  });

  it('shows a map in colours of labels, and codes in binary digits with markup as text', () => {
    const picture: DocumentPicture = {
      labels: ['ham', 'spam'],
      points: [
        { x: 0, y: 0, label: 0 },
        { x: 1, y: 1, label: 1 },
        { x: 2, y: 0, label: 1 },
      ],
      examples: [
        [
          { labels: ['ham'], words: ['<b>', 'a|b'], code: '0f', distance: 0 },
          { labels: ['spam'], words: ['x'], code: '1f', distance: 1 },
        ],
      ],
    };
    const { document } = parseHTML(
      documentsPage('', [score('bmsh', 8, 0.7)], [{ score: score('bmsh', 8, 0.7), picture }]),
    );
    const colours = [...document.querySelectorAll('figure circle')].map((circle) =>
      circle.getAttribute('fill'),
    );
    assert.deepEqual([colours.length, new Set(colours).size], [3, 2]);
    const rows = [...document.querySelectorAll('table')].at(-1)!.querySelectorAll('tbody tr');
    assert.deepEqual(
      [...rows].map((row) => [...row.querySelectorAll('td')].map(({ textContent }) => textContent)),
      [
        ['ham', '<b>, a/b', '00001111', '0'],
        ['spam', 'x', '00011111', '1'],
      ],
    );
  });
});

describe('pairs of methods', () => {
  it('say whether the first is above, beside the difference in the papers', () => {
    const pair = (difference: number, interval: [number, number]) => ({
      data: 'reuters',
      bits: 32,
      better: 'bmsh',
      worse: 'gmsh',
      seeds: 1,
      difference,
      interval,
    });
    const table = pairsTable([
      pair(0.02, [0.01, 0.03]),
      pair(0.001, [-0.01, 0.01]),
      pair(-0.02, [-0.03, -0.01]),
    ]);
    assert.match(
      table,
      /\| reuters \| 32 \| bmsh - gmsh \| \+0\.0200 \| \+0\.0100 to \+0\.0300 \| above \| \+0\.0103 \| 1 \|/,
    );
    assert.deepEqual(
      [...table.matchAll(/above|not told apart|below/g)].map(([word]) => word),
      ['above', 'not told apart', 'below'],
    );
    assert.equal(pairsTable([]), '');
  });
});
