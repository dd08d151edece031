import { judgeAnswers } from '../evaluation/answers/judge-answers.ts';
import { escapeHtml as text } from './escape-html.ts';
import { count, number, section, table } from './page-parts.ts';
import type { AnswerRow, ReportData } from './report-data.ts';

/** How good the answers are, against what: the first thing that a reader should see. */
export function answers({ answers: rows, metrics, itemsName }: ReportData): string {
  const warnings = judgeAnswers(metrics).map(
    ({ what, change }) => `<li><strong>${text(what)}.</strong> To change it: ${text(change)}.</li>`,
  );
  const warned = warnings.length === 0 ? '' : `<ul class="warnings">${warnings.join('')}</ul>`;
  if (rows.length === 0) return warned === '' ? '' : section('What to know first', warned);
  const find = (way: string, weighing: string, cut: number): AnswerRow | undefined =>
    rows.find((row) => row.way === way && row.weighing === weighing && row.cut === cut);
  const body = Object.entries(WAYS).flatMap(([way, name]) => {
    const uniform = find(way, 'uniform', 50);
    if (!uniform) return [];
    const cells = COLUMNS.map(({ weighing, cut }) => number(share(find(way, weighing, cut))));
    return [[text(name), ...cells, number(percent(uniform.empty))]];
  });
  const heads = ['Way', ...COLUMNS.map(({ head }) => number(head)), number('No answer')];
  const pairs = metrics['heldOutPairs'] ?? 0;
  const note =
    `${count(pairs)} links were kept from everything that is measured here, and asked for from ` +
    'both ends, of 3,000 items at most. <em>Among N</em>: how many are found among the first ' +
    'N answers that are not ' +
    'known links; <em>fair</em>: each link weighs 1 / links of its target, so that rare ' +
    `${text(itemsName)} count as much as common ones; <em>matched</em>: among the first 10 of ` +
    'the 1,001 that have about as many links as the target, where popularity tells nothing. ' +
    'Behind each figure its standard error.';
  return section(
    'How good the answers are',
    `${warned}${table(heads, body)}<p class="muted">${note}</p>`,
  );
}

const WAYS = {
  query: 'query: ranked lists',
  vectors: 'all, by the dense embeddings',
  codes: 'all, by Hamming distance of codes',
  buckets: 'lookup: buckets',
  shuffledBuckets: 'the same buckets filled at random',
  popularity: 'the most linked, whatever is asked',
  adamicAdar: 'shared links (Adamic, Adar)',
} as const;

const COLUMNS = [
  { head: 'Among 10', weighing: 'uniform', cut: 10 },
  { head: 'Among 50', weighing: 'uniform', cut: 50 },
  { head: 'Among 1,000', weighing: 'uniform', cut: 1000 },
  { head: 'Fair, 50', weighing: 'fair', cut: 50 },
  { head: 'Matched, 10', weighing: 'matched', cut: 10 },
] as const;

const percent = (value: number): string => `${(100 * value).toFixed(1)}%`;

const share = (row: AnswerRow | undefined): string =>
  row === undefined
    ? ''
    : `${percent(row.share)} <small>&plusmn;&nbsp;${(100 * row.error).toFixed(1)}</small>`;
