import { checkUtf8 } from './check-utf8.ts';
import { decompress, type ExpectedFile } from '../compression/decompress.ts';
import { isParquet, peek, peekBytes } from '../detect-format.ts';
import { refuseForeign } from '../foreign-format.ts';
import type { ParquetSource } from '../parquet/parquet-footer.ts';
import type { ReadOptions } from '../source-options.ts';
import { isBlank, splitLines } from './split-lines.ts';

export interface RecordLine {
  text: string;
  /** File and line, for messages. */
  where: string;
  /** Invalid UTF-8 sequences in it that became U+FFFD. */
  replaced: number;
}

/**
 * A file of records: lines of JSON, lines with a delimiter, or Parquet, which is read by ranges.
 */
export type RecordFile =
  | { format: 'jsonl' | 'delimited'; lines: AsyncGenerator<RecordLine, void, undefined> }
  | { format: 'parquet'; source: ParquetSource };

/**
 * Opens a file of sequences or pairs; with `auto` the format is known by content: Parquet's first
 * bytes, else `{` or `[` for JSON Lines. Blank lines are passed over.
 */
export async function openRecords(
  file: ExpectedFile,
  stream: AsyncIterable<Uint8Array>,
  options: ReadOptions,
  range: ParquetSource['range'],
): Promise<RecordFile> {
  const chunks = decompress(file, stream, options.maximumRatio);
  const { head: start, all } = await peekBytes(chunks);
  if (options.format === 'parquet' || (options.format === 'auto' && isParquet(start))) {
    await chunks.return();
    return { format: 'parquet', source: { ...file, range } };
  }
  if ((file.start ?? 0) === 0) refuseForeign(start, file.uri);
  const { head, all: pieces } = await peek(checkUtf8(all, file.uri, options));
  const isJson =
    options.format === 'auto' ? head[0] === 0x7b || head[0] === 0x5b : options.format === 'jsonl';
  async function* lines(): AsyncGenerator<RecordLine, void, undefined> {
    for await (const each of splitLines(pieces, file.uri, options.longestLine)) {
      const { bytes, line, replaced } = each;
      if (!isBlank(bytes))
        yield { text: bytes.toString('utf8'), where: `${file.uri} line ${line}`, replaced };
    }
  }
  return { format: isJson ? 'jsonl' : 'delimited', lines: lines() };
}

/**
 * The fields of a line: between runs of white space, or between single delimiters; then a field may
 * stand in double quotes (RFC 4180).
 */
export function splitFields(text: string, delimiter: string): string[] {
  if (delimiter === '') return text.trim().split(/[ \t]+/u);
  if (!text.includes('"')) return text.split(delimiter);
  const fields: string[] = [];
  for (let at = 0; at <= text.length;) {
    if (text[at] === '"') {
      let field = '';
      let end = text.indexOf('"', at + 1);
      while (end !== -1 && text[end + 1] === '"') {
        field += text.slice(at + 1, end + 1);
        at = end + 1;
        end = text.indexOf('"', at + 1);
      }
      if (end === -1) end = text.length;
      fields.push(field + text.slice(at + 1, end));
      at = end + 2;
    } else {
      const end = text.indexOf(delimiter, at);
      fields.push(text.slice(at, end === -1 ? text.length : end));
      at = end === -1 ? text.length + 1 : end + 1;
    }
  }
  return fields;
}
