import { Failure } from '../../schemas/failures.ts';
import type { CheckedBytes } from './check-utf8.ts';

interface Line extends CheckedBytes {
  /** From 1. */
  line: number;
}

const NEWLINE = 0x0a;

/**
 * The lines of a text (`\n` ends a line, so does the end; neither it nor a `\r` before it is part
 * of the line), with what was replaced since the line before. A line of more than `longest` bytes
 * is a DataError before it is in memory.
 */
export async function* splitLines(
  pieces: AsyncIterable<CheckedBytes>,
  uri: string,
  longest: number,
): AsyncGenerator<Line, void, undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  let replaced = 0;
  let line = 1;
  const take = (bytes: Buffer): Buffer => {
    length += bytes.length;
    if (length > longest) {
      throw new Failure(
        'DataError',
        `${uri} line ${line} is longer than ${longest} bytes; expected one record a line (is ` +
          'it format: text?). If that is meant, raise source.longestLine',
      );
    }
    if (parts.length === 0) return bytes;
    parts.push(bytes);
    return Buffer.concat(parts);
  };
  for await (const piece of pieces) {
    replaced += piece.replaced;
    let from = 0;
    for (
      let to = piece.bytes.indexOf(NEWLINE);
      to !== -1;
      to = piece.bytes.indexOf(NEWLINE, from)
    ) {
      yield { bytes: withoutReturn(take(piece.bytes.subarray(from, to))), replaced, line };
      parts = [];
      length = 0;
      replaced = 0;
      line += 1;
      from = to + 1;
    }
    if (from === piece.bytes.length) continue;
    const rest = piece.bytes.subarray(from);
    if (length + rest.length > longest) take(rest);
    length += rest.length;
    parts.push(rest);
  }
  if (length > 0 || replaced > 0)
    yield { bytes: withoutReturn(Buffer.concat(parts)), replaced, line };
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes;
}

/** Nothing but white space. */
export function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes)
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) return false;
  return true;
}
