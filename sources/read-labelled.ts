import type { DocumentsConfiguration } from '../schemas/configuration/documents.ts';
import { Failure } from '../schemas/failures.ts';
import { checkedPayload } from '../schemas/payload.ts';
import type { PayloadFields } from '../schemas/payload-fields.ts';
import { decompress, type ExpectedFile } from './compression/decompress.ts';
import { checkUtf8 } from './text/check-utf8.ts';
import { detectFormat, isParquet, peek, peekBytes } from './detect-format.ts';
import { itemId } from './item-id.ts';
import { fieldIn, fieldOf, kindOf, parseLine } from './text/json-lines.ts';
import { type ParquetColumnKind, type ParquetSource, readParquetRows } from './parquet-rows.ts';
import type { ReadOptions } from './source-options.ts';
import { isBlank, splitLines } from './text/split-lines.ts';

/**
 * A document with what is known of it; of ready-made vectors `terms` and `weights`, else `text`.
 */
export interface LabelledDocument {
  id: string;
  /** Empty where none is said. */
  split: string;
  /** In their order, each once. */
  labels: string[];
  text: string;
  terms?: number[];
  weights?: number[];
  /** What answers bring along, where asked for; empty where the document has none. */
  payload?: string;
  /** File and line or row, for messages. */
  where: string;
}

interface LabelledOptions extends ReadOptions {
  documents: DocumentsConfiguration;
  /** Learns the types of the fields of payloads, where they have fields. */
  fields?: PayloadFields | undefined;
}

type Labelled = AsyncGenerator<LabelledDocument, void, undefined>;

const LARGEST_TERM = 2 ** 31 - 1;

/**
 * Documents of a file, one at a time: lines of JSON, rows of Parquet, or a plain text, which is one
 * document: its id the last two parts of the path, its label the name of the folder, its part
 * `train` or `test` where a folder above is called so or ends with -train or -test. A DataError
 * names file and line or row of what is wrong: a null, an id that is none, vectors whose lists do
 * not fit.
 */
export async function* readLabelled(
  file: ExpectedFile,
  stream: AsyncIterable<Uint8Array>,
  options: LabelledOptions,
  range: ParquetSource['range'],
): Labelled {
  const chunks = decompress(file, stream, options.maximumRatio);
  try {
    const { head, all } = await peekBytes(chunks);
    if (options.format === 'parquet' || (options.format === 'auto' && isParquet(head))) {
      await chunks.return();
      yield* readRows({ ...file, range }, options);
      return;
    }
    const checked = await peek(checkUtf8(all, file.uri, options));
    const format =
      options.format === 'auto' ? detectFormat(checked.head, file.uri) : options.format;
    if (format === 'jsonl') {
      for await (const { bytes, line } of splitLines(checked.all, file.uri, options.longestLine)) {
        if (!isBlank(bytes))
          yield documentOfLine(bytes.toString('utf8'), options, `${file.uri} line ${line}`);
      }
    } else if (format === 'text') {
      const pieces: Uint8Array[] = [];
      for await (const { bytes } of checked.all) pieces.push(bytes);
      const text = Buffer.concat(pieces).toString('utf8');
      const payload = options.fields && { payload: '{}' };
      yield { ...documentOfFile(text, file.uri, options.documents), ...payload };
    } else {
      throw new Failure(
        'DataError',
        `${file.uri}: format ${format} has no documents with ids; expected jsonl, parquet or ` +
          'text (a document a file)',
      );
    }
  } finally {
    await chunks.return();
  }
}

function documentOfLine(
  line: string,
  { field, documents, fields }: LabelledOptions,
  where: string,
): LabelledDocument {
  const object = parseLine(line, where);
  const text = [documents.title, field]
    .filter((name) => name !== '')
    .map((name) => textOf(fieldOf(object, name, where), name, where))
    .join('\n');
  const split = documents.split === '' ? '' : fieldOf(object, documents.split, where);
  if (typeof split !== 'string')
    throw new Failure(
      'DataError',
      `${where}: field "${documents.split}" holds ${kindOf(split)}, expected a string`,
    );
  const labels =
    documents.labels === ''
      ? []
      : labelsOf(fieldOf(object, documents.labels, where), documents.labels, where);
  const payload = payloadOf((name) => fieldIn(object, name), documents, fields, where);
  return {
    id: itemId(fieldOf(object, documents.id, where), where),
    split,
    labels,
    text,
    ...(payload !== undefined && { payload }),
    where,
  };
}

/** What comes along with a document whose fields `valueOf` gives; undefined where nothing does. */
function payloadOf(
  valueOf: (name: string) => unknown,
  { payload: name }: DocumentsConfiguration,
  fields: PayloadFields | undefined,
  where: string,
): string | undefined {
  if (fields) return fields.textOf(valueOf, where);
  if (typeof name !== 'string' || name === '') return undefined;
  const value = valueOf(name);
  const text = value ?? '';
  if (typeof text !== 'string')
    throw new Failure(
      'DataError',
      `${where}: field "${name}" holds ${kindOf(value)}, expected a string`,
    );
  return checkedPayload(text, (message) => {
    throw new Failure('DataError', `${where}, field "${name}": ${message}`);
  });
}

function textOf(value: unknown, name: string, where: string): string {
  if (typeof value === 'string') return value;
  throw new Failure(
    'DataError',
    `${where}: field "${name}" holds ${kindOf(value)}, expected a string; leave the document ` +
      'out or give it an empty text',
  );
}

async function* readRows(
  file: ParquetSource,
  { field, documents, fields }: LabelledOptions,
): Labelled {
  const { id, title, labels, split, terms, weights } = documents;
  const texts = [title, field].filter((name) => name !== '');
  const content: { name: string; kind: ParquetColumnKind }[] =
    terms === ''
      ? texts.map((name) => ({ name, kind: 'text' }))
      : [
          { name: terms, kind: 'ids' },
          { name: weights, kind: 'numbers' },
        ];
  const columns: { name: string; kind: ParquetColumnKind }[] = [
    { name: id, kind: 'id' },
    ...content,
  ];
  if (split !== '') columns.push({ name: split, kind: 'text' });
  if (labels !== '') columns.push({ name: labels, kind: 'text' });
  for (const column of payloadColumns(documents)) columns.push(column);
  for await (const { row, values } of readParquetRows(file, columns)) {
    const where = `${file.uri} row ${row}`;
    const named = new Map(columns.map(({ name }, at) => [name, values[at]]));
    const payload = payloadOf((name) => named.get(name), documents, fields, where);
    const known = {
      id: itemId(named.get(id), where),
      split: split === '' ? '' : String(named.get(split)),
      labels: labels === '' ? [] : labelsOf(named.get(labels), labels, where),
      ...(payload !== undefined && { payload }),
      where,
    };
    yield terms === ''
      ? { ...known, text: texts.map((name) => String(named.get(name))).join('\n') }
      : {
          ...known,
          text: '',
          ...vectorOf(named.get(terms) as unknown[], named.get(weights) as unknown[], where),
        };
  }
}

function payloadColumns({
  payload,
}: DocumentsConfiguration): { name: string; kind: ParquetColumnKind }[] {
  if (typeof payload === 'string') return payload === '' ? [] : [{ name: payload, kind: 'text' }];
  return payload.map((name) => ({ name, kind: 'field' }));
}

/** Term ids and finite weights of equal number, by ascending term; zeros are left out. */
function vectorOf(
  terms: unknown[],
  weights: unknown[],
  where: string,
): { terms: number[]; weights: number[] } {
  if (terms.length !== weights.length)
    throw new Failure(
      'DataError',
      `${where}: ${terms.length} terms and ${weights.length} weights; expected as many`,
    );
  const entries = terms.map((term, at) => {
    const id = Number(term);
    const weight = Number(weights[at]);
    if (!Number.isInteger(id) || id < 0 || id > LARGEST_TERM)
      throw new Failure(
        'DataError',
        `${where}: term ${String(term)}, expected an integer from 0 to ${LARGEST_TERM}`,
      );
    if (!Number.isFinite(weight))
      throw new Failure(
        'DataError',
        `${where}: term ${id} weighs ${String(weights[at])}, expected a finite number`,
      );
    return { id, weight };
  });
  entries.sort((a, b) => a.id - b.id);
  const again = entries.find(({ id }, at) => entries[at + 1]?.id === id);
  if (again) throw new Failure('DataError', `${where}: term ${again.id} comes twice`);
  const kept = entries.filter(({ weight }) => weight !== 0);
  return { terms: kept.map(({ id }) => id), weights: kept.map(({ weight }) => weight) };
}

function labelsOf(value: unknown, name: string, where: string): string[] {
  const labels = Array.isArray(value) ? value : [value];
  for (const label of labels) {
    if (typeof label !== 'string')
      throw new Failure(
        'DataError',
        `${where}: "${name}" holds ${kindOf(label)}, expected a text or a list of texts`,
      );
  }
  return [...new Set(labels as string[])];
}

function documentOfFile(
  text: string,
  uri: string,
  { labels, split }: DocumentsConfiguration,
): LabelledDocument {
  const parts = decodeURIComponent(uri.replace(/\.(?:txt|gz|zst)+$/u, '')).split('/');
  const [folder = '', name = ''] = parts.slice(-2);
  const part = parts.slice(0, -1).findLast((each) => /(?:^|[-_])(?:train|test)$/u.test(each));
  const known = split === '' ? '' : (part?.match(/(?:train|test)$/u)?.[0] ?? '');
  return {
    id: `${folder}/${name}`,
    split: known,
    labels: labels === '' ? [] : [folder],
    text,
    where: uri,
  };
}
