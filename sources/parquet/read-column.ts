import { Failure } from '../../schemas/failures.ts';
import { columnPages, type Page } from './column-pages.ts';
import type { LeafColumn } from './column-types.ts';
import { type ColumnPiece, decodeRun } from './decode-run.ts';
import { heldRows } from './held-rows.ts';
import type { PageRun } from './page-run.ts';
import type { ColumnChunk, ParquetSource } from './parquet-footer.ts';

/** A run ends at so many bytes, as far as headers tell what comes out of it, or so many values. */
export const RUN_BYTES = 8 * 1024 * 1024;
const RUN_VALUES = 4 * 1024 * 1024;

/**
 * A column of a row group, some rows at a time: as many as come out of a few megabytes of pages.
 * Throws DataError on pages that are broken or hold other rows than the group has.
 */
export async function* readColumn(
  file: ParquetSource,
  chunk: ColumnChunk,
  column: LeafColumn,
  { rows, createdBy, runBytes }: { rows: number; createdBy: string; runBytes: number },
): AsyncGenerator<ColumnPiece, void, undefined> {
  const held = heldRows();
  let found = 0;
  for await (const run of pageRuns(file, chunk, column, { createdBy, runBytes })) {
    for (const piece of decoded(file.uri, run)) {
      const whole = column.isList ? held.add(piece, run.isContinued) : [piece];
      for (const each of whole) {
        found += each.rows;
        yield each;
      }
    }
  }
  for (const each of held.finish()) {
    found += each.rows;
    yield each;
  }
  if (found !== rows)
    throw new Failure(
      'DataError',
      `${file.uri}: column "${column.name}" has ${found} rows in a row group of ${rows}`,
    );
}

async function* pageRuns(
  file: ParquetSource,
  chunk: ColumnChunk,
  column: LeafColumn,
  { createdBy, runBytes }: { createdBy: string; runBytes: number },
): AsyncGenerator<PageRun, void, undefined> {
  if (chunk.type !== column.element.type)
    throw new Failure(
      'DataError',
      `${file.uri}: column "${column.name}" has type ${chunk.type} in a row group, and ` +
        `${column.element.type} in the schema; the footer is broken`,
    );
  let dictionary: Page | undefined;
  let pages: Page[] = [];
  let bytes = 0;
  let values = 0;
  let isContinued = false;
  const run = (): PageRun => ({ column, chunk, dictionary, pages, isContinued });
  for await (const page of columnPages(file, chunk, { name: column.name, createdBy })) {
    if (page.kind === 'dictionary') {
      dictionary = page;
      continue;
    }
    const expected = page.plainBytes + codedBytes(page, dictionary);
    const isFull = bytes + expected > runBytes || values + page.values > RUN_VALUES;
    if (pages.length > 0 && isFull) {
      yield run();
      pages = [];
      bytes = 0;
      values = 0;
      // Pages of v2 begin with a row.
      isContinued = column.isList && page.kind === 'data';
    }
    pages.push(page);
    bytes += expected;
    values += page.values;
  }
  if (pages.length > 0) yield run();
}

/** What comes out of a page of places in a dictionary, were its entries used alike. */
function codedBytes({ isCoded, values }: Page, dictionary: Page | undefined): number {
  if (!isCoded || dictionary === undefined || dictionary.values === 0) return 0;
  return (values * dictionary.plainBytes) / dictionary.values;
}

function decoded(uri: string, run: PageRun): ColumnPiece[] {
  try {
    return decodeRun(run);
  } catch (error) {
    const [first] = run.pages;
    const values = run.pages.reduce((sum, page) => sum + page.values, 0);
    throw new Failure(
      'DataError',
      `${uri}: column "${run.column.name}", ${values} values from the page at byte ` +
        `${first!.at}: they cannot be decoded (${reasonOf(error)})`,
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'RuntimeError')
    return 'the decoder gave up on them: the file is broken, or needs more memory than it is given';
  return error instanceof Error ? error.message : String(error);
}
