import { Failure } from '../../schemas/failures.ts';

/** Strings as Arrow holds them: string i is bytes [offsets[i], offsets[i + 1]). */
export interface Utf8Column {
  offsets: Int32Array;
  bytes: Uint8Array;
}

/**
 * Strings are joined and coded so many at a time: few calls, and no joined string near V8's limit.
 */
const CHUNK_STRINGS = 4096;
const MAXIMUM_BYTES = 0x7fff_ffff;

/**
 * Codes strings in bulk; throws a DataError at a string with a lone surrogate (it has no UTF-8) or
 * beyond 2 GiB. `name` is for messages.
 */
export function encodeUtf8(strings: readonly string[], name: string): Utf8Column {
  const offsets = new Int32Array(strings.length + 1);
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (let first = 0; first < strings.length; first += CHUNK_STRINGS) {
    const chunk = strings.slice(first, first + CHUNK_STRINGS);
    const joined = chunk.join('');
    const bytes = Buffer.from(joined, 'utf8');
    if (total + bytes.length > MAXIMUM_BYTES) {
      throw new Failure(
        'DataError',
        `column ${name}: the strings take more than ${MAXIMUM_BYTES} bytes, the most a ` +
          'column can hold; use more partitions',
      );
    }
    const isAscii = bytes.length === joined.length;
    for (let i = 0; i < chunk.length; i++) {
      const string = chunk[i]!;
      total += isAscii ? string.length : utf8Length(string, name, first + i);
      offsets[first + i + 1] = total;
    }
    chunks.push(bytes);
  }
  return { offsets, bytes: Buffer.concat(chunks, total) };
}

/** The way back; throws an IntegrityError at bytes that are no UTF-8. */
export function decodeUtf8({ offsets, bytes }: Utf8Column, name: string): string[] {
  const count = Math.max(0, offsets.length - 1);
  const strings = new Array<string>(count);
  // Fatal, since a replaced byte would shift every later string; a byte-order mark is a character
  // like others.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (let first = 0; first < count; first += CHUNK_STRINGS) {
    const end = Math.min(count, first + CHUNK_STRINGS);
    const chunk = bytes.subarray(offsets[first], offsets[end]);
    let text: string;
    try {
      text = decoder.decode(chunk);
    } catch (error) {
      throw new Failure(
        'IntegrityError',
        `column ${name}, rows ${first} to ${end}: the bytes are no UTF-8`,
        { cause: error },
      );
    }
    const isAscii = text.length === chunk.length;
    let position = 0;
    for (let i = first; i < end; i++) {
      const from = position;
      position += isAscii
        ? offsets[i + 1]! - offsets[i]!
        : utf16Length(bytes, offsets[i]!, offsets[i + 1]!);
      strings[i] = text.slice(from, position);
    }
  }
  return strings;
}

function utf8Length(string: string, name: string, row: number): number {
  let length = 0;
  for (let i = 0; i < string.length; i++) {
    const unit = string.charCodeAt(i);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800) length += 2;
    else if (unit < 0xd800 || unit > 0xdfff) length += 3;
    else {
      const low = string.charCodeAt(i + 1);
      if (unit > 0xdbff || !(low >= 0xdc00 && low <= 0xdfff)) {
        throw new Failure(
          'DataError',
          `column ${name}, string ${row}: lone surrogate ` +
            `U+${unit.toString(16).toUpperCase()} at character ${i}; expected well-formed ` +
            'Unicode',
        );
      }
      length += 4;
      i += 1;
    }
  }
  return length;
}

function utf16Length(bytes: Uint8Array, start: number, end: number): number {
  let length = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    // Every first byte of a character counts; those of four bytes are a surrogate pair.
    if ((byte & 0xc0) !== 0x80) length += byte >= 0xf0 ? 2 : 1;
  }
  return length;
}
