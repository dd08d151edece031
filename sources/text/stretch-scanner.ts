import type { TokenSink, TokenOptions, StretchScanner } from './token-options.ts';

export const LONGEST_STRETCH = 65_536;

/** Finds the words of stretches of text one after another, for a sink. */
export function scanner(
  { minimumLength, maximumLength, numbers, apostrophes, sentences }: TokenOptions,
  sink: TokenSink,
) {
  const word = new Uint8Array(LONGEST_STRETCH);
  const plain = new Uint8Array(LONGEST_STRETCH);
  /**
   * The tokens of short stretches that are not ASCII, by their bytes as Latin-1: a name with an
   * accent comes again and again.
   */
  const known = new Map<string, (Uint8Array | undefined)[]>();
  const token = apostrophes ? TOKEN : TOKEN_OF_LETTERS;
  let newlines = 0;

  /**
   * Bytes [from, to), at most LONGEST_STRETCH, whose both ends are ends of stretches or of parts.
   */
  function text(bytes: Uint8Array, from: number, to: number): void {
    if (sentences) {
      textOfSentences(bytes, from, to);
      return;
    }
    if (sink.scanner) {
      scanText(sink.scanner, bytes, from, to);
      return;
    }
    let at = from;
    while (at < to) {
      let high = at;
      while (high < to && bytes[high]! < 0x80) high += 1;
      // White space separates as other ASCII does, so stretches of ASCII alone are scanned as one.
      let start = high;
      if (high < to) while (start > at && bytes[start - 1]! > 0x20) start -= 1;
      ascii(bytes, at, start);
      let end = high;
      while (end < to && bytes[end]! > 0x20) end += 1;
      if (start < end) stretch(bytes, start, end);
      at = end;
    }
  }

  function scanText(scanner: StretchScanner, bytes: Uint8Array, from: number, to: number): void {
    if (from === to) return;
    scanner.begin(bytes, from, to);
    for (let at = from; ;) {
      at = scanner.next(at);
      if (at === to) return;
      let end = at;
      while (end < to && bytes[end]! > 0x20) end += 1;
      stretch(bytes, at, end);
      at = end;
    }
  }

  function textOfSentences(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    while (at < to) {
      const byte = bytes[at]!;
      if (byte <= 0x20) {
        at += 1;
        if (byte === 0x0a && ++newlines === 2) sink.endSentence();
        continue;
      }
      newlines = 0;
      let end = at;
      let seen = 0;
      for (let next = byte; next > 0x20; next = bytes[end]!) {
        seen |= next;
        if (++end === to) break;
      }
      if (seen < 0x80) {
        ascii(bytes, at, end);
        if (endsSentence(bytes, at, end)) sink.endSentence();
      } else sentencesOf(decoded(bytes, at, end));
      at = end;
    }
  }

  function stretch(bytes: Uint8Array, from: number, to: number): void {
    const length = simplify(bytes, from, to, plain);
    if (length >= 0) ascii(plain, 0, length);
    else if (to - from > SHORT_STRETCH) unicode(decoded(bytes, from, to));
    else replay(tokensOf(bytes, from, to));
  }

  function ascii(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    while (at < to) {
      const first = CLASSES[bytes[at]!]!;
      if (first === 0) {
        at += 1;
        continue;
      }
      let length = 0;
      let kind = first;
      do {
        word[length++] = LOWER_CASE[bytes[at]!]!;
        if (++at === to) break;
        kind = CLASSES[bytes[at]!]!;
        if (kind === 0 && apostrophes && bytes[at] === 0x27 && at + 1 < to)
          kind = CLASSES[bytes[at + 1]!]!;
      } while (kind !== 0);
      if (length < minimumLength || length > maximumLength || (first === DIGIT && !numbers))
        sink.drop();
      else sink.add(word, 0, length);
    }
  }

  function tokensOf(bytes: Uint8Array, from: number, to: number): (Uint8Array | undefined)[] {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
    let tokens = known.get(key);
    if (tokens === undefined) {
      tokens = wordsOf(decoded(bytes, from, to));
      if (known.size === MAX_KNOWN) known.clear();
      known.set(key, tokens);
    }
    return tokens;
  }

  function unicode(text: string): void {
    replay(wordsOf(text));
  }

  function replay(tokens: (Uint8Array | undefined)[]): void {
    for (const bytes of tokens) {
      if (bytes === undefined) sink.drop();
      else sink.add(bytes, 0, bytes.length);
    }
  }

  function wordsOf(text: string): (Uint8Array | undefined)[] {
    const words: (Uint8Array | undefined)[] = [];
    for (const [found] of text.normalize('NFKC').matchAll(token)) {
      const lower = found.toLowerCase().normalize('NFKC').replaceAll('’', "'");
      const length = codePoints(lower);
      const isDropped =
        length < minimumLength || length > maximumLength || (!numbers && NUMBER.test(lower));
      words.push(isDropped ? undefined : Buffer.from(lower));
    }
    return words;
  }

  function sentencesOf(text: string): void {
    let from = 0;
    for (const found of text.matchAll(FULL_WIDTH_END)) {
      const to = found.index + found[0].length;
      unicode(text.slice(from, to));
      sink.endSentence();
      from = to;
    }
    unicode(text.slice(from));
    if (SENTENCE_END.test(text)) sink.endSentence();
  }

  return {
    text,
    end() {
      newlines = 0;
    },
  };
}

const LOWER_CASE = Uint8Array.from({ length: 128 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
);

const DIGIT = 2;

const CLASSES = asciiClasses();

const SHORT_STRETCH = 48;

const MAX_KNOWN = 32_768;

const TOKEN = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*/gu;

const TOKEN_OF_LETTERS = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;

const NUMBER = /^\p{N}/u;

const SENTENCE_END = /[.!?…।؟۔。！？｡．]["'’”»)\]}」』）]*$/u;

const FULL_WIDTH_END = /[。！？｡]["'’”»)\]}」』）]*/gu;

/**
 * ASCII and U+2010 to U+201F, U+2026, U+202A to U+202E as ASCII that means the same to the rule, or
 * -1 where there is more. All of these are separators whose normal forms join nothing, but for
 * U+2019, the apostrophe.
 */
function simplify(bytes: Uint8Array, from: number, to: number, out: Uint8Array): number {
  let length = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte < 0x80) {
      out[length++] = byte;
      continue;
    }
    const last = bytes[at + 2]!;
    if (byte !== 0xe2 || at + 2 >= to || bytes[at + 1] !== 0x80) return -1;
    if (!((last >= 0x90 && last <= 0x9f) || last === 0xa6 || (last >= 0xaa && last <= 0xae)))
      return -1;
    out[length++] = last === 0x99 ? 0x27 : 0x22;
    at += 2;
  }
  return length;
}

/** A stretch of ASCII: its last character but quotes and brackets is a stop. */
function endsSentence(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = to - 1; at >= from; at--) {
    const byte = bytes[at]!;
    if (byte === 0x2e || byte === 0x21 || byte === 0x3f) return true;
    const closes =
      byte === 0x22 || byte === 0x27 || byte === 0x29 || byte === 0x5d || byte === 0x7d;
    if (!closes) return false;
  }
  return false;
}

function decoded(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8');
}

function codePoints(word: string): number {
  let pairs = 0;
  for (let at = 0; at < word.length; at++)
    if ((word.charCodeAt(at) & 0xfc00) === 0xdc00) pairs += 1;
  return word.length - pairs;
}

function asciiClasses(): Uint8Array {
  const classes = new Uint8Array(128);
  classes.fill(1, 0x61, 0x7b);
  classes.fill(1, 0x41, 0x5b);
  classes.fill(DIGIT, 0x30, 0x3a);
  return classes;
}
