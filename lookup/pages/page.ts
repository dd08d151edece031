/** One page of a part in memory: its proof, its entries, and where things lie in them. */

import { boundCrc, xxh32 } from '../../format/checksum.ts';
import { u16, u32 } from '../../format/little-endian.ts';
import { PAGE_HEADER_BYTES, SLOT_BYTES } from '../../format/page-header.ts';
import { IndexFormatError } from '../index-errors.ts';
import { decodeKey } from './item-key.ts';
import type { PageHeader } from './page-header.ts';

/** Proves a page: its checksum, its number, and that its slots stay within it. */
export function checkPage(
  name: string,
  header: PageHeader,
  page: Uint8Array,
  number: number,
): void {
  const offset = (1 + number) * header.pageBytes;
  const crc = u32(page, 0);
  const actual = boundCrc(page, 4, page.length, header.crc);
  if (crc !== actual)
    throw new IndexFormatError(name, offset, `a page with checksum ${crc}`, String(actual));
  if (u32(page, 4) !== number)
    throw new IndexFormatError(name, offset + 4, `page ${number}`, `page ${u32(page, 4)}`);
  const entries = u16(page, 8);
  if (u16(page, 10) !== 0)
    throw new IndexFormatError(name, offset + 10, 'zeros in the reserved bytes', 'others');
  const least = leastEntryBytes(header);
  let end = PAGE_HEADER_BYTES + SLOT_BYTES * entries;
  for (let i = 0; i < entries; i++) {
    // More entries than the page holds end here too: their slots or ends leave the page.
    const next =
      end + least <= page.length ? u16(page, PAGE_HEADER_BYTES + SLOT_BYTES * i) : page.length + 1;
    if (next < end + least || next > page.length) {
      throw new IndexFormatError(
        name,
        offset + PAGE_HEADER_BYTES + SLOT_BYTES * i,
        `the end of an entry from ${end + least} to ${page.length}`,
        String(next),
      );
    }
    if (header.part === 'items' && header.payloads) {
      const at = next - itemTail(header);
      if (u16(page, at) > next - end - least)
        throw new IndexFormatError(
          name,
          offset + at,
          `a payload of at most ${next - end - least} bytes`,
          String(u16(page, at)),
        );
    }
    if (header.part === 'neighbours' && header.keys === 'utf8') {
      const keyBytes = u16(page, next - KEY_LENGTH_BYTES);
      if (keyBytes > next - end - least)
        throw new IndexFormatError(
          name,
          offset + next - KEY_LENGTH_BYTES,
          `a key of at most ${next - end - least} bytes`,
          String(keyBytes),
        );
    }
    end = next;
  }
}

/** At the end of an entry of `neighbours.pages` where keys are UTF-8. */
const KEY_LENGTH_BYTES = 2;

function leastEntryBytes(header: PageHeader): number {
  const isId = header.keys === 'int64';
  if (header.part === 'items') return (isId ? 8 : 0) + itemTail(header);
  if (header.part === 'neighbours') return (isId ? 8 : KEY_LENGTH_BYTES) + 1;
  return header.codeBytes + 1;
}

/** Bytes behind the key and the payload of an item's entry. */
function itemTail({ tables, codeBytes, payloads }: PageHeader): number {
  return (payloads ? 2 : 0) + 4 + tables * codeBytes;
}

/**
 * Where the key of an item's entry ends, and with it its payload begins; the payload ends where the
 * tail begins. Of a proven page.
 */
export function itemPlaces(
  header: PageHeader,
  bytes: Uint8Array,
  end: number,
): { keyEnd: number; tail: number; number: number } {
  const tail = end - itemTail(header);
  return {
    keyEnd: header.payloads ? tail - u16(bytes, tail) : tail,
    tail,
    number: header.payloads ? tail + 2 : tail,
  };
}

/** Where the lists of an entry of `neighbours.pages` begin and end. Of a proven page. */
export function neighbourPlaces(
  header: PageHeader,
  bytes: Uint8Array,
  start: number,
  end: number,
): { keyEnd: number; tail: number } {
  return {
    keyEnd: keyEndOf(header, bytes, start, end),
    tail: header.keys === 'int64' ? end : end - KEY_LENGTH_BYTES,
  };
}

/** Where the key of the entry [start, end) ends. Of a proven page. */
function keyEndOf(header: PageHeader, bytes: Uint8Array, start: number, end: number): number {
  if (header.part === 'items') return itemPlaces(header, bytes, end).keyEnd;
  if (header.part === 'buckets') return start + header.codeBytes;
  return start + (header.keys === 'int64' ? 8 : u16(bytes, end - KEY_LENGTH_BYTES));
}

/** The payload of an item's entry as text. Throws IndexFormatError where it is no UTF-8. */
export function payloadText(name: string, bytes: Uint8Array, offset: number): string {
  const text = decodeKey('utf8', bytes);
  if (text === undefined)
    throw new IndexFormatError(name, offset, 'a payload in UTF-8', 'other bytes');
  return text;
}

/**
 * Of the proven page at `page`: its entries, where the first begins in it, and where the u16 ends
 * of all lie in `bytes`.
 */
export function pageEntries(
  bytes: Uint8Array,
  page: number,
): { count: number; first: number; ends: number } {
  const count = u16(bytes, page + 8);
  return { count, first: PAGE_HEADER_BYTES + SLOT_BYTES * count, ends: page + PAGE_HEADER_BYTES };
}

/** The first entry whose key is `key`; entries ascend by (hash, key). */
export function searchPage(
  header: PageHeader,
  page: Uint8Array,
  key: Uint8Array,
  hash: number,
): Uint8Array | undefined {
  const entries = u16(page, 8);
  const start = (i: number): number =>
    i === 0
      ? PAGE_HEADER_BYTES + SLOT_BYTES * entries
      : u16(page, PAGE_HEADER_BYTES + SLOT_BYTES * (i - 1));
  const keyEnd = (i: number): number => keyEndOf(header, page, start(i), start(i + 1));
  let low = 0;
  let high = entries;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (xxh32(page, start(middle), keyEnd(middle)) < hash) low = middle + 1;
    else high = middle;
  }
  for (; low < entries; low++) {
    const from = start(low);
    const to = keyEnd(low);
    if (to - from === key.length && key.every((byte, k) => page[from + k] === byte))
      return page.subarray(from, start(low + 1));
    if (xxh32(page, from, to) !== hash) break;
  }
  return undefined;
}
