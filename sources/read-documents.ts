import { type CheckedBytes, checkUtf8 } from './text/check-utf8.ts';
import { decompress, type ExpectedFile } from './compression/decompress.ts';
import { detectFormat, isParquet, isWebArchive, peek, peekBytes } from './detect-format.ts';
import { refuseNoText } from './foreign-format.ts';
import { textOfLine } from './text/json-lines.ts';
import type { ParquetSource } from './parquet/parquet-footer.ts';
import { readParquet } from './parquet/read-parquet.ts';
import { RowReader } from './parquet/row-reader.ts';
import type { RowKeeper } from './row-keeper.ts';
import { checkString } from './text/check-value.ts';
import type { ReadOptions } from './source-options.ts';
import { isBlank, splitLines } from './text/split-lines.ts';
import { readWebArchive } from './web-archive.ts';

/** Part of a document's text. */
interface DocumentPiece {
  /** UTF-8, cut between two characters. */
  bytes: Uint8Array;
  /** It is the document's last piece. */
  endsDocument: boolean;
  /** Invalid UTF-8 sequences in it that became U+FFFD. */
  replaced: number;
}

type Pieces = AsyncGenerator<DocumentPiece, void, undefined>;

const NOTHING = new Uint8Array(0);

/**
 * The documents of a file in pieces, in bounded memory. Gzip and zstd are known by their first
 * bytes, and with `auto` the format by what follows (detectFormat); a BOM is skipped. What a
 * document is: `text`: the file; `jsonl` and `oscar` (22.01 and later): a line that is not blank;
 * `oscar-2019`: the lines between empty ones; `wet`: a record of type conversion; `parquet`: a row.
 * A DataError tells file and line or byte of what is wrong.
 */
export async function* readDocuments(
  file: ExpectedFile,
  stream: AsyncIterable<Uint8Array>,
  options: ReadOptions,
  rows: RowKeeper,
  range?: ParquetSource['range'],
): Pieces {
  const chunks = decompress(file, stream, options.maximumRatio);
  try {
    const { head, all } = await peekBytes(chunks);
    if (options.format === 'parquet' || (options.format === 'auto' && isParquet(head))) {
      await chunks.return();
      if (range === undefined) throw new TypeError('Parquet is read by ranges');
      yield* readColumn({ ...file, range }, options, rows);
    } else if (options.format === 'wet' || (options.format === 'auto' && isWebArchive(head))) {
      for await (const { bytes, replaced } of readWebArchive(all, file.uri, options))
        yield { bytes, endsDocument: true, replaced };
    } else {
      if ((file.start ?? 0) === 0) refuseNoText(head, file.uri, options.format);
      const checked = await peek(checkUtf8(all, file.uri, options));
      yield* readPieces(checked.head, checked.all, { uri: file.uri, options, rows });
    }
  } finally {
    await chunks.return();
  }
}

interface Reading {
  uri: string;
  options: ReadOptions;
  rows: RowKeeper;
}

function readPieces(
  head: Buffer,
  pieces: AsyncGenerator<CheckedBytes, void, undefined>,
  reading: Reading,
): Pieces {
  const { uri, options } = reading;
  const format = options.format === 'auto' ? detectFormat(head, uri) : options.format;
  if (format === 'jsonl') return readJsonLines(pieces, reading, options.field);
  if (format === 'oscar') return readJsonLines(pieces, reading, 'content');
  return format === 'oscar-2019' ? readParagraphs(pieces, uri, options) : readText(pieces);
}

async function* readText(pieces: AsyncIterable<CheckedBytes>): Pieces {
  for await (const { bytes, replaced } of pieces) yield { bytes, endsDocument: false, replaced };
  yield { bytes: NOTHING, endsDocument: true, replaced: 0 };
}

async function* readJsonLines(
  pieces: AsyncIterable<CheckedBytes>,
  { uri, options, rows }: Reading,
  field: string,
): Pieces {
  for await (const { bytes, replaced, line } of splitLines(pieces, uri, options.longestLine)) {
    if (isBlank(bytes)) continue;
    const where = `${uri} line ${line}`;
    const found = rows.keep(() =>
      checkString(textOfLine(bytes.toString('utf8'), field, where), where, options),
    );
    if (found)
      yield {
        bytes: Buffer.from(found.text, 'utf8'),
        endsDocument: true,
        replaced: replaced + found.replaced,
      };
  }
}

async function* readParagraphs(
  pieces: AsyncIterable<CheckedBytes>,
  uri: string,
  { longestLine }: ReadOptions,
): Pieces {
  const newline = Buffer.from('\n');
  let isOpen = false;
  for await (const { bytes, replaced } of splitLines(pieces, uri, longestLine)) {
    if (!isBlank(bytes)) {
      isOpen = true;
      yield { bytes, endsDocument: false, replaced };
      yield { bytes: newline, endsDocument: false, replaced: 0 };
    } else if (isOpen) {
      isOpen = false;
      yield { bytes: NOTHING, endsDocument: true, replaced };
    }
  }
  if (isOpen) yield { bytes: NOTHING, endsDocument: true, replaced: 0 };
}

/** A list of text is a document, an item a line. */
async function* readColumn(file: ParquetSource, options: ReadOptions, rows: RowKeeper): Pieces {
  const wanted = [{ name: options.field, kind: 'text', key: 'source.field' }] as const;
  for await (const batch of readParquet(file, wanted, options)) {
    const reader = new RowReader(batch, file.uri, options);
    for (; reader.at < batch.rows; reader.at++) {
      const before = reader.replaced;
      const bytes = rows.keep(() => reader.bytes(0));
      if (bytes) yield { bytes, endsDocument: true, replaced: reader.replaced - before };
    }
  }
}
