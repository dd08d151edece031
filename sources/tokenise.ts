/**
 * Text to words. The rule:
 *
 * 1. Text is normalized to NFKC.
 * 2. A token begins with a letter or a number (Unicode L, N) and goes on as long as letters, marks (M), numbers, and single apostrophes
 *    (U+0027, U+2019) between two of these follow. So "rock’n’roll" is one token, "well-known" two, and "dogs'" is "dogs".
 * 3. It is put in lower case (Unicode's full mapping, no language's own), normalized to NFKC again, and ’ becomes '.
 * 4. Dropped, but holding their place in the window, are tokens shorter than `minimumLength` or longer than `maximumLength` code points,
 *    and without `numbers` those that begin with a number.
 * 5. A stretch without ASCII white space or control characters is taken in parts of 65,536 UTF-16 code units (one less where that would split a character),
 *    each by itself, so that memory is bounded whatever the text.
 *
 * Letters, cases and normal forms are those of the Unicode version of the running Node (`process.versions.unicode`).
 */

export interface TokenOptions {
  /** Code points. */
  minimumLength: number;
  /** Code points. */
  maximumLength: number;
  /** Keep tokens that begin with a number. */
  numbers: boolean;
}

export interface Tokeniser {
  /** The next piece of a document, cut anywhere between two characters: where has no effect. */
  push(text: string): void;
  /** The document is at its end; the next piece begins another one. */
  end(): void;
}

const LONGEST_STRETCH = 65_536;

/** A tokeniser that calls `emit` for every token in order: with the word, or with undefined for a dropped one. */
export function tokenise(options: TokenOptions, emit: (word: string | undefined) => void): Tokeniser {
  const scan = scanner(options, emit);
  let rest = '';
  return {
    push(text) {
      const buffer = rest === '' ? text : rest + text;
      let at = 0;
      while (buffer.length - at > LONGEST_STRETCH) {
        const cut = cutOf(buffer, at);
        scan(buffer, at, cut);
        at = cut;
      }
      rest = at === 0 ? buffer : buffer.slice(at);
    },
    end() {
      scan(rest, 0, rest.length);
      rest = '';
    },
  };
}

/** Behind the last white space of the next 65,536 code units, else at their end. */
function cutOf(text: string, from: number): number {
  const end = from + LONGEST_STRETCH;
  for (let at = end; at > from; at--) if (text.charCodeAt(at - 1) <= 0x20) return at;
  const splitsPair = (text.charCodeAt(end) & 0xfc00) === 0xdc00 && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return splitsPair ? end - 1 : end;
}

const LOWER = 1;
const UPPER = 2;
const DIGIT = 4;
const CLASSES = asciiClasses();

/** Tokenises text [from, to), whose both ends are ends of stretches. */
function scanner({ minimumLength, maximumLength, numbers }: TokenOptions, emit: (word: string | undefined) => void) {
  function scan(text: string, from: number, to: number): void {
    let at = from;
    while (at < to) {
      if (text.charCodeAt(at) <= 0x20) {
        at += 1;
        continue;
      }
      let end = at;
      let seen = 0;
      for (let code = text.charCodeAt(end); end < to && code > 0x20; code = text.charCodeAt(++end)) seen |= code;
      if (seen < 0x80) scanAscii(text, at, end);
      else scanUnicode(text.slice(at, end));
      at = end;
    }
  }

  function scanAscii(text: string, from: number, to: number): void {
    let at = from;
    while (at < to) {
      const first = CLASSES[text.charCodeAt(at)]!;
      if (first === 0) {
        at += 1;
        continue;
      }
      const start = at;
      let seen = 0;
      let kind = first;
      do {
        seen |= kind;
        at += 1;
        if (at === to) break;
        kind = CLASSES[text.charCodeAt(at)]!;
        if (kind === 0 && at + 1 < to && text.charCodeAt(at) === 0x27) kind = CLASSES[text.charCodeAt(at + 1)]!;
      } while (kind !== 0);
      const length = at - start;
      if (length < minimumLength || length > maximumLength || (first === DIGIT && !numbers)) emit(undefined);
      else emit((seen & UPPER) === 0 ? text.slice(start, at) : text.slice(start, at).toLowerCase());
    }
  }

  function scanUnicode(stretch: string): void {
    for (const [token] of stretch.normalize('NFKC').matchAll(TOKEN)) {
      const word = token.toLowerCase().normalize('NFKC').replaceAll('’', "'");
      const length = codePoints(word);
      if (length < minimumLength || length > maximumLength || (!numbers && NUMBER.test(word))) emit(undefined);
      else emit(word);
    }
  }

  return scan;
}

const TOKEN = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*/gu;
const NUMBER = /^\p{N}/u;

function codePoints(word: string): number {
  let pairs = 0;
  for (let at = 0; at < word.length; at++) if ((word.charCodeAt(at) & 0xfc00) === 0xdc00) pairs += 1;
  return word.length - pairs;
}

function asciiClasses(): Uint8Array {
  const classes = new Uint8Array(128);
  classes.fill(LOWER, 0x61, 0x7b);
  classes.fill(UPPER, 0x41, 0x5b);
  classes.fill(DIGIT, 0x30, 0x3a);
  return classes;
}
