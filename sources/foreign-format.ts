import { Failure } from '../schemas/failures.ts';

/** Bytes of a beginning that are enough to know every format below by. */
export const KNOWN_BY_BYTES = 512;

interface ForeignFormat {
  /** Where the bytes stand, and what they are (latin1). */
  at: number;
  bytes: string;
  name: string;
  advice: string;
}

const UNPACK = 'unpack it, and name the files that were in it';
const AS_GZIP = 'decompress it; gzip and zstd are read as they are';
const AS_PARQUET = 'write it as Parquet or JSON Lines';
const AS_TEXT = 'take its text out of it first';

const ZIP = 'PK\x03\x04';

/** Formats that are not read, by their first bytes; where several fit, the first is meant. */
const FORMATS: readonly ForeignFormat[] = [
  { at: 0, bytes: 'PARE', name: 'an encrypted Parquet file', advice: 'decrypt it first' },
  { at: 0, bytes: 'BZh', name: 'a bzip2 file', advice: AS_GZIP },
  { at: 0, bytes: '\xfd7zXZ\0', name: 'an xz file', advice: AS_GZIP },
  { at: 0, bytes: '7z\xbc\xaf\x27\x1c', name: 'a 7z archive', advice: UNPACK },
  { at: 0, bytes: 'Rar!\x1a\x07', name: 'a RAR archive', advice: UNPACK },
  { at: 0, bytes: '\x04\x22\x4d\x18', name: 'an LZ4 file', advice: AS_GZIP },
  { at: 0, bytes: 'LZIP', name: 'an lzip file', advice: AS_GZIP },
  { at: 0, bytes: '\x1f\x9d', name: 'a file of compress (.Z)', advice: AS_GZIP },
  { at: 0, bytes: '\xff\x06\0\0sNaPpY', name: 'a Snappy file', advice: AS_GZIP },
  { at: 257, bytes: 'ustar', name: 'a tar archive', advice: UNPACK },
  { at: 30, bytes: 'mimetypeapplication/epub', name: 'an EPUB book', advice: AS_TEXT },
  { at: 30, bytes: 'mimetypeapplication/vnd.oasis', name: 'an Office file', advice: AS_TEXT },
  { at: 30, bytes: '[Content_Types].xml', name: 'an Office file', advice: AS_TEXT },
  { at: 30, bytes: '_rels/', name: 'an Office file', advice: AS_TEXT },
  { at: 30, bytes: 'word/', name: 'an Office file', advice: AS_TEXT },
  { at: 30, bytes: 'xl/', name: 'an Office file', advice: AS_TEXT },
  { at: 30, bytes: 'docProps/', name: 'an Office file', advice: AS_TEXT },
  { at: 0, bytes: ZIP, name: 'a zip archive', advice: UNPACK },
  { at: 0, bytes: 'PK\x05\x06', name: 'an empty zip archive', advice: UNPACK },
  { at: 0, bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', name: 'an Office file', advice: AS_TEXT },
  { at: 0, bytes: '%PDF-', name: 'a PDF file', advice: AS_TEXT },
  { at: 0, bytes: '{\\rtf', name: 'an RTF file', advice: AS_TEXT },
  { at: 0, bytes: 'ORC', name: 'an ORC file', advice: AS_PARQUET },
  { at: 0, bytes: 'Obj\x01', name: 'an Avro file', advice: AS_PARQUET },
  { at: 0, bytes: 'ARROW1\0\0', name: 'an Arrow or Feather file', advice: AS_PARQUET },
  { at: 0, bytes: '\xff\xff\xff\xff', name: 'an Arrow stream', advice: AS_PARQUET },
  { at: 0, bytes: 'FEA1', name: 'a Feather file', advice: AS_PARQUET },
  { at: 0, bytes: '\x89HDF\r\n\x1a\n', name: 'an HDF5 file', advice: AS_PARQUET },
  { at: 0, bytes: '\x93NUMPY', name: 'a NumPy file', advice: AS_PARQUET },
  { at: 0, bytes: 'SQLite format 3\0', name: 'an SQLite database', advice: AS_PARQUET },
  {
    at: 0,
    bytes: 'filedesc://',
    name: 'an ARC file, the format before WARC',
    advice: 'take the text of its pages out as WET, JSON Lines or Parquet',
  },
];

/** Beginnings that a text may have too: behind them such a file has bytes that no text has. */
const LETTERS = new Set(['PARE', 'ORC', 'FEA1']);

/** What a file is that is not read, and what to do about it; undefined where it may be text. */
export function foreignFormat(head: Uint8Array): string | undefined {
  const start = Buffer.from(head.subarray(0, KNOWN_BY_BYTES)).toString('latin1');
  const found = FORMATS.find(({ at, bytes }) => start.startsWith(bytes, at) && isMeant(start, at));
  // The other letters of these are letters of texts too.
  if (LETTERS.has(found?.bytes ?? '') && !/[\0-\x08]/u.test(start)) return undefined;
  if (found?.bytes === 'BZh' && !/^BZh[1-9](?:1AY&SY|\x17rE8P\x90)/u.test(start)) return undefined;
  if (found?.bytes === 'LZIP' && start[4] !== '\x01') return undefined;
  return found && `${found.name}; ${found.advice}`;
}

/** What stands within a zip is of no meaning elsewhere. */
function isMeant(start: string, at: number): boolean {
  return at !== 30 || start.startsWith(ZIP);
}

/** Throws DataError where a file is of a format that is known and not read. */
export function refuseForeign(head: Uint8Array, uri: string): void {
  const found = foreignFormat(head);
  if (found !== undefined) throw new Failure('DataError', `${uri}: ${found}`);
}

const JSON_ARRAY = /^\ufeff?\s*\[\s*\{/u;

/**
 * The same, and where the format is not named, DataError on what would be taken for plain text and
 * is none: a JSON array of objects, or CSV by its name.
 */
export function refuseNoText(head: Uint8Array, uri: string, format: string): void {
  refuseForeign(head, uri);
  if (format !== 'auto') return;
  if (JSON_ARRAY.test(Buffer.from(head.subarray(0, KNOWN_BY_BYTES)).toString('utf8')))
    throw new Failure(
      'DataError',
      `${uri}: a JSON array; one object a line is expected (\`jq -c '.[]'\` writes it so), or ` +
        'set source.format: text',
    );
  if (/\.(?:csv|tsv)(?:\.gz|\.zst)?$/iu.test(uri))
    throw new Failure(
      'DataError',
      `${uri}: a CSV file by its name, whose header and delimiters would become words; write it ` +
        'as JSON Lines or Parquet, or set source.format: text',
    );
}
