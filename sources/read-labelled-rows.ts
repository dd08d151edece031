import { Failure } from '../schemas/failures.ts';
import type { Labelled, LabelledDocument, LabelledOptions } from './labelled-document.ts';
import type { WantedColumn } from './parquet/column-types.ts';
import type { ParquetSource } from './parquet/parquet-footer.ts';
import { readParquet } from './parquet/read-parquet.ts';
import { RowReader } from './parquet/row-reader.ts';
import { payloadText } from './payload-text.ts';
import { payloadColumns } from './parquet/row-payload.ts';
import type { RowKeeper } from './row-keeper.ts';

const LARGEST_TERM = 2 ** 31 - 1;

/** Documents of a Parquet file, a row each, with a text or a ready-made vector. */
export async function* readLabelledRows(
  file: ParquetSource,
  options: LabelledOptions,
  rows: RowKeeper,
): Labelled {
  const { field, documents } = options;
  const { id, title, labels, split, terms, weights, payload } = documents;
  const wanted: WantedColumn[] = [];
  const column = (name: string, kind: WantedColumn['kind'], key: string): number | undefined =>
    name === '' ? undefined : wanted.push({ name, kind, key }) - 1;
  const places = {
    id: column(id, 'id', 'documents.id')!,
    texts:
      terms === ''
        ? [column(title, 'text', 'documents.title'), column(field, 'text', 'source.field')]
        : [],
    terms: column(terms, 'ids', 'documents.terms'),
    weights: terms === '' ? undefined : column(weights, 'numbers', 'documents.weights'),
    split: column(split, 'text', 'documents.split'),
    labels: column(labels, 'label', 'documents.labels'),
  };
  const payloads = payloadColumns(payload, 'documents.payload', wanted);
  const documentOf = (reader: RowReader): LabelledDocument => ({
    id: reader.id(places.id),
    split: places.split === undefined ? '' : reader.text(places.split),
    labels: places.labels === undefined ? [] : [...new Set(reader.labels(places.labels))],
    text: places.texts
      .filter((at) => at !== undefined)
      .map((at) => reader.text(at))
      .join('\n'),
    ...(places.terms !== undefined &&
      vectorOf(reader.ids(places.terms), reader.numbers(places.weights!), reader.where)),
    where: reader.where,
  });
  const withPayload = (reader: RowReader, document: LabelledDocument): LabelledDocument => {
    const valueOf = (name: string) => reader.field(payloads.get(name)!);
    const text = payloadText(valueOf, payload, options.fields, reader.where);
    return text === undefined ? document : { ...document, payload: text };
  };
  for await (const batch of readParquet(file, wanted, options)) {
    const reader = new RowReader(batch, file.uri, options);
    const read = () => withPayload(reader, documentOf(reader));
    for (; reader.at < batch.rows; reader.at++) {
      const found = rows.keep(read);
      if (found) yield found;
    }
    rows.replaced += reader.replaced;
  }
}

/** Term ids and finite weights of equal number, by ascending term; zeros are left out. */
function vectorOf(
  terms: readonly string[],
  weights: readonly number[],
  where: string,
): { terms: number[]; weights: number[] } {
  if (terms.length !== weights.length)
    throw new Failure(
      'DataError',
      `${where}: ${terms.length} terms and ${weights.length} weights; expected as many`,
    );
  const entries = terms.map((term, at) => {
    const id = Number(term);
    const weight = weights[at]!;
    if (!Number.isInteger(id) || id < 0 || id > LARGEST_TERM)
      throw new Failure(
        'DataError',
        `${where}: term ${term}, expected an integer from 0 to ${LARGEST_TERM}`,
      );
    if (!Number.isFinite(Math.fround(weight)))
      throw new Failure(
        'DataError',
        `${where}: term ${id} weighs ${weight}, expected a number that is finite as float32`,
      );
    return { id, weight };
  });
  entries.sort((a, b) => a.id - b.id);
  const again = entries.find(({ id }, at) => entries[at + 1]?.id === id);
  if (again) throw new Failure('DataError', `${where}: term ${again.id} comes twice`);
  const kept = entries.filter(({ weight }) => Math.fround(weight) !== 0);
  return { terms: kept.map(({ id }) => id), weights: kept.map(({ weight }) => weight) };
}
