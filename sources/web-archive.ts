import { Failure } from '../schemas/failures.ts';
import { byteReader, type ByteReader } from './compression/byte-reader.ts';
import { type CheckedBytes, checkPiece } from './text/check-utf8.ts';
import type { ReadOptions } from './source-options.ts';

const LONGEST_HEADER = 64 * 1024;

/**
 * The pages of a Common Crawl WET file (WARC/1.0; ISO 28500): each record of type `conversion` is a
 * document, whole; others are passed over. A record of more than `longestLine` bytes is a
 * DataError.
 */
export async function* readWebArchive(
  chunks: AsyncGenerator<Buffer, void, undefined>,
  uri: string,
  options: ReadOptions,
): AsyncGenerator<CheckedBytes, void, undefined> {
  const reader = byteReader(chunks);
  const types = new Map<string, number>();
  for (let record = 1; ; record++) {
    const header = await readHeader(reader, uri, record);
    if (header === undefined) {
      refuseOthers(types, uri);
      return;
    }
    const type = header.fields.get('warc-type') ?? 'none';
    types.set(type, (types.get(type) ?? 0) + 1);
    const where = `${uri} record ${record}, at byte ${header.position}`;
    const length = Number(header.fields.get('content-length') ?? Number.NaN);
    if (!Number.isSafeInteger(length) || length < 0)
      throw new Failure(
        'DataError',
        `${where}: expected a Content-Length, found ` +
          (header.fields.get('content-length') ?? 'none'),
      );
    if (length > options.longestLine) {
      throw new Failure(
        'DataError',
        `${where}: ${length} bytes, more than source.longestLine (${options.longestLine}) allows`,
      );
    }
    const at = reader.position();
    const body = await reader.take(length);
    if (body.length < length)
      throw new Failure(
        'DataError',
        `${where}: the file ends within the record: ${body.length} of ${length} bytes`,
      );
    if (type === 'conversion') yield checkPiece(body, at, uri, options);
  }
}

/** What crawlers write beside pages alone is no page. */
const WITHOUT_PAGES = new Set(['warcinfo']);

/** A crawl as it came has no text yet, which would be no documents without a word. */
function refuseOthers(types: ReadonlyMap<string, number>, uri: string): void {
  const others = [...types].filter(([type]) => !WITHOUT_PAGES.has(type));
  if (types.has('conversion') || others.length === 0) return;
  const found = others.map(([type, count]) => `${count} ${type}`).join(', ');
  throw new Failure(
    'DataError',
    `${uri}: a WARC file without conversion records (${found}): the pages as they were crawled; ` +
      'take the WET file of it (.warc.wet.gz), which has their text',
  );
}

interface Header {
  position: number;
  fields: Map<string, string>;
}

async function readHeader(
  reader: ByteReader,
  uri: string,
  record: number,
): Promise<Header | undefined> {
  const next = async (): Promise<string | undefined> => {
    try {
      return (await reader.line(LONGEST_HEADER))?.toString('utf8').trimEnd();
    } catch (error) {
      throw new Failure(
        'DataError',
        `${uri} record ${record}, at byte ${reader.position()}: ${(error as Error).message} ` +
          'in a WARC header',
        { cause: error },
      );
    }
  };
  let position = reader.position();
  let first = await next();
  // Two empty lines end a record.
  while (first === '') {
    position = reader.position();
    first = await next();
  }
  if (first === undefined) return undefined;
  if (!first.startsWith('WARC/'))
    throw new Failure(
      'DataError',
      `${uri} record ${record}, at byte ${position}: expected WARC/1.0, found ` +
        `"${first.slice(0, 40)}"`,
    );
  const fields = new Map<string, string>();
  for (let line = await next(); line !== ''; line = await next()) {
    if (line === undefined)
      throw new Failure(
        'DataError',
        `${uri} record ${record}, at byte ${position}: the file ends within the header`,
      );
    const colon = line.indexOf(':');
    if (colon > 0)
      fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { position, fields };
}
