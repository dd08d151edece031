import { Failure } from '../../schemas/failures.ts';
import { findColumn, type LeafColumn, type WantedColumn } from './column-types.ts';
import type { ColumnPiece } from './decode-run.ts';
import { type ParquetSource, readFooter } from './parquet-footer.ts';
import { readColumn, RUN_BYTES } from './read-column.ts';

/** Some rows of a file, a piece of each column that was asked for. */
export interface ParquetBatch {
  /** Of the file, from 0. */
  row: number;
  rows: number;
  /** Rows of the file, as its footer says. */
  total: number;
  /** In the order asked for; undefined where a column may be missing and is. */
  columns: (BatchColumn | undefined)[];
}

export interface BatchColumn {
  column: LeafColumn;
  piece: ColumnPiece;
  /** Of the piece: where the batch begins. */
  from: number;
}

export interface ParquetLimits {
  /** What is read may come to so many times the bytes of the file. */
  maximumRatio: number;
  /** About so many bytes of a column are decoded at once. */
  runBytes?: number;
}

/** So much comes out of any file before its ratio is looked at. */
const ALWAYS_ALLOWED_BYTES = 64 * 1024 * 1024;

/**
 * Some columns of a Parquet file that somebody else wrote, a few megabytes of each in memory at a
 * time; each byte of them is read once. Throws DataError where the file is cut off, broken or
 * encrypted, where a page is not what its checksum says, and where a column is missing or of a type
 * that is not what it is wanted for.
 */
export async function* readParquet(
  file: ParquetSource,
  wanted: readonly WantedColumn[],
  { maximumRatio, runBytes = RUN_BYTES }: ParquetLimits,
): AsyncGenerator<ParquetBatch, void, undefined> {
  const footer = await readFooter(file);
  const found = wanted.map((column) => findColumn(footer.schema, column, file.uri));
  const columns = found.filter((column) => column !== undefined);
  const most = Math.max(ALWAYS_ALLOWED_BYTES, maximumRatio * file.size);
  let bytes = 0;
  // A few bytes may stand for a long text that comes again and again.
  const count = ({ items, offsets }: ColumnPiece): void => {
    bytes += items.data.byteLength + (items.offsets?.byteLength ?? 0) + (offsets?.byteLength ?? 0);
    if (bytes > most)
      throw new Failure(
        'DataError',
        `${file.uri}: ${file.size} bytes decode to more than ${Math.floor(most)}, ` +
          `${maximumRatio} times as many; if that is meant, raise source.maximumRatio`,
      );
  };
  let row = 0;
  for (const group of footer.groups(columns.map(({ leaf }) => leaf))) {
    const readers = columns.map((column, at) => ({
      column,
      pieces: readColumn(footer.source, group.chunks[at]!, column, {
        rows: group.rows,
        createdBy: footer.createdBy,
        runBytes,
      }),
      piece: undefined as ColumnPiece | undefined,
      from: 0,
    }));
    try {
      for (let left = group.rows; left > 0;) {
        for (const reader of readers)
          while (reader.piece === undefined || reader.from === reader.piece.rows) {
            const next = await reader.pieces.next();
            // A column that ends early has thrown: what it held were not the group's rows.
            if (next.done === true) throw new RangeError('a column that ended without a word');
            count(next.value);
            reader.piece = next.value;
            reader.from = 0;
          }
        const rows = Math.min(left, ...readers.map(({ piece, from }) => piece!.rows - from));
        const batch = new Map(
          readers.map(({ column, piece, from }) => [column, { column, piece: piece!, from }]),
        );
        yield {
          row,
          rows,
          total: footer.rows,
          columns: found.map((column) => column && batch.get(column)),
        };
        for (const reader of readers) reader.from += rows;
        row += rows;
        left -= rows;
      }
      // What a column holds beyond the rows of its group is an error that its end tells.
      for (const { pieces } of readers) while ((await pieces.next()).done !== true);
    } finally {
      for (const { pieces } of readers) await pieces.return();
    }
  }
}
