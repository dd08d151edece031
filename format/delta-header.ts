/** The first 128 bytes of `delta.items` (docs/reference/index-format.md). */

/** Byte at which each field begins. */
export const DELTA_AT = {
  magic: 0,
  version: 8,
  keys: 10,
  tables: 11,
  codeBytes: 12,
  payloads: 13,
  reserved: 14,
  base: 16,
  added: 20,
  removed: 24,
  fileBytes: 28,
  baseIdentity: 32,
  identity: 48,
  reservedTail: 64,
  bodyCrc: 120,
  crc: 124,
} as const;

export const DELTA_HEADER_BYTES = 128;
export const DELTA_MAGIC = [0x89, 0x48, 0x4c, 0x44, 0x0d, 0x0a, 0x1a, 0x0a] as const;
export const DELTA_FORMAT_VERSION = 1;
/**
 * A delta is read whole, so its size is bounded: what is larger wants a reindex, which the writer
 * asks for.
 */
export const MAXIMUM_DELTA_BYTES = 64 * 1024 * 1024;
