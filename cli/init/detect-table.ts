import type { Kind } from './choice.ts';
import { detectDocuments, detectWeighed, nounOf, quoted } from './detect-documents.ts';
import { detectPairs } from './detect-pairs.ts';
import type { Detected, RatedColumn } from './detected.ts';
import type { TableShape } from './shapes/file-shape.ts';
import { isIdName } from './column-names.ts';
import { payloadNote } from './payload-note.ts';
import { type ColumnRole, roleOf, type SampledColumn } from './sampled-table.ts';

const TEXT_NAMES = ['text', 'content', 'body', 'message', 'abstract', 'description', 'article'];
const LIST_NAMES = [
  'items',
  'ids',
  'sequence',
  'session',
  'basket',
  'tracks',
  'products',
  'events',
];
const VECTOR_NAMES = ['vector', 'embedding', 'embeddings', 'features'];
/**
 * What a table of records is for: vectors before texts, texts before lists, lists before pairs.
 * With `wanted` that kind alone is looked for. Undefined where nothing fits.
 */
export function detectTable(shape: TableShape, wanted?: Kind): Detected | undefined {
  const columns = shape.table.columns.map((column) => ({ ...column, role: roleOf(column) }));
  const text = preferred(columns, 'text', TEXT_NAMES);
  const id = text && idOf(columns, text);
  const tries: [Kind, () => Detected | undefined][] = [
    ['vectors', () => detectVectors(shape, columns)],
    ['text', () => detectText(shape, text, id)],
    ['documents', () => detectWeighed(shape, columns, preferred(columns, 'weights', ['weights']))],
    [
      'documents',
      () => (wanted === 'documents' ? detectDocuments(shape, columns, text, id) : undefined),
    ],
    ['sequences', () => detectSequences(shape, columns)],
    ['pairs', () => detectPairs(shape, columns, wanted === 'pairs')],
  ];
  for (const [kind, detect] of tries) {
    if (wanted !== undefined && kind !== wanted) continue;
    const detected = detect();
    if (detected) return detected;
  }
  return undefined;
}

function detectVectors(shape: TableShape, columns: RatedColumn[]): Detected | undefined {
  const vector = preferred(columns, 'vector', VECTOR_NAMES);
  if (vector === undefined) return undefined;
  const where = `column ${quoted(vector)} holds lists of numbers`;
  if (shape.format !== 'parquet')
    return {
      kind: 'vectors',
      choices: [
        { key: 'source.kind', value: 'vectors', reason: where },
        { key: 'vectors.vector', value: vector.name, reason: where },
      ],
      notes: ['vectors are read from Parquet alone: write this column as list<float32>'],
    };
  const id = columns.find(({ role, name }) => role === 'id' && isIdName(name));
  return {
    kind: 'vectors',
    choices: [
      { key: 'source.kind', value: 'vectors', reason: where },
      { key: 'vectors.vector', value: vector.name, reason: where },
      ...(id
        ? [{ key: 'vectors.id', value: id.name, reason: `column ${quoted(id)} holds ids` }]
        : []),
    ],
    notes: [
      ...(id ? [] : ['no column of ids was found: items are called by the numbers of their rows']),
      ...payloadNote('vectors', columns, id ? [vector, id] : [vector]),
    ],
  };
}

function detectText(
  shape: TableShape,
  text: RatedColumn | undefined,
  id: RatedColumn | undefined,
): Detected | undefined {
  if (text === undefined) return undefined;
  const where = `${nounOf(shape)} ${quoted(text)} holds running text`;
  if (shape.format === 'delimited')
    return {
      kind: 'text',
      choices: [{ key: 'source.kind', value: 'text', reason: where }],
      notes: [
        'delimited text has no reader of texts by column: words of all columns are counted, ' +
          'names ' +
          'and labels too; write it as JSON Lines or Parquet to have that column alone',
      ],
    };
  return {
    kind: 'text',
    choices: [
      { key: 'source.kind', value: 'text', reason: where },
      ...(shape.format === 'jsonl'
        ? [{ key: 'source.format', value: 'jsonl', reason: 'every line is an object of JSON' }]
        : []),
      { key: 'source.field', value: text.name, reason: where },
    ],
    notes: id
      ? [
          'this makes an index of words; for one of documents, with ids from ' +
            `${quoted(id)}: hashloom init --kind documents`,
        ]
      : [],
  };
}

function detectSequences(shape: TableShape, columns: RatedColumn[]): Detected | undefined {
  const list = preferred(columns, 'list', LIST_NAMES);
  if (list === undefined) return undefined;
  const where = `${nounOf(shape)} ${quoted(list)} holds lists of ids`;
  return {
    kind: 'sequences',
    choices: [
      { key: 'source.kind', value: 'sequences', reason: where },
      { key: 'source.field', value: list.name, reason: where },
    ],
    notes: [],
  };
}

/** Of the columns of a role one whose name is known, else the one with most in it. */
function preferred(
  columns: RatedColumn[],
  role: ColumnRole,
  names: readonly string[],
): RatedColumn | undefined {
  const fitting = columns.filter((column) => column.role === role);
  return (
    fitting.find(({ name }) => names.includes(name.toLowerCase())) ??
    fitting.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0]
  );
}

function lengthOf({ values }: SampledColumn): number {
  return values.reduce<number>(
    (sum, value) => sum + (typeof value === 'string' || Array.isArray(value) ? value.length : 0),
    0,
  );
}

/** Ids of documents: by the name, and each value once. */
function idOf(columns: RatedColumn[], text: RatedColumn): RatedColumn | undefined {
  const ids = columns.filter(
    ({ role, values }) =>
      role === 'id' && values.length > 0 && new Set(values).size === values.length,
  );
  return ids.find(({ name }) => isIdName(name)) ?? (text && ids[0]);
}
