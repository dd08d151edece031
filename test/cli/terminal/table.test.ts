import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { cutDisplay, displayWidth, padDisplay } from '../../../cli/terminal/display-width.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatFigure,
  formatSeconds,
  parseDuration,
} from '../../../cli/terminal/format.ts';
import { fitItems } from '../../../cli/index/lookup-words.ts';
import { renderTable } from '../../../cli/terminal/table.ts';
import { openTerminal } from '../../../cli/terminal/terminal.ts';
import { fakeStream } from './fake-stream.ts';

describe('renderTable', () => {
  it('aligns columns by what a terminal shows', () => {
    const rows = [
      ['king', '12'],
      ['кот', '3'],
      ['東京', '\u001b[32m456\u001b[0m'],
      ['e\u0301te\u0301', '1,000'],
    ];
    assert.deepEqual(
      renderTable([{ title: 'Word' }, { title: 'Count', align: 'right' }], rows, 80),
      [
        'Word  Count',
        '────  ─────',
        'king     12',
        'кот       3',
        '東京    \u001b[32m456\u001b[0m',
        'e\u0301te\u0301   1,000',
      ],
    );
  });

  it('cuts nothing where no terminal is', () => {
    const long = 'word '.repeat(100).trim();
    const piped = openTerminal(fakeStream(), {});
    assert.equal(renderTable([{ title: 'Words' }], [[long]], piped.columns()).at(-1), long);
    assert.equal(fitItems(long.split(' '), piped.columns()), long.replaceAll(' ', ', '));
    const narrow = openTerminal(fakeStream({ columns: 20, rows: 5 }), {});
    assert.equal(
      renderTable([{ title: 'Words' }], [[long]], narrow.columns()).at(-1),
      'word word word word…',
    );
  });

  it('is never wider than the terminal, and cuts words before numbers', () => {
    const narrow = renderTable(
      [{ title: 'Stage' }, { title: 'Rows', align: 'right' }],
      [['Train the embeddings', '1,234,567']],
      20,
    );
    assert.equal(narrow.at(-1), 'Train th…  1,234,567');
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 3, maxLength: 3 })),
        fc.integer({ min: 1, max: 60 }),
        (rows, width) => {
          const clean = rows.map((row) =>
            row.map((cell) => cell.replace(/[\u0000-\u001f\u007f-\u009f]/g, '')),
          );
          const lines = renderTable(
            [{ title: 'A' }, { title: 'B', align: 'right' }, { title: 'Long title' }],
            clean,
            width,
          );
          for (const line of lines)
            assert.ok(displayWidth(line) <= width, `${displayWidth(line)} > ${width}`);
        },
      ),
    );
  });
});

describe('cutDisplay', () => {
  it('keeps colours closed and wide characters whole', () => {
    assert.equal(cutDisplay('\u001b[31mabcdef\u001b[0m', 4), '\u001b[31mabc…\u001b[0m');
    assert.equal(cutDisplay('東京都', 4), '東…');
    assert.equal(cutDisplay('abc', 3), 'abc');
    assert.equal(padDisplay('東', 4, 'right'), '  東');
    assert.equal(cutDisplay('👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧', 5), '👨‍👩‍👧👨‍👩‍👧…');
  });
});

describe('format', () => {
  it('writes bytes, durations and figures for people', () => {
    assert.deepEqual([0, 999, 1000, 12_345, 999_499, 999_999, 1.2e12].map(formatBytes), [
      '0 B',
      '999 B',
      '1.00 kB',
      '12.3 kB',
      '999 kB',
      '1.00 MB',
      '1.20 TB',
    ]);
    assert.deepEqual([0.04, 9.94, 9.96, 59.4, 59.6, 3599, 7620, 100_000].map(formatSeconds), [
      '0.0 s',
      '9.9 s',
      '10 s',
      '59 s',
      '1 min 00 s',
      '59 min 59 s',
      '2 h 07 min',
      '1 d 3 h',
    ]);
    assert.deepEqual([5, 0.25, 0.123456, 1e-7, 12_345.6, Number.NaN].map(formatFigure), [
      '5',
      '0.25',
      '0.1235',
      '1.000e-7',
      '12,346',
      'NaN',
    ]);
    assert.equal(formatCount(1_234_567.4), '1,234,567');
  });

  it('reads durations, and writes them back', () => {
    for (const text of ['1d', '6h', '90m', '5m', '90s', '1500ms', '14d'])
      assert.equal(formatDuration(parseDuration(text) ?? 0), text);
    assert.deepEqual(
      ['500ms', '90s', '5m', '1.5h', '1d', ' 2w '].map(parseDuration),
      [500, 90_000, 300_000, 5_400_000, 86_400_000, 1_209_600_000],
    );
    assert.deepEqual(
      ['', '5', 'm', '0s', '-1h', '1 day'].map(parseDuration),
      Array<undefined>(6).fill(undefined),
    );
  });

  it('shows as many items as fit', () => {
    assert.equal(fitItems(['queen', 'prince', 'throne'], 80), 'queen, prince, throne');
    assert.equal(fitItems(['queen', 'prince', 'throne'], 20), 'queen, … 2 more');
    assert.equal(fitItems(['incomprehensibilities'], 5), 'incomprehensibilities');
  });
});
