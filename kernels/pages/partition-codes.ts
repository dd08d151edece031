/**
 * Codes of neighbouring items by cells (the codes between two bounds), as bytes: what ranges of
 * items leave for ranges of codes, so that each of those reads its own and no more.
 *
 * A section holds places of one cell, of one table or of all, by item and of an item by table. A
 * place: code; u32 item number; u8 table; unless keys are int64 u16 length of the key; key; where
 * there are payloads u16 length and payload. Little-endian.
 */

import { writeU32 } from '../../format/little-endian.ts';
import { type CollectedCodes, compareCode } from './collect-codes.ts';
import type { ByteStrings } from './keys.ts';
import type { ItemBlock } from './run.ts';

export interface SectionShape {
  codeBytes: number;
  /** int64 keys: all have 8 bytes. */
  idsAlone: boolean;
  hasPayloads: boolean;
}

export interface SectionSize {
  places: number;
  keyBytes: number;
  payloadBytes: number;
}

export function sectionBytes(
  { codeBytes, idsAlone, hasPayloads }: SectionShape,
  { places, keyBytes, payloadBytes }: SectionSize,
): number {
  return (
    places * (codeBytes + 5 + (idsAlone ? 0 : 2) + (hasPayloads ? 2 : 0)) + keyBytes + payloadBytes
  );
}

/**
 * The sections of a block, that of a cell and a set at cell x sets + set. `sets`: the tables, or 1
 * where codes of all tables come together.
 */
export function partitionCodes(
  block: ItemBlock,
  shape: SectionShape,
  bounds: readonly Uint8Array[],
  tables: number,
  sets: number,
): { sizes: SectionSize[]; sections: Uint8Array[] } {
  const { first, codes, rowBytes, keys, payloads } = block;
  const { codeBytes, idsAlone } = shape;
  const items = codes.length / rowBytes;
  const cellOf = cellFinder(bounds, codeBytes);
  const sectionOf = new Uint32Array(items * tables);
  const count = (bounds.length + 1) * sets;
  const [places, keyBytes, payloadBytes] = [
    new Uint32Array(count),
    new Float64Array(count),
    new Float64Array(count),
  ];
  for (let item = 0, at = 0; item < items; item++) {
    for (let table = 0; table < tables; table++, at++) {
      const section = cellOf(codes, at * codeBytes) * sets + (sets === 1 ? 0 : table);
      sectionOf[at] = section;
      places[section]++;
      keyBytes[section] += keys.offsets[item + 1] - keys.offsets[item];
      if (payloads) payloadBytes[section] += payloads.offsets[item + 1] - payloads.offsets[item];
    }
  }
  const sizes = Array.from(places, (of, section) => ({
    places: of,
    keyBytes: keyBytes[section],
    payloadBytes: payloadBytes[section],
  }));
  const sections = sizes.map((size) => new Uint8Array(sectionBytes(shape, size)));
  const ends = new Uint32Array(count);
  for (let item = 0, at = 0; item < items; item++) {
    for (let table = 0; table < tables; table++, at++) {
      const section = sectionOf[at];
      const out = sections[section];
      let to = ends[section];
      for (let k = at * codeBytes; k < (at + 1) * codeBytes; k++) out[to++] = codes[k];
      writeU32(out, to, first + item);
      out[to + 4] = table;
      to = putString(keys, item, !idsAlone, out, to + 5);
      ends[section] = payloads ? putString(payloads, item, true, out, to) : to;
    }
  }
  return { sizes, sections };
}

/**
 * Puts sections together to the places of neighbouring cells; `sizes` are the sums of each cell.
 * Sections of a cell come in the order of their items.
 */
export function joinSections(
  { codeBytes, idsAlone, hasPayloads }: SectionShape,
  sizes: readonly SectionSize[],
): { add(cell: number, size: SectionSize, bytes: Uint8Array): void; finish(): CollectedCodes } {
  const starts = Uint32Array.from(sums(sizes.map(({ places }) => places)));
  const count = starts[sizes.length];
  const codes = new Uint8Array(count * codeBytes);
  const numbers = new Uint32Array(count);
  const tables = new Uint8Array(count);
  const keys = stringsToFill(
    count,
    sizes.map(({ keyBytes }) => keyBytes),
  );
  const payloads = hasPayloads
    ? stringsToFill(
        count,
        sizes.map(({ payloadBytes }) => payloadBytes),
      )
    : undefined;
  const next = starts.slice();
  return {
    add(cell, { places }, bytes) {
      const end = next[cell] + places;
      for (let place = next[cell], from = 0; place < end; place++) {
        for (let k = place * codeBytes; k < (place + 1) * codeBytes; k++) codes[k] = bytes[from++];
        numbers[place] =
          bytes[from] | (bytes[from + 1] << 8) | (bytes[from + 2] << 16) | (bytes[from + 3] << 24);
        tables[place] = bytes[from + 4];
        from = takeString(keys, cell, place, idsAlone ? 8 : undefined, bytes, from + 5);
        if (payloads) from = takeString(payloads, cell, place, undefined, bytes, from);
      }
      next[cell] = end;
    },
    finish: () => ({ starts, codes, numbers, tables, keys, payloads }),
  };
}

/** The cell of the code at `at`: cell c holds codes from bounds[c - 1] on and below bounds[c]. */
function cellFinder(
  bounds: readonly Uint8Array[],
  codeBytes: number,
): (codes: Uint8Array, at: number) => number {
  const prefixOf =
    codeBytes === 1
      ? (code: Uint8Array, at: number) => code[at] << 8
      : (code: Uint8Array, at: number) => (code[at] << 8) | code[at + 1];
  /** Bounds with a prefix below p: what is left to compare are those with the prefix itself. */
  const below = new Uint32Array(65_537);
  for (const bound of bounds) below[prefixOf(bound, 0) + 1]++;
  for (let p = 0; p < 65_536; p++) below[p + 1] += below[p];
  return (codes, at) => {
    const prefix = prefixOf(codes, at);
    let low = below[prefix];
    let high = below[prefix + 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareCode(codes, at, bounds[middle]) < 0) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

function putString(
  { bytes, offsets }: ByteStrings,
  place: number,
  withLength: boolean,
  out: Uint8Array,
  to: number,
): number {
  const start = offsets[place];
  const end = offsets[place + 1];
  if (withLength) {
    out[to++] = end - start;
    out[to++] = (end - start) >>> 8;
  }
  for (let k = start; k < end; k++) out[to++] = bytes[k];
  return to;
}

interface StringsToFill extends ByteStrings {
  /** Where the next string of each cell begins. */
  next: Float64Array;
}

function stringsToFill(count: number, cellBytes: readonly number[]): StringsToFill {
  const next = sums(cellBytes);
  const length = next[cellBytes.length];
  return {
    bytes: new Uint8Array(length),
    offsets: new (length < 0x1_0000_0000 ? Uint32Array : Float64Array)(count + 1),
    next,
  };
}

/**
 * Takes the string at `from`, after its length unless that is known, as that of a place; returns
 * its end.
 */
function takeString(
  { bytes, offsets, next }: StringsToFill,
  cell: number,
  place: number,
  known: number | undefined,
  own: Uint8Array,
  from: number,
): number {
  const length = known ?? own[from] | (own[from + 1] << 8);
  const start = known === undefined ? from + 2 : from;
  let to = next[cell];
  for (let k = start; k < start + length; k++) bytes[to++] = own[k];
  offsets[place + 1] = to;
  next[cell] = to;
  return start + length;
}

/** 0, then the sum of all up to each. */
function sums(values: readonly number[]): Float64Array {
  const ends = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) ends[i + 1] = ends[i] + values[i];
  return ends;
}
