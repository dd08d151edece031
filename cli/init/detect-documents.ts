import { type Choice, shown } from './choice.ts';
import { isIdName } from './column-names.ts';
import type { Detected, RatedColumn } from './detected.ts';
import { payloadNote } from './payload-note.ts';
import type { SampledColumn } from './sampled-table.ts';
import type { TableShape } from './shapes/file-shape.ts';

const LABEL_NAMES = [
  'labels',
  'label',
  'category',
  'categories',
  'topics',
  'topic',
  'class',
  'tags',
];

/** Records with an id and a text; undefined where they have none of both. */
export function detectDocuments(
  shape: TableShape,
  columns: RatedColumn[],
  text: RatedColumn | undefined,
  id: RatedColumn | undefined,
): Detected | undefined {
  if (text === undefined || id === undefined || shape.format === 'delimited') return undefined;
  const split = columns.find(
    ({ name, values }) =>
      name === 'split' && values.includes('train') && values.every((value) => value !== undefined),
  );
  const noun = nounOf(shape);
  const named = (key: string, column: RatedColumn | undefined, what: string): Choice[] =>
    column ? [{ key, value: column.name, reason: `${noun} ${quoted(column)} holds ${what}` }] : [];
  const labels = labelChoice(shape, columns);
  return {
    kind: 'documents',
    choices: [
      { key: 'source.kind', value: 'documents', reason: 'records have an id and a text' },
      ...named('source.field', text, 'running text'),
      ...named('documents.id', id, 'ids'),
      ...labels,
      ...named('documents.split', split, 'the part that a document belongs to'),
      ...cleanChoice(text.values.filter((value) => typeof value === 'string')),
    ],
    notes: payloadNote('documents', columns, [text, id, ...(split ? [split] : [])]),
  };
}

/** Documents as lists of terms with as many weights. */
export function detectWeighed(
  shape: TableShape,
  columns: RatedColumn[],
  weights: RatedColumn | undefined,
): Detected | undefined {
  const terms =
    weights &&
    columns.find(
      ({ role, values }) =>
        role === 'list' &&
        values.length > 0 &&
        values.every((list, row) => lengthOfList(list) === lengthOfList(weights.values[row])),
    );
  const id = columns.find(({ role, name }) => role === 'id' && isIdName(name));
  if (!weights || !terms || !id || shape.format !== 'parquet') return undefined;
  const where = `columns ${quoted(terms)} and ${quoted(weights)} are lists of the same lengths`;
  return {
    kind: 'documents',
    choices: [
      { key: 'source.kind', value: 'documents', reason: 'records are ready-made vectors of terms' },
      { key: 'documents.id', value: id.name, reason: `column ${quoted(id)} holds ids` },
      { key: 'documents.terms', value: terms.name, reason: where },
      { key: 'documents.weights', value: weights.name, reason: where },
      ...labelChoice(shape, columns),
    ],
    notes: payloadNote('documents', columns, [id, terms, weights]),
  };
}

const lengthOfList = (list: unknown): number => (Array.isArray(list) ? list.length : -1);

function labelChoice(shape: TableShape, columns: RatedColumn[]): Choice[] {
  const labels = columns.find(
    ({ name, role }) => LABEL_NAMES.includes(name.toLowerCase()) && role !== 'other',
  );
  if (labels === undefined) return [];
  const reason = `${nounOf(shape)} ${quoted(labels)} holds labels`;
  return [{ key: 'documents.labels', value: labels.name, reason }];
}

/** Lines of a name and a value, one of which is the subject, before the first empty line. */
const MESSAGE_HEAD = /^(?:[A-Z][\w-]*:[ \t][^\n\t]*(?:\r?\n|\t+))*?Subject:[ \t]/u;
/** More of the texts begin so: the others are cut, or headless. */
const MOST = 0.8;

/** Texts that are messages say who wrote and quote others, which is not what they are about. */
export function cleanChoice(texts: readonly string[]): Choice[] {
  const messages = texts.filter((text) => MESSAGE_HEAD.test(text)).length;
  if (texts.length === 0 || messages < MOST * texts.length) return [];
  return [
    {
      key: 'documents.clean',
      value: ['headers', 'quotes', 'signatures'],
      reason: 'texts begin as messages do, with From and Subject',
    },
  ];
}

/** What columns are called where a file of this format says it. */
export const nounOf = ({ format }: TableShape): string => (format === 'jsonl' ? 'field' : 'column');

/** The name of a column in a sentence. */
export const quoted = ({ name }: SampledColumn): string => `"${shown(name)}"`;
