/**
 * The delta of a version (docs/reference/index-format.md): items that are gone from the base, and
 * items with codes of their own. A added items, L tables, w = d / 8 bytes a code.
 */

import { crc32c } from '../../format/checksum.ts';
import {
  DELTA_AT,
  DELTA_FORMAT_VERSION,
  DELTA_HEADER_BYTES,
  DELTA_MAGIC,
  MAXIMUM_DELTA_BYTES,
} from '../../format/delta-header.ts';
import { writeU32 } from '../../format/little-endian.ts';
import { varintBytes, writeVarint } from '../../format/varint.ts';
import { LimitError } from '../limit-error.ts';

export interface DeltaContent {
  keys: 'utf8' | 'int64';
  tables: number;
  codeBytes: number;
  /** Items of the base. */
  baseItems: number;
  /** 16 bytes each: the key of the base's export, and of the append. */
  baseIdentity: Uint8Array;
  identity: Uint8Array;
  /** By ascending number; keys as stored. */
  removed: readonly { number: number; key: Uint8Array }[];
  /** In the order of keys. `place`: base keys before this one; `code`: L x w bytes. */
  added: readonly { key: Uint8Array; place: number; code: Uint8Array; payload?: Uint8Array }[];
  /** Whether added items have payloads. */
  payloads: boolean;
}

/**
 * The same content gives the same bytes. Throws LimitError on a delta that readers would refuse for
 * its size.
 */
export function buildDelta(content: DeltaContent): Uint8Array {
  const { keys, tables, codeBytes, baseItems, baseIdentity, identity, removed, added, payloads } =
    content;
  const keyBytes = (key: Uint8Array): number =>
    keys === 'int64' ? 8 : varintBytes(key.length) + key.length;
  let size = DELTA_HEADER_BYTES;
  for (const [i, { number, key }] of removed.entries())
    size += varintBytes(number - (removed[i - 1]?.number ?? 0)) + keyBytes(key);
  for (const [i, { place, key, payload }] of added.entries()) {
    size += varintBytes(place - (added[i - 1]?.place ?? 0)) + keyBytes(key) + tables * codeBytes;
    if (payloads) size += varintBytes(payload?.length ?? 0) + (payload?.length ?? 0);
  }
  if (size > MAXIMUM_DELTA_BYTES)
    throw new LimitError(
      `a delta of ${size} bytes, readers take ${MAXIMUM_DELTA_BYTES} at most; reindex, so ` +
        'that the items come into the pages',
    );
  const bytes = new Uint8Array(size);
  let at = DELTA_HEADER_BYTES;
  const writeBytes = (from: Uint8Array, counted: boolean) => {
    if (counted) at = writeVarint(bytes, at, from.length);
    bytes.set(from, at);
    at += from.length;
  };
  for (const [i, { number }] of removed.entries())
    at = writeVarint(bytes, at, number - (removed[i - 1]?.number ?? 0));
  for (const { key } of removed) writeBytes(key, keys === 'utf8');
  for (const [i, { place }] of added.entries())
    at = writeVarint(bytes, at, place - (added[i - 1]?.place ?? 0));
  for (const { key } of added) writeBytes(key, keys === 'utf8');
  for (const { code } of added) writeBytes(code, false);
  if (payloads) for (const { payload } of added) writeBytes(payload ?? new Uint8Array(0), true);

  bytes.set(DELTA_MAGIC, DELTA_AT.magic);
  bytes[DELTA_AT.version] = DELTA_FORMAT_VERSION;
  bytes[DELTA_AT.keys] = keys === 'utf8' ? 1 : 2;
  bytes[DELTA_AT.tables] = tables;
  bytes[DELTA_AT.codeBytes] = codeBytes;
  bytes[DELTA_AT.payloads] = payloads ? 1 : 0;
  writeU32(bytes, DELTA_AT.base, baseItems);
  writeU32(bytes, DELTA_AT.added, added.length);
  writeU32(bytes, DELTA_AT.removed, removed.length);
  writeU32(bytes, DELTA_AT.fileBytes, size);
  bytes.set(baseIdentity, DELTA_AT.baseIdentity);
  bytes.set(identity, DELTA_AT.identity);
  writeU32(bytes, DELTA_AT.bodyCrc, crc32c(bytes, DELTA_HEADER_BYTES, size));
  writeU32(bytes, DELTA_AT.crc, crc32c(bytes, 0, DELTA_AT.crc));
  return bytes;
}
