import type { Metrics } from '../schemas/run.ts';
import { CUTS } from '../evaluation/answers/hit-figures.ts';
import { judgeAnswers } from '../schemas/judge-answers.ts';
import { WAYS } from '../evaluation/answers/way-names.ts';
import { escapeHtml as text } from './escape-html.ts';
import { count, number, section, table } from './page-parts.ts';
import type { AnswerRow, ReportData } from './report-data.ts';

/** How good the answers are, against what: the first thing that a reader should see. */
export function answers(data: ReportData): string {
  const { answers: rows, metrics, sought } = data;
  const warnings = judgeAnswers(metrics).map(
    ({ what, change }) => `<li><strong>${text(what)}.</strong> To change it: ${text(change)}.</li>`,
  );
  const warned = warnings.length === 0 ? '' : `<ul class="warnings">${warnings.join('')}</ul>`;
  if (rows.length === 0) return warned === '' ? '' : section('What to know first', warned);
  const columns = COLUMNS[sought].filter(({ weighing, cut }) =>
    rows.some((row) => row.weighing === weighing && row.cut === cut),
  );
  const measured = Object.entries(WAYS).flatMap(([way, name]) => {
    const first = rowOf(rows, way, 'uniform', CUTS[0]);
    return first ? [{ ...first, name: text(name) }] : [];
  });
  const first = table(
    [
      'Way',
      ...columns.map(({ head }) => number(head)),
      number('No answer'),
      number('Bytes an item'),
      number('Rounds of reads'),
    ],
    measured.map(({ way, name, empty, bytes, rounds }) => [
      name,
      ...columns.map(({ weighing, cut }) => number(share(rowOf(rows, way, weighing, cut)))),
      number(percent(empty)),
      number(bytes < 0 ? '' : count(bytes)),
      number(rounds < 0 ? '' : count(rounds)),
    ]),
  );
  const byCandidates = table(
    [
      'Way',
      ...CUTS.map((cut) => number(count(cut))),
      ...CUTS.map((cut) => number(`Fair, ${count(cut)}`)),
      number('Answers'),
    ],
    measured.map(({ way, name, answers: given }) => [
      name,
      ...['uniform', 'fair'].flatMap((weighing) =>
        CUTS.map((cut) => number(plainShare(rowOf(rows, way, weighing, cut)))),
      ),
      number(count(given)),
    ]),
  );
  return section(
    'How good the answers are',
    `${warned}<p>${LEADS[sought](metrics)}</p>${first}<p ` +
      `class="muted">${NOTES[sought](data)} Behind each figure its standard ` +
      `error. ${COSTS}</p><p class="muted">${CANDIDATES[sought]}</p>${byCandidates}`,
  );
}

/** What the first table shows, of held-out links and of the exact nearest. */
const COLUMNS = {
  links: [
    { head: 'Among 10', weighing: 'uniform', cut: 10 },
    { head: 'Among 50', weighing: 'uniform', cut: 50 },
    { head: 'Fair, 50', weighing: 'fair', cut: 50 },
    { head: 'Matched, 10', weighing: 'matched', cut: 10 },
  ],
  nearest: [
    { head: 'Recall@10', weighing: 'uniform', cut: 10 },
    { head: 'Recall@50', weighing: 'nearest 50', cut: 50 },
    { head: 'A label shared, 10', weighing: 'labels', cut: 10 },
    { head: 'A label shared, 50', weighing: 'labels', cut: 50 },
  ],
} as const;

/** The first sentence: how good, and against what. */
const LEADS = {
  links: (metrics: Metrics) =>
    told(metrics, 'Of links that it was not told, the first 10 answers find', [
      ['queryHr10', ''],
      ['popularityHr10', 'one list of the most linked items for all'],
      ['adamicAdarHr10', 'plain counting of shared links'],
      ['alsHr10', 'factors alone'],
    ]),
  nearest: (metrics: Metrics) =>
    told(metrics, 'Of the 10 items that are nearest, the first 10 answers find', [
      [metrics['queryRecall10'] === undefined ? 'cellsRecall10' : 'queryRecall10', ''],
      ['codesRecall10', 'codes alone'],
      ['popularityRecall10', 'the same 10 for all'],
    ]) +
    (metrics['queryLabels10'] === undefined
      ? ''
      : ` ${told(metrics, 'A label of what was asked is shared by', [
          ['queryLabels10', ''],
          ['exactLabels10', 'of the exact nearest by'],
          ['popularityLabels10', 'of the same 10 for all by'],
        ])}`),
} as const;

function told(metrics: Metrics, start: string, figures: readonly [string, string][]): string {
  const parts = figures.flatMap(([name, what]) => {
    const value = metrics[name];
    return value === undefined ? [] : [`${what} <strong>${percent(value)}</strong>`.trim()];
  });
  return `${start} ${parts.join(', ')}.`;
}

const NOTES = {
  links: ({ metrics, itemsName }: ReportData) =>
    `${count(metrics['heldOutPairs'] ?? 0)} links were kept from everything that is measured ` +
    'here, and asked for from both ends. <em>Among N</em>: how many are found among the first N ' +
    'answers that are not known links; <em>fair</em>: each link weighs 1 / links of its target, ' +
    `so that rare ${text(itemsName)} count as much as common ones; <em>matched</em>: among the ` +
    'first 10 of the 1,001 that have about as many links as the target, where popularity tells ' +
    'nothing.',
  nearest: ({ metrics, itemsName, nearestBy }: ReportData) =>
    `${count(metrics['queries'] ?? 0)} ${text(itemsName)} ask, and what they should find are ` +
    `their nearest by ${text(nearestBy)}, exactly. <em>Recall@N</em>: how many of the N nearest ` +
    'are among the first N answers. <em>A label shared</em>: how many of the first answers have ' +
    'a label of what was asked, if there are labels.',
};

const CANDIDATES = {
  links:
    'The same against the number of answers that are looked at; a way that gives fewer finds no ' +
    'more. Answers: how many it gives, in the mean.',
  nearest:
    'How many of the 10 nearest are found against the number of answers that are looked at; ' +
    'fair: what is near to few weighs as much as what is near to many. Answers: how many a way ' +
    'gives, in the mean.',
};

const COSTS = '<em>Rounds of reads</em> wait for one another; what needs none is in memory whole.';

const rowOf = (
  rows: readonly AnswerRow[],
  way: string,
  weighing: string,
  cut: number,
): AnswerRow | undefined =>
  rows.find((row) => row.way === way && row.weighing === weighing && row.cut === cut);

const percent = (value: number): string => `${(100 * value).toFixed(1)}%`;

const plainShare = (row: AnswerRow | undefined): string => (row ? percent(row.share) : '');

const share = (row: AnswerRow | undefined): string =>
  row === undefined
    ? ''
    : `${percent(row.share)} <small>&plusmn;&nbsp;${(100 * row.error).toFixed(1)}</small>`;
