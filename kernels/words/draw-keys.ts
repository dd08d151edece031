import { xxh32 } from '../../format/checksum.ts';

/**
 * A number a word, XXH32 of its UTF-8: what is drawn for a word by it, and not by its place, stays
 * as it was when other words come or go. Words that share a number by chance are drawn alike.
 */
export function drawKeys(words: readonly string[]): Uint32Array {
  const encoder = new TextEncoder();
  return Uint32Array.from(words, (word) => {
    const bytes = encoder.encode(word);
    return xxh32(bytes, 0, bytes.length);
  });
}
