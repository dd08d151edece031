import { isUtf8 } from 'node:buffer';
import { Failure } from '../../schemas/failures.ts';

export interface CheckedBytes {
  /** Valid UTF-8, cut between two characters. */
  bytes: Buffer;
  /** Invalid sequences that became U+FFFD. */
  replaced: number;
}

interface CheckOptions {
  invalidUtf8: 'fail' | 'replace';
  /** What NUL is: a mistake, or white space. */
  nulBytes: 'fail' | 'space';
}

/**
 * Chunks that are cut anywhere, checked to be UTF-8 and without their BOM. What is invalid is a
 * DataError with its byte in the decompressed stream, or with `replace` one U+FFFD for each maximal
 * part of a sequence, as browsers do it (WHATWG Encoding). NUL bytes are an error too unless they
 * are allowed: they are in no text, but in archives and other encodings.
 */
export async function* checkUtf8(
  chunks: AsyncIterable<Buffer>,
  uri: string,
  options: CheckOptions,
): AsyncGenerator<CheckedBytes, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - unfinishedLength(bytes);
    rest = bytes.subarray(whole);
    if (whole === 0) continue;
    yield checkPiece(bytes.subarray(0, whole), offset, uri, options);
    offset += whole;
  }
  if (rest.length > 0) yield checkPiece(rest, offset, uri, options);
}

/** Bytes that are whole in themselves; `offset` is where they begin in the decompressed stream. */
export function checkPiece(
  bytes: Buffer,
  offset: number,
  uri: string,
  { invalidUtf8, nulBytes }: CheckOptions,
): CheckedBytes {
  const from = offset === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const isValid = isUtf8(bytes);
  if (!isValid && invalidUtf8 === 'fail') throw invalid(bytes, offset, uri);
  const nul = nulBytes === 'fail' ? bytes.indexOf(0) : -1;
  if (nul >= 0) throw unexpectedNul(offset + nul, uri);
  if (isValid) return { bytes: bytes.subarray(from), replaced: 0 };
  return { bytes: Buffer.from(bytes.toString('utf8', from)), replaced: countInvalid(bytes) };
}

function unexpectedNul(at: number, uri: string): Failure {
  return new Failure(
    'DataError',
    `${uri}: a NUL byte at byte ${at} of the text: is it text, and UTF-8 (no archive, no ` +
      'UTF-16 or UTF-32)? If so, set source.nulBytes: space',
  );
}

/** Bytes at the end that may be the start of a longer sequence: 0 to 3. */
function unfinishedLength(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte >= 0xc0) return back < lengthBegun(byte) ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

function countInvalid(bytes: Uint8Array): number {
  let count = 0;
  for (
    let at = nextInvalid(bytes, 0);
    at < bytes.length;
    at = nextInvalid(bytes, at + Math.max(1, partLength(bytes, at)))
  )
    count += 1;
  return count;
}

/** Where the next invalid sequence begins, or the length. */
function nextInvalid(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at]!);
    if (length === 0 || partLength(bytes, at) < length) return at;
    at += length;
  }
  return at;
}

/** Bytes of the sequence that a byte begins; 0 where none begins with it. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lengthBegun(lead);
}

/** Of a byte that begins a sequence of several, whether or not any may. */
function lengthBegun(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}

/**
 * The second byte of a sequence, where its first bounds it: no longer form than needed, no
 * surrogate.
 */
const LOWEST_SECOND: Readonly<Record<number, number>> = { 0xe0: 0xa0, 0xf0: 0x90 };
const HIGHEST_SECOND: Readonly<Record<number, number>> = { 0xed: 0x9f, 0xf4: 0x8f };

/** How many bytes from `at` on are the beginning of a valid sequence. */
function partLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const length = sequenceLength(lead);
  let low = LOWEST_SECOND[lead] ?? 0x80;
  let high = HIGHEST_SECOND[lead] ?? 0xbf;
  for (let k = 1; k < length; k++) {
    const byte = bytes[at + k];
    if (byte === undefined || byte < low || byte > high) return k;
    low = 0x80;
    high = 0xbf;
  }
  return length;
}

function invalid(bytes: Uint8Array, offset: number, uri: string): Failure {
  const at = nextInvalid(bytes, 0);
  const found = [...bytes.subarray(at, at + 4)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(' ');
  const isUtf16 = offset + at === 0 && (bytes[0]! & bytes[1]!) === 0xfe && bytes[0] !== bytes[1];
  const hint = isUtf16
    ? 'it looks like UTF-16: convert it (iconv -f utf-16 -t utf-8)'
    : 'convert the file, or set source.invalidUtf8: replace';
  return new Failure(
    'DataError',
    `${uri}: invalid UTF-8 at byte ${offset + at} of the text (found ${found}); ${hint}`,
  );
}
