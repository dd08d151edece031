import type { PageHeader } from './page-header.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A query as the index stores keys; undefined where no key can look like this (a lone surrogate,
 * not a decimal 64-bit integer).
 */
export function encodeKey(kind: PageHeader['keys'], query: string): Uint8Array | undefined {
  if (kind === 'utf8') {
    const bytes = encoder.encode(query);
    return decoder.decode(bytes) === query ? bytes : undefined;
  }
  if (!/^(0|-?[1-9][0-9]{0,18})$/.test(query)) return undefined;
  const value = BigInt(query);
  if (BigInt.asIntN(64, value) !== value) return undefined;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value, true);
  return bytes;
}

/**
 * A stored key as a person writes it: the word, or the id in decimal. Undefined where the bytes are
 * no UTF-8.
 */
export function decodeKey(kind: PageHeader['keys'], bytes: Uint8Array): string | undefined {
  if (kind === 'int64')
    return String(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true));
  // Short ASCII words, by far the most, are faster by hand than through the decoder.
  if (bytes.length <= 16 && bytes.every((byte) => byte < 128)) return String.fromCharCode(...bytes);
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
