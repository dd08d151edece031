import { Failure } from '../schemas/failures.ts';
import { itemId } from './item-id.ts';
import { fieldOf, kindOf, parseLine } from './text/json-lines.ts';
import { readParquetRows } from './parquet-rows.ts';
import { type RecordFile, splitFields } from './text/read-lines.ts';
import type { SourceOptions } from './source-options.ts';

/**
 * Lists of ids (sessions, baskets, playlists), in their order: a line of JSON that is an array or
 * holds one in `field`, a row of a list column of Parquet, or a line of ids with a delimiter. An id
 * is a string or an integer of 64 bits; nothing is changed in it.
 */
export async function* readSequences(
  records: RecordFile,
  { field, delimiter }: SourceOptions,
): AsyncGenerator<string[], void, undefined> {
  if (records.format === 'parquet') {
    for await (const { row, values } of readParquetRows(records.source, [
      { name: field, kind: 'ids' },
    ])) {
      const where = `${records.source.uri} row ${row}`;
      yield Array.from(values[0] as Iterable<unknown>, (id) => itemId(id, where));
    }
    return;
  }
  for await (const { text, where } of records.lines) {
    if (records.format === 'delimited') {
      yield splitFields(text, delimiter).map((id) => itemId(id, where));
      continue;
    }
    const line = parseLine(text, where);
    const list = Array.isArray(line) ? line : fieldOf(line, field, where);
    if (!Array.isArray(list))
      throw new Failure(
        'DataError',
        `${where}: field "${field}" holds ${kindOf(list)}, expected an array of ids`,
      );
    yield list.map((id: unknown) => itemId(id, where));
  }
}
