import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { parseHTML } from 'linkedom';
import { renderReport } from '../../report/render-report.ts';
import type { ReportData } from '../../report/report-data.ts';
import { smallReport } from './small-report.ts';

describe('renderReport', () => {
  it('shows words that hold markup as text, everywhere', () => {
    for (const worst of [
      '</script><script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '<!--<script>',
      '"><svg onload=alert(1)>',
      '&lt;b&gt;',
      "'",
    ]) {
      const page = renderReport(smallReport(40, worst));
      const { document } = parseHTML(page);
      assert.equal(document.querySelectorAll('script').length, 2, worst);
      assert.equal(document.querySelectorAll('img, [onerror], [onload]').length, 0, worst);
      const data = JSON.parse(document.getElementById('map-data')!.textContent ?? '') as {
        words: string[];
      };
      assert.equal(data.words[0], worst);
      assert.equal(document.querySelector('.words')!.textContent, `${worst}, word1, word2`);
      assert.ok(document.querySelector('#map circle title')!.textContent === worst);
    }
  });

  it('is the same bytes for the same data, whatever was drawn before', () => {
    const first = renderReport(smallReport(100));
    renderReport(smallReport(50));
    assert.equal(renderReport(smallReport(100)), first);
  });

  it('asks nothing of the network', () => {
    const { document } = parseHTML(renderReport(smallReport(40)));
    assert.equal(document.querySelectorAll('link, iframe, [src], [href^=http]').length, 0);
    assert.match(
      document.querySelector('meta[http-equiv]')!.getAttribute('content'),
      /default-src 'none'/,
    );
  });

  it('stays below 5 MB with a full map', () => {
    assert.ok(Buffer.byteLength(renderReport(smallReport(3000))) < 5e6);
  });

  it('names each cell of a wide table by its head, for phones, and tells how to ask', () => {
    const { document } = parseHTML(renderReport(smallReport(40)));
    for (const wide of document.querySelectorAll('.cards table')) {
      const heads = [...wide.querySelectorAll('th')].map((head) => head.textContent);
      for (const row of wide.querySelectorAll('tbody tr'))
        for (const [at, cell] of [...row.querySelectorAll('td')].entries())
          assert.equal(cell.getAttribute('data-head') ?? '', heads[at]);
    }
    const narrow = [...document.querySelectorAll('.scroll:not(.cards) tr')];
    assert.ok(document.querySelectorAll('.cards table').length > 0 && narrow.length > 0);
    for (const row of narrow) assert.ok(row.children.length <= 3, row.textContent);
    assert.match(document.querySelector('main > p')!.textContent, /^Ask it: hashloom query \w+/);
  });

  it('says what is better and what is worse than in the version before', () => {
    const { document } = parseHTML(renderReport(smallReport(40)));
    const changes = [
      ...document.querySelectorAll('section td.number .up, section td.number .down'),
    ].map((cell) => `${cell.className} ${cell.textContent}`);
    assert.deepEqual(changes, ['down \u22120.05', 'up \u22122']);
    assert.match(document.querySelector('header')!.textContent, /compared with version 3/);
  });

  it('shows the similarities of the model, and what the codes do', () => {
    const { document } = parseHTML(renderReport(smallReport(30)));
    const [collision, relevance] = [...document.querySelectorAll('svg')].filter((svg) =>
      /equal codes|each model/.test(svg.getAttribute('aria-label') ?? ''),
    );
    assert.equal(collision!.querySelectorAll('circle').length, 4);
    assert.deepEqual(
      [...relevance!.querySelectorAll('text')]
        .map(({ textContent }) => textContent)
        .filter((name) => /^[A-Z]{3}$/.test(name ?? '')),
      ['LSE', 'COS', 'DCH', 'DHN'],
    );
    const { similarity: _similarity, ...without } = smallReport(30);
    assert.doesNotMatch(renderReport(without), /<h2>Similarity/);
  });

  it('puts figures of chance beside those they are of', () => {
    const { document } = parseHTML(
      renderReport({ ...smallReport(30), metrics: { f1: 0.25, shuffledF1: 0.05, queries: 100 } }),
    );
    const rows = [...document.querySelectorAll('section')]
      .find((section) => section.querySelector('h2')?.textContent === 'Metrics')!
      .querySelectorAll('tbody tr');
    assert.deepEqual(
      [...rows].map((row) =>
        [...row.querySelectorAll('td')].map(({ textContent }) => textContent).slice(0, 5),
      ),
      [
        ['F1', '0.25', '0.2 to 0.28', '0.05', '5 x'],
        ['queries', '100', '', '', ''],
      ],
    );
  });

  it('says what a cap on the size of buckets keeps back', () => {
    const page = (change: Partial<ReportData>) =>
      parseHTML(renderReport({ ...smallReport(30), ...change })).document.querySelector('body')!
        .textContent;
    assert.match(page({}), /No cap: a lookup gives every bucket/);
    assert.match(
      page({
        maximumBucket: 1000,
        metrics: { buckets: 2500, bucketsOverCap: 3, itemsOverCap: 1200 },
      }),
      new RegExp(
        'no bucket of more than 1,000 words, it says how large it is: ' +
          '3 of 2,500 buckets; 1,200 words have no smaller one',
        'u',
      ),
    );
    assert.match(
      page({ maximumBucket: 1000, metrics: { buckets: 2500, bucketsOverCap: 3, itemsOverCap: 0 } }),
      /every one of the words has a smaller one/,
    );
  });

  it('does without a map, a curve and an earlier version', () => {
    const { previous: _previous, ...data } = smallReport(40);
    const { document } = parseHTML(renderReport({ ...data, map: [], curve: [], examples: [] }));
    assert.equal(document.getElementById('map'), null);
    assert.match(document.querySelector('header')!.textContent, /no version before it/);
  });
});
