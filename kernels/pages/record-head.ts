import { writeU32 } from '../../format/little-endian.ts';

/** The hash in four bytes, the size in two. */
export const RECORD_HEAD_BYTES = 6;

/** Of a record's size: its list lies elsewhere. */
export const IS_LARGE = 0x8000;

/** Writes the head of a record, and returns where its entry begins. */
export function writeHead(bytes: Uint8Array, at: number, hash: number, size: number): number {
  writeU32(bytes, at, hash);
  bytes[at + 4] = size;
  bytes[at + 5] = size >>> 8;
  return at + RECORD_HEAD_BYTES;
}
