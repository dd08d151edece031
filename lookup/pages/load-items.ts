import { IndexFormatError } from '../index-errors.ts';
import { u16, u32 } from '../../format/little-endian.ts';
import { itemPlaces, pageEntries, payloadText } from './page.ts';
import type { PageFile } from './page-file.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';
import type { KeyRecords } from '../resident/resident-keys.ts';

/** The whole of `items.pages` in arrays by item number. */
export interface LoadedItems {
  keys: KeyRecords;
  /**
   * A table's codes, (V, W): W = ceil(w / 4) words, bytes of a code from the low end of a word up,
   * zeros behind.
   */
  codes: Uint32Array[];
  /** Where the index has payloads. */
  payloads?: TextRecords;
}

/**
 * Texts end to end, each behind its length (u16, little-endian); `starts` says where that of item i
 * begins.
 */
export interface TextRecords {
  bytes: Uint8Array;
  starts: Uint32Array;
}

/** The bytes of a text. */
export function textRecord({ bytes, starts }: TextRecords, number: number): Uint8Array {
  const at = starts[number]!;
  return bytes.subarray(at + 2, at + 2 + (bytes[at]! | (bytes[at + 1]! << 8)));
}

/**
 * Reads all items, `items.pages` alone: the buckets follow from the codes. Throws IndexFormatError,
 * and RangeError where the keys exceed 4 GiB.
 */
export async function loadItems(file: PageFile, meter?: ReadMeter): Promise<LoadedItems> {
  const { header } = file;
  const { items, tables, codeBytes, pages, pageBytes, keys: kind } = header;
  const words = Math.ceil(codeBytes / 4);
  const tail = (header.payloads ? 2 : 0) + 4 + tables * codeBytes;
  // Each key has a length of 2 bytes here in place of its slot in the page.
  const most = pages * (pageBytes - 12) - items * tail;
  if (most >= 0x1_0000_0000)
    throw new RangeError(
      `${file.name}: ${most} bytes of keys do not fit in memory at once; expected less than 4 GiB`,
    );
  if (most < 0)
    throw new IndexFormatError(
      file.name,
      40,
      `at most ${Math.floor((pages * pageBytes) / tail)} entries in ${pages} pages`,
      String(items),
    );
  const records = new Uint8Array(most);
  const starts = new Uint32Array(items).fill(0xffff_ffff);
  const codes = Array.from({ length: tables }, () => new Uint32Array(items * words));
  const payloads = header.payloads
    ? { bytes: new Uint8Array(most), starts: new Uint32Array(items) }
    : undefined;
  let told = 0;
  let at = 0;
  let seen = 0;
  for await (const { bytes, offset } of file.runsOfPages(meter)) {
    for (let page = 0; page < bytes.length; page += pageBytes) {
      const { count, first, ends } = pageEntries(bytes, page);
      for (let i = 0, start = page + first; i < count; i++) {
        const stop = page + u16(bytes, ends + 2 * i);
        const { keyEnd, tail: payloadEnd, number: numberAt } = itemPlaces(header, bytes, stop);
        const number = u32(bytes, numberAt);
        if (number >= items || starts[number] !== 0xffff_ffff) {
          throw new IndexFormatError(
            file.name,
            offset + numberAt,
            `an item number below ${items} that no other entry has`,
            String(number),
          );
        }
        starts[number] = at;
        const length = keyEnd - start;
        records[at++] = length;
        records[at++] = length >>> 8;
        for (let k = start; k < keyEnd; k++) records[at++] = bytes[k]!;
        if (payloads) {
          // Readers give texts: what is none is found now.
          payloadText(file.name, bytes.subarray(keyEnd, payloadEnd), offset + keyEnd);
          payloads.starts[number] = told;
          payloads.bytes[told++] = payloadEnd - keyEnd;
          payloads.bytes[told++] = (payloadEnd - keyEnd) >>> 8;
          for (let k = keyEnd; k < payloadEnd; k++) payloads.bytes[told++] = bytes[k]!;
        }
        for (let table = 0, from = numberAt + 4; table < tables; table++, from += codeBytes)
          readCode(bytes, from, codeBytes, codes[table]!, number * words);
        start = stop;
        seen++;
      }
    }
  }
  if (seen !== items) throw new IndexFormatError(file.name, 40, `${items} entries`, `${seen}`);
  return {
    keys: { kind, bytes: records.subarray(0, at), starts },
    codes,
    ...(payloads && { payloads: { ...payloads, bytes: payloads.bytes.slice(0, told) } }),
  };
}

/** A code of `codeBytes` bytes as words of 32 bits. */
export function readCode(
  bytes: Uint8Array,
  from: number,
  codeBytes: number,
  words: Uint32Array,
  at: number,
): void {
  for (let k = 0; k < codeBytes; k += 4, at++) {
    let word = bytes[from + k]!;
    for (let b = 1; b < 4 && k + b < codeBytes; b++) word |= bytes[from + k + b]! << (8 * b);
    words[at] = word;
  }
}
