import { decodeKey, encodeKey } from '../pages/item-key.ts';
import type { PageHeader } from '../pages/page-header.ts';

/** All keys of an index in memory: number to key, key to number. */
export interface ResidentKeys {
  readonly kind: PageHeader['keys'];
  /** The number of the item with this key, or -1. Ids may come as bigint or in decimal. */
  find(query: string | bigint): number;
  /**
   * `out[i]` becomes the number of `queries[i]`, or -1; queries wait for memory together. Returns
   * `warmed` and a sum of slots: reads that must not be optimised away.
   */
  findBatch(queries: readonly (string | bigint)[], out: Int32Array, warmed: number): number;
  /** The stored bytes of an item's key, a view. */
  bytesOf(number: number): Uint8Array;
  /** The key as text. */
  textOf(number: number): string;
  /** Bytes held. */
  readonly heldBytes: number;
}

/** Keys laid end to end, each behind its length (u16, little-endian). */
export interface KeyRecords {
  kind: PageHeader['keys'];
  bytes: Uint8Array;
  /** Where the record of item i begins. */
  starts: Uint32Array;
}

const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Queries that a batch hashes before it looks the first one up. */
const BLOCK = 128;

/** Makes keys findable: an open-addressing table of (record, number), filled to half at most. */
export function residentKeys({ kind, bytes, starts }: KeyRecords): ResidentKeys {
  const items = starts.length;
  const capacity = 2 ** Math.max(4, Math.ceil(Math.log2(Math.max(1, items))) + 1);
  const mask = capacity - 1;
  const slots = new Uint32Array(2 * capacity);
  for (let number = 0; number < items; number++) {
    const start = starts[number]!;
    let slot = hashRecord(bytes, start) & mask;
    while (slots[2 * slot] !== 0) slot = (slot + 1) & mask;
    slots[2 * slot] = start + 1;
    slots[2 * slot + 1] = number;
  }
  const id = new BigInt64Array(1);
  const idBytes = new Uint8Array(id.buffer);
  const idView = new DataView(id.buffer);

  function findBytes(key: Uint8Array): number {
    for (
      let slot = hashBytes(key, 0, key.length) & mask;
      slots[2 * slot] !== 0;
      slot = (slot + 1) & mask
    ) {
      const at = slots[2 * slot]! - 1;
      if ((bytes[at]! | (bytes[at + 1]! << 8)) !== key.length) continue;
      let k = 0;
      while (k < key.length && bytes[at + 2 + k] === key[k]) k++;
      if (k === key.length) return slots[2 * slot + 1]!;
    }
    return -1;
  }

  function findEncoded(query: string | bigint): number {
    if (typeof query === 'bigint' && kind === 'int64') {
      if (BigInt.asIntN(64, query) !== query) return -1;
      idView.setBigInt64(0, query, true);
      return findBytes(idBytes);
    }
    const key = encodeKey(kind, String(query));
    return key ? findBytes(key) : -1;
  }

  /** Short ASCII words, by far the most, are compared without being encoded. */
  function findAscii(query: string, hash: number): number {
    const length = query.length;
    for (let slot = hash & mask; slots[2 * slot] !== 0; slot = (slot + 1) & mask) {
      const at = slots[2 * slot]! - 1;
      if ((bytes[at]! | (bytes[at + 1]! << 8)) !== length) continue;
      let k = 0;
      while (k < length && bytes[at + 2 + k] === query.charCodeAt(k)) k++;
      if (k === length) return slots[2 * slot + 1]!;
    }
    return -1;
  }

  function find(query: string | bigint): number {
    if (kind === 'int64' || typeof query === 'bigint') return findEncoded(query);
    const hash = hashAscii(query);
    return hash < 0 ? findEncoded(query) : findAscii(query, hash);
  }

  const hashes = new Float64Array(BLOCK);
  return {
    kind,
    find,
    findBatch(queries, out, warmed) {
      if (out.length < queries.length)
        throw new RangeError(`out: expected at least ${queries.length} numbers, got ${out.length}`);
      if (kind === 'int64') {
        for (let i = 0; i < queries.length; i++) out[i] = findEncoded(queries[i]!);
        return warmed;
      }
      for (let from = 0; from < queries.length; from += BLOCK) {
        const count = Math.min(BLOCK, queries.length - from);
        for (let i = 0; i < count; i++) {
          const query = queries[from + i]!;
          const hash = typeof query === 'string' ? hashAscii(query) : -1;
          hashes[i] = hash;
          if (hash >= 0) warmed = (warmed + slots[2 * (hash & mask)]!) | 0;
        }
        for (let i = 0; i < count; i++) {
          if (hashes[i]! >= 0) warmed = (warmed + bytes[slots[2 * (hashes[i]! & mask)]!]!) | 0;
        }
        for (let i = 0; i < count; i++) {
          const query = queries[from + i]!;
          out[from + i] =
            hashes[i]! < 0 ? findEncoded(query) : findAscii(query as string, hashes[i]!);
        }
      }
      return warmed;
    },
    bytesOf,
    textOf: (number) => decodeKey(kind, bytesOf(number))!,
    heldBytes: bytes.byteLength + starts.byteLength + slots.byteLength,
  };

  function bytesOf(number: number): Uint8Array {
    const at = starts[number];
    if (at === undefined)
      throw new RangeError(`item number: expected 0 to ${items - 1}, got ${number}`);
    return bytes.subarray(at + 2, at + 2 + (bytes[at]! | (bytes[at + 1]! << 8)));
  }
}

function hashRecord(bytes: Uint8Array, at: number): number {
  return hashBytes(bytes, at + 2, at + 2 + (bytes[at]! | (bytes[at + 1]! << 8)));
}

/** FNV-1a with the finish of MurmurHash3, as a number from 0 to 2^31 - 1. */
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let h = FNV_START;
  for (let at = start; at < end; at++) h = Math.imul(h ^ bytes[at]!, FNV_PRIME);
  return finish(h);
}

/** The same of a string's bytes; -1 where it is not ASCII. */
function hashAscii(text: string): number {
  let h = FNV_START;
  let any = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    any |= unit;
    h = Math.imul(h ^ unit, FNV_PRIME);
  }
  return any < 128 ? finish(h) : -1;
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) & 0x7fffffff;
}
