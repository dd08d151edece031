import { Failure } from '../schemas/failures.ts';
import { itemId } from './item-id.ts';
import { readParquet } from './parquet/read-parquet.ts';
import { RowReader } from './parquet/row-reader.ts';
import type { RowKeeper } from './row-keeper.ts';
import type { SourceOptions } from './source-options.ts';
import { checkString } from './text/check-value.ts';
import { fieldOf, kindOf, parseLine } from './text/json-lines.ts';
import { type RecordFile, type RecordLine, splitFields } from './text/read-lines.ts';

/**
 * Lists of ids (sessions, baskets, playlists), in their order: a line of JSON that is an array or
 * holds one in `field`, a row of a list column of Parquet, or a line of ids with a delimiter. An id
 * is a string or an integer of 64 bits; nothing is changed in it.
 */
export async function* readSequences(
  records: RecordFile,
  options: SourceOptions,
  rows: RowKeeper,
): AsyncGenerator<string[], void, undefined> {
  if (records.format === 'parquet') {
    const { source } = records;
    const wanted = [{ name: options.field, kind: 'ids', key: 'source.field' }] as const;
    for await (const batch of readParquet(source, wanted, options)) {
      const reader = new RowReader(batch, source.uri, options);
      for (; reader.at < batch.rows; reader.at++) {
        const ids = rows.keep(() => reader.ids(0));
        if (ids) yield ids;
      }
      rows.replaced += reader.replaced;
    }
    return;
  }
  for await (const line of records.lines) {
    rows.replaced += line.replaced;
    const ids = rows.keep(() =>
      records.format === 'delimited'
        ? splitFields(line.text, options.delimiter).map((id) => itemId(id, line.where))
        : idsOfLine(line, options, rows),
    );
    if (ids) yield ids;
  }
}

function idsOfLine({ text, where }: RecordLine, options: SourceOptions, rows: RowKeeper): string[] {
  const line = parseLine(text, where);
  const list = Array.isArray(line) ? line : fieldOf(line, options.field, where);
  if (!Array.isArray(list))
    throw new Failure(
      'DataError',
      `${where}: field "${options.field}" holds ${kindOf(list)}, expected an array of ids`,
    );
  return list.map((id: unknown) => {
    if (typeof id !== 'string') return itemId(id, where);
    const checked = checkString(id, where, options);
    rows.replaced += checked.replaced;
    return itemId(checked.text, where);
  });
}
