import { Failure } from '../schemas/failures.ts';
import type { DecodedText } from './decode-utf8.ts';

/** A longer line would not fit in a string; so long a one is hardly JSON Lines. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** The lines of a text (`\n` ends a line, so does the end), with what was replaced since the line before. */
export async function* splitLines(pieces: AsyncIterable<DecodedText>, uri: string): AsyncGenerator<DecodedText & { line: number }, void, undefined> {
  let parts: string[] = [];
  let length = 0;
  let replaced = 0;
  let line = 1;
  for await (const piece of pieces) {
    replaced += piece.replaced;
    let from = 0;
    for (let to = piece.text.indexOf('\n'); to !== -1; to = piece.text.indexOf('\n', from)) {
      yield { text: parts.join('') + piece.text.slice(from, to), replaced, line };
      parts = [];
      length = 0;
      replaced = 0;
      line += 1;
      from = to + 1;
    }
    if (from === piece.text.length) continue;
    parts.push(piece.text.slice(from));
    length += piece.text.length - from;
    if (length > LONGEST_LINE) {
      throw new Failure('DataError', `${uri} line ${line} is longer than ${LONGEST_LINE} characters; expected one JSON object a line (is it format: text?)`);
    }
  }
  if (parts.length > 0 || replaced > 0) yield { text: parts.join(''), replaced, line };
}

/** The text in a line of JSON: `field` may go down through objects (`a.b`). A DataError names the line. */
export function textOfLine(text: string, field: string, uri: string, line: number): string {
  const where = `${uri} line ${line}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Failure('DataError', `${where}: not JSON (${(error as Error).message}); expected one object a line, or set source.format: text`, { cause: error });
  }
  let above = '';
  for (const name of field.split('.')) {
    const place = above === '' ? where : `${where}: "${above}"`;
    if (kindOf(value) !== 'an object') throw new Failure('DataError', `${place}: expected an object with "${name}", found ${kindOf(value)}`);
    const object = value as Record<string, unknown>;
    if (!Object.hasOwn(object, name)) {
      const names = Object.keys(object).slice(0, 10).join(', ');
      throw new Failure('DataError', `${place} has no field "${name}", only ${names === '' ? 'an empty object' : names}; set source.field`);
    }
    value = object[name];
    above = above === '' ? name : `${above}.${name}`;
  }
  if (typeof value !== 'string') throw new Failure('DataError', `${where}: field "${field}" holds ${kindOf(value)}, expected a string`);
  return value;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
