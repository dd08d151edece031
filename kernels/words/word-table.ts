import { LimitError } from '../limit-error.ts';

/**
 * A set of words as UTF-8 bytes with ids in order of arrival: open addressing (linear probing, at
 * most half full) over a hash of 32 bits. No strings are made: of 46 million tokens of a corpus few
 * are new words.
 */

/** Words end to end: word i is bytes [offsets[i], offsets[i + 1]). */
export interface Utf8Words {
  offsets: Int32Array;
  bytes: Uint8Array;
}

interface WordTable {
  /** The id of bytes [from, to), a new one where the word is new. */
  add(bytes: Uint8Array, from: number, to: number): number;
  size(): number;
  /** The words by id. The arrays are the table's own. */
  words(): Utf8Words;
}

/** Ids, hashes and offsets are 32-bit; the words' bytes are one array. */
const MAX_WORDS = 2 ** 27;
const MAX_BYTES = 0x7fff_ffff;

/** Throws LimitError at more than 2^27 distinct words or 2 GiB of their bytes. */
export function wordTable(): WordTable {
  let mask = (1 << 13) - 1;
  let slots = new Int32Array(mask + 1).fill(-1);
  let hashes = new Int32Array(1 << 12);
  let offsets = new Int32Array((1 << 12) + 1);
  let arena = new Uint8Array(1 << 15);
  let size = 0;

  function add(bytes: Uint8Array, from: number, to: number): number {
    let hash = 0x811c9dc5 | 0;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
    hash ^= hash >>> 15;
    const length = to - from;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot];
      if (id < 0) return insert(bytes, from, to, hash, slot);
      if (hashes[id] !== hash) continue;
      const start = offsets[id];
      if (offsets[id + 1] - start !== length) continue;
      let same = 0;
      while (same < length && arena[start + same] === bytes[from + same]) same += 1;
      if (same === length) return id;
    }
  }

  function insert(bytes: Uint8Array, from: number, to: number, hash: number, slot: number): number {
    const start = offsets[size];
    const end = start + to - from;
    if (size === MAX_WORDS || end > MAX_BYTES)
      throw new LimitError(
        `a shard of more than ${MAX_WORDS} distinct words or ${MAX_BYTES} bytes of them; ` +
          'split the file',
      );
    if (end > arena.length) {
      const larger = new Uint8Array(Math.min(MAX_BYTES, Math.max(2 * arena.length, end)));
      larger.set(arena);
      arena = larger;
    }
    arena.set(bytes.subarray(from, to), start);
    hashes[size] = hash;
    offsets[size + 1] = end;
    slots[slot] = size;
    size += 1;
    if (2 * size > mask) grow();
    return size - 1;
  }

  function grow(): void {
    mask = 2 * mask + 1;
    slots = new Int32Array(mask + 1).fill(-1);
    const moreHashes = new Int32Array((mask + 1) >> 1);
    moreHashes.set(hashes.subarray(0, size));
    hashes = moreHashes;
    const moreOffsets = new Int32Array(((mask + 1) >> 1) + 1);
    moreOffsets.set(offsets.subarray(0, size + 1));
    offsets = moreOffsets;
    for (let id = 0; id < size; id++) {
      let slot = hashes[id] & mask;
      while (slots[slot] >= 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
  }

  return {
    add,
    size: () => size,
    words: () => ({
      offsets: offsets.subarray(0, size + 1),
      bytes: arena.subarray(0, offsets[size]),
    }),
  };
}
