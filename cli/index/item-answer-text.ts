import type { Match, MissingItem, Payload, Usage } from '@hashloom/lookup';
import { formatBytes, formatCount } from '../terminal/format.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { AskedQuery, ItemAnswer } from './query-items.ts';

/**
 * An answer for a person: what was asked and how the matches were found, then a table of them. With
 * `explained`, the steps and what they cost stand between.
 */
export function itemAnswerText(answer: ItemAnswer, terminal: Terminal, explained = false): string {
  const { name, matches, missing, steps, usage } = answer;
  const title = terminal.paint('bold', nameText(name));
  const told = missing === undefined || matches.length > 0 ? howFound(answer) : 'not in the index';
  const lines = [
    `${title}  ${terminal.paint('dim', told)}`,
    ...(explained ? [...steps, costText(usage)] : []).map((line) =>
      terminal.paint('dim', `  ${line}`),
    ),
    ...(matches.length === 0 ? [] : matchesTable(matches, terminal)),
  ];
  return `${lines.join('\n')}\n`;
}

/** Why an item is not in the index, in words, and what may have been meant. */
export function missingText({ missing }: ItemAnswer): string {
  if (missing === undefined) return '';
  const { id, spellings } = missing;
  const lower = id.toLowerCase();
  if (spellings.includes(lower))
    return `not in the index: ${id}; words are lower-case there: ${lower}\n`;
  const sided = spellings.filter((key) => key.endsWith(`:${id}`));
  if (sided.length > 0)
    return `not in the index: ${id}; items have the name of their side there: ${sided.join(', ')}\n`;
  const near = spellings.length > 0 ? `; near in spelling: ${spellings.join(', ')}` : '';
  return `not in the index: ${id}${reasonText(missing)}${near}\n`;
}

/** What is known of why it is not there. */
function reasonText({ id, reason, minimumCount, lengths, askBy }: MissingItem): string {
  if (reason === 'common')
    return ', one of the most common words, which are left out (vocabulary.common)';
  if (reason === 'length' && lengths)
    return `: words there have ${lengths[0]} to ${lengths[1]} letters (tokens.minimumLength)`;
  if (reason === 'number') return ': what begins with a digit is left out (tokens.numbers)';
  const words = id.trim().split(/\s+/);
  if (askBy === 'text') return '; if this is a text, ask with --text';
  if (words.length > 1)
    return `; words are asked one by one, or together: --positive ${words.join(',')}`;
  if (minimumCount === undefined) return '';
  return `: never seen, or fewer than ${minimumCount} times (vocabulary.minimumCount)`;
}

function nameText(name: AskedQuery['name']): string {
  if (typeof name === 'string') return name;
  const minus = name.negative.map((id) => ` - ${id}`).join('');
  return `${name.positive.join(' + ')}${minus}`;
}

const RANKS = {
  neighbours: 'from its list of neighbours',
  cosine: 'by the cosine of small vectors',
  hamming: 'by codes, those of fewest other bits first',
  bucket: 'from its buckets',
} as const;

function howFound({ matches, topK, rank, complete }: ItemAnswer): string {
  if (matches.length === 0) return 'no matches';
  if (complete) return RANKS[rank];
  return matches.length < topK
    ? `${RANKS[rank]}; only ${matches.length} of ${topK}`
    : `${RANKS[rank]}; nearer ones that pass the filter may be missing`;
}

function costText({ requests, bytes, rounds, candidates, cached, ms }: Usage): string {
  const kept = cached > 0 ? `, ${formatCount(cached)} more from memory` : '';
  return (
    `cost: ${formatCount(requests)} reads in ${rounds} rounds, ${formatBytes(bytes)}${kept}; ` +
    `${formatCount(candidates)} candidates; ${ms.toFixed(1)} ms`
  );
}

function matchesTable(matches: readonly Match[], terminal: Terminal): string[] {
  const hasLinks = matches.some(({ known }) => known !== undefined);
  const fields = fieldsOf(matches);
  const hasTexts = matches.some(({ payload }) => typeof payload === 'string');
  const columns: Column[] = [
    { title: '#', align: 'right' },
    { title: 'Item' },
    { title: 'Score', align: 'right' },
    { title: 'Relation' },
    ...(hasLinks ? [{ title: 'Linked' }] : []),
    ...(hasTexts ? [{ title: 'Payload' }] : []),
    ...fields,
  ];
  const rows = matches.map(({ id, score, relation, known, payload }, at) => [
    String(at + 1),
    id,
    scoreText(score),
    relation,
    ...(hasLinks ? [known === true ? 'in the corpus' : ''] : []),
    ...(hasTexts ? [terminal.paint('dim', oneLine(payload as string))] : []),
    ...fields.map(({ title }) => terminal.paint('dim', fieldText(payload, title))),
  ]);
  return renderTable(columns, rows, terminal.columns() - INDENT.length).map(
    (line) => INDENT + line,
  );
}

const INDENT = '  ';

/** Scores of lists have a byte each, so three digits say all. */
const scoreText = (score: number): string =>
  Math.abs(score) < 100 ? String(Number(score.toPrecision(3))) : formatCount(score);

/** A column a field that any of the matches has, numbers to the right. */
function fieldsOf(matches: readonly Match[]): Column[] {
  const columns = new Map<string, Column>();
  for (const { payload } of matches) {
    if (typeof payload !== 'object') continue;
    for (const [title, value] of Object.entries(payload))
      columns.set(title, { title, align: typeof value === 'number' ? 'right' : 'left' });
  }
  return [...columns.values()];
}

function fieldText(payload: Payload | string | undefined, field: string): string {
  const has = typeof payload === 'object' && Object.hasOwn(payload, field);
  const value = has ? payload[field] : '';
  if (Array.isArray(value)) return oneLine(value.join(', '));
  const isFraction = typeof value === 'number' && !Number.isInteger(value);
  return oneLine(String(isFraction ? Number(value.toPrecision(6)) : value));
}

/** Line breaks and control characters would break the table. */
function oneLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
