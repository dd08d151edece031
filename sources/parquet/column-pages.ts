import { crc32 } from 'node:zlib';
import { Failure } from '../../schemas/failures.ts';
import { byteWindow } from './byte-window.ts';
import type { ColumnChunk, ParquetSource } from './parquet-footer.ts';
import { ThriftReader } from './thrift-reader.ts';

/** A page of a column chunk, its header and body as they lie in the file. */
export interface Page {
  kind: 'dictionary' | 'data' | 'data-v2';
  /** Header and body. */
  bytes: Uint8Array;
  /** Values, nulls among them; of a dictionary its entries. */
  values: number;
  /** Bytes of the body once it is decompressed, as its header says. */
  plainBytes: number;
  /** Its values are places in the dictionary. */
  isCoded: boolean;
  /** Where it begins in the file. */
  at: number;
}

const PAGE = { data: 0, dictionary: 2, dataV2: 3 } as const;
const CODED = new Set([2, 8]);
/** A column is read in steps of so many bytes, or a page where that is larger. */
const STEP_BYTES = 4 * 1024 * 1024;
/**
 * Arrow's C++ before 3.0 wrote compressed pages of v2 and said in their headers that they were not
 * (ARROW-10353, ARROW-17100).
 */
const MISTAKEN = /^parquet-cpp(?:-arrow)? version [012]\./u;
/** Old writers left the header of the dictionary out of a column's length (PARQUET-816). */
const UNCOUNTED_BYTES = 100;
/** Headers hold statistics, whose bounds may be long texts. */
const LONGEST_HEADER = 16 * 1024 * 1024;
export const LARGEST_PAGE = 1024 * 1024 * 1024;

/**
 * The pages of a chunk in their order, in memory of a step or a page. Throws DataError where a page
 * is not what its checksum says, where it is larger than LARGEST_PAGE, and where what should be a
 * page is none.
 */
export async function* columnPages(
  { uri, size, range }: ParquetSource,
  { from, to, values, codec }: ColumnChunk,
  { name, createdBy }: { name: string; createdBy: string },
): AsyncGenerator<Page, void, undefined> {
  const last = Math.min(size, to + UNCOUNTED_BYTES);
  const window = byteWindow(range, { from, to, last }, STEP_BYTES);
  let at = from;
  let seen = 0;
  const refuse = (problem: string, cause?: unknown): never => {
    throw new Failure('DataError', `${uri}: column "${name}", page at byte ${at}: ${problem}`, {
      cause,
    });
  };
  // Bytes behind the last value are padding, which old writers left.
  while (at < to && seen < values) {
    const header = await readHeader();
    const length = header.end + header.bytes;
    if (header.bytes < 0 || header.plainBytes < 0 || header.values < 0)
      refuse(`a header of ${header.bytes} bytes and ${header.values} values`);
    if (header.plainBytes > LARGEST_PAGE)
      refuse(
        `it takes ${header.plainBytes} bytes, more than ${LARGEST_PAGE}; write smaller pages or ` +
          'row groups',
      );
    if (length > last - at)
      refuse(`it takes ${length} bytes, and the column ends after ${to - at}`);
    const bytes = await window.take(length);
    if (bytes.length < length)
      refuse(`the file ends at byte ${at + bytes.length}, within the column`);
    if (header.crc !== undefined) {
      const found = crc32(bytes.subarray(header.end));
      if (found !== header.crc >>> 0)
        refuse(
          `its checksum is ${hex(found)}, and its header says ${hex(header.crc >>> 0)}: the file ` +
            'was changed after it was written; copy it anew',
        );
    }
    const kind = KINDS[header.type];
    if (kind !== undefined) {
      const { values: count, plainBytes } = header;
      if (kind !== 'dictionary') seen += count;
      const isPlain = codec === 0 || header.plainFlagAt !== undefined;
      const isMistaken = header.plainFlagAt !== undefined && MISTAKEN.test(createdBy);
      if (isPlain && !isMistaken && header.bytes !== plainBytes)
        refuse(
          `it is not compressed, and ${header.bytes} bytes are not the ${plainBytes} that its ` +
            'header says',
        );
      yield {
        kind,
        bytes: isMistaken && codec !== 0 ? asCompressed(bytes, header.plainFlagAt!) : bytes,
        values: count,
        plainBytes,
        isCoded: CODED.has(header.encoding),
        at,
      };
    }
    at = window.at();
  }
  if (seen !== values)
    refuse(`the pages of the row group hold ${seen} values, and its footer says ${values}`);

  async function readHeader(): Promise<PageHeader> {
    for (;;) {
      try {
        return parseHeader(window.ready());
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        if (window.ready().length < LONGEST_HEADER && (await window.more())) continue;
        return refuse(`no page header is there (${error.message}); is the file whole?`, error);
      }
    }
  }
}

const KINDS: Readonly<Record<number, Page['kind']>> = {
  [PAGE.data]: 'data',
  [PAGE.dictionary]: 'dictionary',
  [PAGE.dataV2]: 'data-v2',
};

interface PageHeader {
  type: number;
  plainBytes: number;
  bytes: number;
  crc: number | undefined;
  values: number;
  encoding: number;
  /** Where the header says that the page is not compressed, if it does. */
  plainFlagAt: number | undefined;
  /** Where the body begins. */
  end: number;
}

function parseHeader(bytes: Uint8Array): PageHeader {
  const reader = new ThriftReader(bytes);
  const header: PageHeader = {
    type: -1,
    plainBytes: -1,
    bytes: -1,
    crc: undefined,
    values: 0,
    encoding: -1,
    plainFlagAt: undefined,
    end: 0,
  };
  reader.struct((id, type) => {
    if (id === 1) header.type = reader.integer(type);
    else if (id === 2) header.plainBytes = reader.integer(type);
    else if (id === 3) header.bytes = reader.integer(type);
    else if (id === 4) header.crc = reader.integer(type);
    else if (id === 5 || id === 7 || id === 8) {
      // Of v2 the encoding is the fourth field, of the others the second.
      const encoding = id === 8 ? 4 : 2;
      return reader.structOf(type, (field, inner) => {
        if (field === 1) header.values = reader.integer(inner);
        else if (field === encoding) header.encoding = reader.integer(inner);
        else if (id === 8 && field === 7) {
          if (!reader.boolean(inner)) header.plainFlagAt = reader.position - 1;
        } else return false;
        return true;
      });
    } else return false;
    return true;
  });
  header.end = reader.position;
  if (header.type < 0) throw new RangeError('no type of a page');
  return header;
}

/** The boolean is in the type of its field: 1 is true, 2 false. */
function asCompressed(page: Uint8Array, flagAt: number): Uint8Array {
  const mended = page.slice();
  mended[flagAt] = (mended[flagAt]! & 0xf0) | 1;
  return mended;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
