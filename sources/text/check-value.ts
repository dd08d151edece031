import { isUtf8 } from 'node:buffer';
import { Failure } from '../../schemas/failures.ts';
import { checkPiece } from './check-utf8.ts';

/** The rules for text that hold wherever it comes from. */
export interface TextRules {
  invalidUtf8: 'fail' | 'replace';
  nulBytes: 'fail' | 'space';
  /** Bytes. */
  longestLine: number;
}

/** A text that is checked, and what had to be replaced in it. */
interface CheckedText {
  text: string;
  replaced: number;
}

const LONE_SURROGATE = /\p{Surrogate}/gu;

/** The bytes of a value of a column; `where` tells file, row and column. */
export function checkValue(bytes: Uint8Array, where: () => string, rules: TextRules): CheckedText {
  const { bytes: checked, replaced } = checkValueBytes(bytes, where, rules);
  return {
    text: Buffer.from(checked.buffer, checked.byteOffset, checked.length).toString(),
    replaced,
  };
}

/** The same, as bytes. */
export function checkValueBytes(
  bytes: Uint8Array,
  where: () => string,
  rules: TextRules,
): { bytes: Uint8Array; replaced: number } {
  if (bytes.length > rules.longestLine)
    throw new Failure(
      'DataError',
      `${where()}: a text of ${bytes.length} bytes, more than source.longestLine ` +
        `(${rules.longestLine}) allows`,
    );
  if (isUtf8(bytes) && (rules.nulBytes === 'space' || !bytes.includes(0)))
    return { bytes, replaced: 0 };
  return checkPiece(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), 0, where(), rules);
}

/**
 * A string out of JSON, whose escapes may stand for what its bytes could not hold: NUL, and halves
 * of surrogate pairs, which have no UTF-8.
 */
export function checkString(text: string, where: string, rules: TextRules): CheckedText {
  if (rules.nulBytes === 'fail' && text.includes('\0'))
    throw new Failure(
      'DataError',
      `${where}: a NUL (\\u0000) at character ${text.indexOf('\0')}; if that is meant, set ` +
        'source.nulBytes: space',
    );
  let replaced = 0;
  const whole = text.replace(LONE_SURROGATE, (half, at: number) => {
    if (rules.invalidUtf8 === 'fail')
      throw new Failure(
        'DataError',
        `${where}: half a surrogate pair (\\u${half.charCodeAt(0).toString(16)}) at character ` +
          `${at}; it has no UTF-8. Write the character whole, or set source.invalidUtf8: replace`,
      );
    replaced += 1;
    return '\ufffd';
  });
  return { text: whole, replaced };
}
