import { LONGEST_STRETCH, scanner } from './stretch-scanner.ts';
import type { TokenSink, TokenOptions } from './token-options.ts';

/**
 * UTF-8 text to words. The rule:
 *
 * 1. Text is normalized to NFKC.
 * 2. A token begins with a letter or a number (Unicode L, N) and goes on as long as letters, marks
 *    (M), numbers, and (with `apostrophes`)
 *  single apostrophes (U+0027, U+2019) between two of these follow. So "rock’n’roll" is one token,
 *    "well-known" two, and "dogs'" is "dogs".
 * 3. It is put in lower case (Unicode's full mapping, no language's own), normalized to NFKC again,
 *    and ’ becomes '.
 * 4. Dropped, but holding their place in the window, are tokens shorter than `minimumLength` or
 *    longer than `maximumLength` code points,
 *    and without `numbers` those that begin with a number.
 * 5. A stretch without ASCII white space or control characters is taken in parts of 65,536 bytes
 *    (fewer where that would split a character),
 *    each by itself, so that memory is bounded whatever the text.
 * 6. With `sentences`, a sentence ends behind a stretch that ends with . ! ? … । ؟ ۔ or a
 *    full-width form of them, closing quotes and brackets
 *    set aside; behind 。！？｡ and their closing quotes within a stretch; and at an empty line.
 *
 * Letters, cases and normal forms are those of the Unicode version of the running Node
 * (`process.versions.unicode`). The rule over strings is in test/reference/tokenise-whole.ts; here
 * words are found in the bytes, and only stretches that hold more than ASCII and common punctuation
 * are decoded.
 */

interface Tokeniser {
  /** The next bytes of a document, cut anywhere: where has no effect. They are valid UTF-8. */
  push(bytes: Uint8Array): void;
  /** The document is at its end; the next bytes begin another one. */
  end(): void;
}

export function tokenise(options: TokenOptions, sink: TokenSink): Tokeniser {
  const scan = scanner(options, sink);
  /** The stretch that the last piece ended in. */
  const rest = new Uint8Array(LONGEST_STRETCH + 1);
  let length = 0;

  /** Takes more of a stretch. */
  function append(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to;) {
      const taken = Math.min(to - at, rest.length - length);
      rest.set(bytes.subarray(at, at + taken), length);
      at += taken;
      length += taken;
      if (length < rest.length) return;
      const cut = cutOf(rest, 0);
      scan.text(rest, 0, cut);
      rest.copyWithin(0, cut, length);
      length -= cut;
    }
  }

  return {
    push(pushed) {
      // A plain view: code that sees Buffers as well as plain arrays is compiled for both, and
      // slower.
      const bytes = new Uint8Array(pushed.buffer, pushed.byteOffset, pushed.length);
      let from = 0;
      if (length > 0) {
        while (from < bytes.length && bytes[from]! > 0x20) from += 1;
        append(bytes, 0, from);
        if (from === bytes.length) return;
        scan.text(rest, 0, length);
        length = 0;
      }
      let to = bytes.length;
      while (to > from && bytes[to - 1]! > 0x20) to -= 1;
      while (to - from > LONGEST_STRETCH) {
        const cut = cutOf(bytes, from);
        scan.text(bytes, from, cut);
        from = cut;
      }
      scan.text(bytes, from, to);
      append(bytes, to, bytes.length);
    },
    end() {
      scan.text(rest, 0, length);
      length = 0;
      scan.end();
    },
  };
}

/**
 * Behind the last white space of the next 65,536 bytes; else at their end, or before the character
 * that it would split.
 */
function cutOf(bytes: Uint8Array, from: number): number {
  let end = from + LONGEST_STRETCH;
  for (let at = end; at > from; at--) if (bytes[at - 1]! <= 0x20) return at;
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1;
  return end;
}
