import { cappedMessage } from '../schemas/capped-message.ts';
import { Failure, failureTypeOf } from '../schemas/failures.ts';

/** A row that was left out (`source.badRows: skip`), and why: it says file and row. */
export type BadRow = string;

/** What reading a file counts, beside what it gives. */
export interface RowKeeper {
  /**
   * A row as `read` makes it. Where that throws DataError, undefined with `badRows: skip`: the row
   * is counted and left out.
   */
  keep<Row>(read: () => Row): Row | undefined;
  /** Invalid sequences that became U+FFFD. */
  replaced: number;
  /**
   * At the end of the file: the rows that were left out. Throws DataError where they are more than
   * the share that may be.
   */
  finish(uri: string): BadRows;
}

export interface BadRows {
  count: number;
  /** Of these LISTED_ROWS at most. */
  first: BadRow[];
}

interface RowRules {
  badRows: 'fail' | 'skip';
  /** Share of the rows of a file. */
  badRowsMost: number;
}

/** A file of bad rows alone shall not fill a table with them. */
const LISTED_ROWS = 1000;

export function rowKeeper({ badRows, badRowsMost }: RowRules): RowKeeper {
  const first: BadRow[] = [];
  let rows = 0;
  let count = 0;
  return {
    replaced: 0,
    keep(read) {
      rows += 1;
      try {
        return read();
      } catch (error) {
        if (badRows !== 'skip' || failureTypeOf(error) !== 'DataError') throw error;
        count += 1;
        if (first.length < LISTED_ROWS) first.push(cappedMessage((error as Error).message));
        return undefined;
      }
    },
    finish(uri) {
      if (count > badRowsMost * rows)
        throw new Failure(
          'DataError',
          `${uri}: ${count} of ${rows} rows are bad, more than source.badRowsMost ` +
            `(${badRowsMost}) allows; the first: ${first[0]}`,
        );
      return { count, first };
    },
  };
}
