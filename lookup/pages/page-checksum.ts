/**
 * CRC-32C and XXH32 as docs/index-format.md uses them. Lookup stands alone, so it carries its own.
 */

const CRC_TABLE = crcTable();

/** CRC-32C (Castagnoli) of bytes [start, end), going on from `crc`, the CRC of what came before. */
export function crc32c(bytes: Uint8Array, start: number, end: number, crc = 0): number {
  const T = CRC_TABLE;
  let c = ~crc;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    c ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    c =
      T[768 + (c & 255)]! ^
      T[512 + ((c >>> 8) & 255)]! ^
      T[256 + ((c >>> 16) & 255)]! ^
      T[c >>> 24]!;
  }
  for (; at < end; at++) c = (c >>> 8) ^ T[(c ^ bytes[at]!) & 255]!;
  return ~c >>> 0;
}

/**
 * CRC-32C of the header's checksum and then bytes [start, end): proof that they belong to this very
 * file.
 */
export function boundCrc(bytes: Uint8Array, start: number, end: number, headerCrc: number): number {
  const seed = Uint8Array.of(headerCrc, headerCrc >>> 8, headerCrc >>> 16, headerCrc >>> 24);
  return crc32c(bytes, start, end, crc32c(seed, 0, 4));
}

const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;
const P5 = 0x165667b1;

/** XXH32 with seed 0 of bytes [start, end). */
export function xxh32(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let at = start;
  let h = P5 | 0;
  if (length >= 16) {
    const lanes = [(P1 + P2) | 0, P2 | 0, 0, -P1 | 0];
    for (; at + 16 <= end; at += 16) {
      for (let lane = 0; lane < 4; lane++)
        lanes[lane] = Math.imul(
          rotate((lanes[lane]! + Math.imul(word(bytes, at + 4 * lane), P2)) | 0, 13),
          P1,
        );
    }
    h =
      (rotate(lanes[0]!, 1) +
        rotate(lanes[1]!, 7) +
        rotate(lanes[2]!, 12) +
        rotate(lanes[3]!, 18)) |
      0;
  }
  h = (h + length) | 0;
  for (; at + 4 <= end; at += 4)
    h = Math.imul(rotate((h + Math.imul(word(bytes, at), P3)) | 0, 17), P4);
  for (; at < end; at++) h = Math.imul(rotate((h + Math.imul(bytes[at]!, P5)) | 0, 11), P1);
  h = Math.imul(h ^ (h >>> 15), P2);
  h = Math.imul(h ^ (h >>> 13), P3);
  return (h ^ (h >>> 16)) >>> 0;
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function crcTable(): Int32Array {
  const tables = new Int32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let c = byte;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
    tables[byte] = c;
  }
  for (let at = 256; at < 1024; at++)
    tables[at] = (tables[at - 256]! >>> 8) ^ tables[tables[at - 256]! & 255]!;
  return tables;
}
