/**
 * The two functions of the page format: CRC-32C (Castagnoli, reflected polynomial 0x82f63b78, RFC
 * 3720 appendix B.4), by eight bytes at a time (Kounavis and Berry, ISCC 2005), and XXH32 with seed
 * 0 (xxHash specification 0.1.1).
 */

const CRC_TABLES = crcTables();

/** CRC-32C of bytes [start, end), going on from `crc`, the CRC of what came before. */
export function crc32c(bytes: Uint8Array, start: number, end: number, crc = 0): number {
  const T = CRC_TABLES;
  let c = ~crc;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    c ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    c =
      T[1792 + (c & 255)]! ^
      T[1536 + ((c >>> 8) & 255)]! ^
      T[1280 + ((c >>> 16) & 255)]! ^
      T[1024 + (c >>> 24)]! ^
      T[768 + bytes[at + 4]!]! ^
      T[512 + bytes[at + 5]!]! ^
      T[256 + bytes[at + 6]!]! ^
      T[bytes[at + 7]!]!;
  }
  for (; at < end; at++) c = (c >>> 8) ^ T[(c ^ bytes[at]!) & 255]!;
  return ~c >>> 0;
}

/**
 * CRC-32C of the header's checksum and then bytes [start, end): proof that they belong to this very
 * file.
 */
export function boundCrc(bytes: Uint8Array, start: number, end: number, headerCrc: number): number {
  return crc32c(bytes, start, end, seedOf(headerCrc));
}

/** What checksums of pages and lists go on from. */
export function seedOf(headerCrc: number): number {
  const seed = Uint8Array.of(headerCrc, headerCrc >>> 8, headerCrc >>> 16, headerCrc >>> 24);
  return crc32c(seed, 0, 4);
}

/** CRC-32C of two byte strings end to end, of their own CRCs and the length of the second. */
export function joinCrcs(first: number, second: number, secondBytes: number): number {
  // x^(8 n) mod P by squares: bit 31 is x^0 (the polynomials are reflected).
  let power = 0x8000_0000;
  let square = 0x4000_0000;
  for (let n = 8 * secondBytes; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) power = multiply(square, power);
    square = multiply(square, square);
  }
  return (multiply(power, first) ^ second) >>> 0;
}

/** a b mod P. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) product ^= b;
    b = b & 1 ? (b >>> 1) ^ 0x82f63b78 : b >>> 1;
  }
  return product >>> 0;
}

const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;
const P5 = 0x165667b1;

/** XXH32 of bytes [start, end), seed 0: which page an entry belongs to. */
export function xxh32(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let h: number;
  if (end - start >= 16) {
    let a = (P1 + P2) | 0;
    let b = P2 | 0;
    let c = 0;
    let d = -P1 | 0;
    for (; at + 16 <= end; at += 16) {
      a = round(a, word(bytes, at));
      b = round(b, word(bytes, at + 4));
      c = round(c, word(bytes, at + 8));
      d = round(d, word(bytes, at + 12));
    }
    h = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
  } else {
    h = P5 | 0;
  }
  h = (h + (end - start)) | 0;
  for (; at + 4 <= end; at += 4)
    h = Math.imul(rotate((h + Math.imul(word(bytes, at), P3)) | 0, 17), P4);
  for (; at < end; at++) h = Math.imul(rotate((h + Math.imul(bytes[at]!, P5)) | 0, 11), P1);
  h = Math.imul(h ^ (h >>> 15), P2);
  h = Math.imul(h ^ (h >>> 13), P3);
  return (h ^ (h >>> 16)) >>> 0;
}

function round(lane: number, input: number): number {
  return Math.imul(rotate((lane + Math.imul(input, P2)) | 0, 13), P1);
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function crcTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let c = byte;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
    tables[byte] = c;
  }
  for (let at = 256; at < 2048; at++)
    tables[at] = (tables[at - 256]! >>> 8) ^ tables[tables[at - 256]! & 255]!;
  return tables;
}
