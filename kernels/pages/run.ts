import { crc32c, joinCrcs } from '../../format/checksum.ts';
import { writeU32 } from '../../format/little-endian.ts';
import { SLOT_BYTES } from '../../format/page-header.ts';
import { varintBytes, writeVarint } from '../../format/varint.ts';
import { listBytes, type ListSource, writeList } from './bucket-list.ts';
import { type ByteStrings, evenOffsets } from './keys.ts';
import { IS_LARGE } from './record-head.ts';
import { recordsByHash } from './sorted-records.ts';

/**
 * Entries of a part of an index (a range of items or of codes) in the order of pages, before it is
 * known where pages begin: what `items.pages` and `buckets-T.pages` are merged from.
 *
 * A record: u32 hash, u16 size of the entry, then the entry, little-endian. Where the list of a
 * bucket leaves its page the top bit of the size is set and the entry is the code, the varint of
 * its count, then f64 offset (in the lists of this run), u32 length and u32 CRC-32C of the list:
 * all that its place in the file does not change.
 */

/** Offset, length and checksum at the end of such a record. */
export const PLACE_BYTES = 16;

export interface EntryRun {
  entries: number;
  /**
   * Of all entries with their slots; of those whose list lies elsewhere without the varint of its
   * offset.
   */
  bytes: number;
  /** Bytes of the largest entry. */
  largest: number;
  records(): Generator<Uint8Array, void, undefined>;
  /** Where each list that lies elsewhere begins, in the order of codes. */
  largeOffsets: Float64Array;
  listBytes: number;
  lists(): Generator<Uint8Array, void, undefined>;
}

export interface ItemBlock {
  /** Number of the first item. */
  first: number;
  /** (n, L w). */
  codes: Uint8Array;
  rowBytes: number;
  keys: ByteStrings;
  payloads?: ByteStrings;
}

/** Bytes of the entry of an item. */
export function itemEntryBytes({ rowBytes, keys, payloads }: ItemBlock, place: number): number {
  const payload = payloads ? payloads.offsets[place + 1] - payloads.offsets[place] + 2 : 0;
  return keys.offsets[place + 1] - keys.offsets[place] + payload + 4 + rowBytes;
}

/**
 * Writes the entry of an item at `at`: key, payload and its length where there are payloads,
 * number, codes.
 */
export function writeItemEntry(
  { first, codes, rowBytes, keys, payloads }: ItemBlock,
  place: number,
  out: Uint8Array,
  at: number,
): void {
  for (let k = keys.offsets[place]; k < keys.offsets[place + 1]; k++) out[at++] = keys.bytes[k];
  if (payloads) {
    const length = payloads.offsets[place + 1] - payloads.offsets[place];
    for (let k = payloads.offsets[place]; k < payloads.offsets[place + 1]; k++)
      out[at++] = payloads.bytes[k];
    out[at++] = length;
    out[at++] = length >>> 8;
  }
  writeU32(out, at, first + place);
  at += 4;
  for (let k = place * rowBytes; k < (place + 1) * rowBytes; k++) out[at++] = codes[k];
}

/** The run of neighbouring items. Throws RangeError on equal keys as records come. */
export function itemRun(block: ItemBlock): EntryRun {
  const items = block.keys.offsets.length - 1;
  const sizes = new Uint16Array(items);
  let bytes = 0;
  let largest = 0;
  for (let place = 0; place < items; place++) {
    const size = itemEntryBytes(block, place);
    sizes[place] = size;
    bytes += size + SLOT_BYTES;
    if (size > largest) largest = size;
  }
  return {
    entries: items,
    bytes,
    largest,
    records: () =>
      recordsByHash(block.keys, sizes, (place, out, at) => writeItemEntry(block, place, out, at)),
    largeOffsets: new Float64Array(0),
    listBytes: 0,
    *lists() {},
  };
}

/**
 * The run of the buckets of a range of codes: `codes` are theirs, (B, w), ascending. A list of more
 * than `longestInline` bytes lies elsewhere.
 */
export function bucketRun(
  source: ListSource,
  codes: Uint8Array,
  codeBytes: number,
  longestInline: number,
): EntryRun {
  const { offsets } = source.buckets;
  const buckets = offsets.length - 1;
  const sizes = new Uint16Array(buckets);
  const large: number[] = [];
  const largeOffsets: number[] = [];
  const lengths: number[] = [];
  let elsewhere = 0;
  let bytes = 0;
  let largest = 0;
  for (let b = 0; b < buckets; b++) {
    const count = offsets[b + 1] - offsets[b];
    const length = listBytes(source, b);
    const isLarge = length > longestInline;
    const head = codeBytes + varintBytes(2 * count + (isLarge ? 1 : 0));
    const final = head + (isLarge ? varintBytes(length) + 4 : length);
    sizes[b] = isLarge ? (head + PLACE_BYTES) | IS_LARGE : final;
    bytes += final + SLOT_BYTES;
    if (final > largest) largest = final;
    if (!isLarge) continue;
    large.push(b);
    largeOffsets.push(elsewhere);
    lengths.push(length);
    elsewhere += length;
  }
  const placeOfLarge = new Map(large.map((b, at) => [b, at]));
  function writePlace(bytes: Uint8Array, at: number, which: number): void {
    const list = listOf(which);
    const place = new DataView(bytes.buffer, bytes.byteOffset + at, PLACE_BYTES);
    place.setFloat64(0, largeOffsets[which], true);
    place.setUint32(8, list.length, true);
    place.setUint32(12, crc32c(list, 0, list.length), true);
  }
  const listOf = (at: number): Uint8Array => {
    const list = new Uint8Array(lengths[at]);
    writeList(source, large[at], list, 0);
    return list;
  };
  return {
    entries: buckets,
    bytes,
    largest,
    records: () =>
      recordsByHash(
        { bytes: codes, offsets: evenOffsets(buckets, codeBytes) },
        sizes,
        (b, out, at) => {
          for (let k = b * codeBytes; k < (b + 1) * codeBytes; k++) out[at++] = codes[k];
          const isLarge = sizes[b] >= IS_LARGE;
          at = writeVarint(out, at, 2 * (offsets[b + 1] - offsets[b]) + (isLarge ? 1 : 0));
          if (isLarge) writePlace(out, at, placeOfLarge.get(b)!);
          else writeList(source, b, out, at);
        },
      ),
    largeOffsets: Float64Array.from(largeOffsets),
    listBytes: elsewhere,
    *lists() {
      for (let at = 0; at < large.length; at++) yield listOf(at);
    },
  };
}

/** Bytes of an entry in its page. `base`: where the lists of its run begin in the overflow. */
export function finalBytes(
  record: Uint8Array,
  start: number,
  end: number,
  isLarge: boolean,
  base: number,
): number {
  if (!isLarge) return end - start;
  const place = new DataView(record.buffer, record.byteOffset + end - PLACE_BYTES, PLACE_BYTES);
  return (
    end -
    start -
    PLACE_BYTES +
    varintBytes(base + place.getFloat64(0, true)) +
    varintBytes(place.getUint32(8, true)) +
    4
  );
}

/**
 * The entry of a record whose list lies elsewhere as it is in the file: `out` from 0; returns its
 * end. `seed`: what the file's checksums go on from.
 */
export function writeLargeEntry(
  record: Uint8Array,
  start: number,
  end: number,
  base: number,
  seed: number,
  out: Uint8Array,
): number {
  const place = new DataView(record.buffer, record.byteOffset + end - PLACE_BYTES, PLACE_BYTES);
  const length = place.getUint32(8, true);
  let at = end - PLACE_BYTES - start;
  out.set(record.subarray(start, start + at));
  at = writeVarint(out, at, base + place.getFloat64(0, true));
  at = writeVarint(out, at, length);
  writeU32(out, at, joinCrcs(seed, place.getUint32(12, true), length));
  return at + 4;
}
