import { xxh32 } from '../../format/checksum.ts';
import { sortByU32 } from '../numbers/radix-order.ts';
import { type ByteStrings, orderTies } from './keys.ts';
import { RECORD_HEAD_BYTES, writeHead, IS_LARGE } from './record-head.ts';

/**
 * Records in ascending order of (hash, key), `sizes` as they store them. They are written in the
 * order in which they are there to parts by the first bits of their hashes, each of which is then
 * put in order in a cache: in one step every record would be a walk through all memory. Throws
 * RangeError on equal keys.
 */
export function* recordsByHash(
  keys: ByteStrings,
  sizes: Uint16Array,
  write: (place: number, out: Uint8Array, at: number) => void,
): Generator<Uint8Array, void, undefined> {
  const shift =
    32 - Math.min(MAX_PART_BITS, Math.max(0, Math.ceil(Math.log2(sizes.length / PART_RECORDS))));
  for (const part of recordsInParts(keys, sizes, shift, write))
    if (part.bytes.length > 0) yield sortedRecords(keys, part);
}

/** Records by the first bits of their hashes, else in the order of places; where each begins. */
interface RecordPart {
  bytes: Uint8Array;
  hashes: Uint32Array;
  places: Uint32Array;
  starts: Uint32Array;
}

function recordsInParts(
  keys: ByteStrings,
  sizes: Uint16Array,
  shift: number,
  write: (place: number, out: Uint8Array, at: number) => void,
): RecordPart[] {
  const hashes = new Uint32Array(sizes.length);
  const counts = new Uint32Array(2 ** (32 - shift));
  const ends = new Uint32Array(counts.length);
  const partOf = (hash: number) => (shift === 32 ? 0 : hash >>> shift);
  for (let place = 0; place < sizes.length; place++) {
    const hash = xxh32(keys.bytes, keys.offsets[place], keys.offsets[place + 1]);
    hashes[place] = hash;
    counts[partOf(hash)]++;
    ends[partOf(hash)] += RECORD_HEAD_BYTES + (sizes[place] & ~IS_LARGE);
  }
  const parts = Array.from(counts, (count, part) => ({
    bytes: new Uint8Array(ends[part]),
    hashes: new Uint32Array(count),
    places: new Uint32Array(count),
    starts: new Uint32Array(count),
  }));
  counts.fill(0);
  ends.fill(0);
  for (let place = 0; place < sizes.length; place++) {
    const number = partOf(hashes[place]);
    const part = parts[number];
    const i = counts[number]++;
    const start = ends[number];
    part.hashes[i] = hashes[place];
    part.places[i] = place;
    part.starts[i] = start;
    const at = writeHead(part.bytes, start, hashes[place], sizes[place]);
    write(place, part.bytes, at);
    ends[number] = at + (sizes[place] & ~IS_LARGE);
  }
  return parts;
}

function sortedRecords(
  keys: ByteStrings,
  { bytes, hashes, places, starts }: RecordPart,
): Uint8Array {
  const n = hashes.length;
  const order = Uint32Array.from(hashes, (_, i) => i);
  sortByU32(hashes, order, new Uint32Array(n), new Uint32Array(n));
  orderTies(keys, hashes, order, (i) => places[i]);
  const sorted = new Uint8Array(bytes.length);
  let to = 0;
  for (let i = 0; i < n; i++) {
    const start = starts[order[i]];
    const end = order[i] + 1 < n ? starts[order[i] + 1] : bytes.length;
    for (let k = start; k < end; k++) sorted[to++] = bytes[k];
  }
  return sorted;
}

/**
 * Records of a part of a run that is put in order at once, so that it fits in a cache; parts at
 * most.
 */
const PART_RECORDS = 16_384;

const MAX_PART_BITS = 12;
