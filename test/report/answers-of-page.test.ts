import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { parseHTML } from 'linkedom';
import { renderReport } from '../../report/render-report.ts';
import type { ReportData } from '../../report/report-data.ts';
import { smallReport } from './small-report.ts';

/** The text of the page up to its stages, which is its first screen. */
function firstScreen(change: Partial<ReportData>): string {
  const { document } = parseHTML(renderReport({ ...smallReport(300), ...change }));
  const text = document.querySelector('body')!.textContent.replaceAll(/\s+/g, ' ');
  return text.slice(0, text.indexOf('Time in this run'));
}

describe('the first screen of a report', () => {
  it('says what is found of links, and what is beside it', () => {
    const text = firstScreen({
      metrics: {
        queryHr10: 0.052,
        popularityHr10: 0.022,
        adamicAdarHr10: 0.038,
        heldOutPairs: 12_848,
      },
    });
    assert.match(
      text,
      /the first 10 answers find 5.2%, one list of the most linked items for all 2.2%, plain/,
    );
    assert.match(text, /query HR@100.052 fixed list 0.022/);
    assert.match(text, /12,848 links were kept .* Rounds of reads/);
    assert.match(text, /WayAmong 10Among 50Fair, 50Matched, 10No answerBytes an item/);
  });

  it('says what is found of the nearest, and of labels', () => {
    const row = { way: 'query', share: 0.9, error: 0.01, answers: 50, empty: 0 };
    const text = firstScreen({
      sought: 'nearest',
      nearestBy: 'the cosine of their weighed words',
      metrics: {
        items: 9000,
        queries: 1000,
        queryRecall10: 0.999,
        codesRecall10: 0.05,
        popularityRecall10: 0.005,
        queryLabels10: 0.544,
        exactLabels10: 0.545,
      },
      answers: [
        { ...row, weighing: 'uniform', cut: 10, bytes: 616, rounds: 1 },
        { ...row, weighing: 'labels', cut: 10, bytes: 616, rounds: 1 },
      ],
    });
    assert.match(
      text,
      /the first 10 answers find 99.9%, codes alone 5.0%, the same 10 for all 0.5%/,
    );
    assert.match(text, /asked is shared by 54.4%, of the exact nearest by 54.5%\./);
    // No column of what was not measured.
    assert.match(text, /WayRecall@10A label shared, 10No answerBytes an item/);
    assert.match(text, /1,000 words ask, .* by the cosine of their weighed words, exactly/);
  });
});
