import { RELATIONS } from '../../format/neighbour-lists.ts';
import { u16 } from '../../format/little-endian.ts';
import type { AppliedDelta } from '../apply-delta.ts';
import { IndexFormatError } from '../index-errors.ts';
import { decodeKey } from '../pages/item-key.ts';
import {
  listsPlace,
  type ListsPlace,
  type NeighbourList,
  parseLists,
} from '../pages/neighbour-lists.ts';
import { neighbourPlaces, pageEntries } from '../pages/page.ts';
import type { PageFile } from '../pages/page-file.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';
import type { ResidentIndex } from './resident-index.ts';

/** All ranked lists of an index in memory: five bytes and a bit a neighbour. */
export interface ResidentLists {
  /** Numbers of items, list by list, the best first. */
  readonly numbers: Uint32Array;
  /** Of each, a byte: its score is `scoreOfByte` of it and the scale of its list. */
  readonly scores: Uint8Array;
  /** Of each, a bit, the lowest first: 1 where the two are linked in the corpus itself. */
  readonly known: Uint8Array;
  /**
   * By relation, in the order of RELATIONS, (V): where the list of an item begins, and its length.
   */
  readonly starts: readonly Uint32Array[];
  readonly lengths: readonly Uint16Array[];
  readonly scales: readonly Float32Array[];
  /** False of an item that a delta has changed or added: whatever it is near to, no list says. */
  hasLists(number: number): boolean;
  heldBytes(): number;
}

/** Lists that are read at once of the overflow. */
const LISTS_AT_ONCE = 256;

/**
 * Reads the whole of `neighbours.pages` and checks it. Items that a delta has changed have no list,
 * and those that are gone are in none. Throws IndexFormatError.
 */
export async function loadLists(
  file: PageFile,
  index: ResidentIndex,
  change: AppliedDelta | undefined,
  meter?: ReadMeter,
): Promise<ResidentLists> {
  const { header, name } = file;
  const room = listRoom(index.items);
  const numberNow = numbersNow(header.items, change);
  let waiting: { number: number; place: ListsPlace }[] = [];
  let seen = 0;

  async function readWaiting(): Promise<void> {
    const read = await Promise.all(
      waiting.map(({ place }) => file.readOverflow(place.elsewhere!, meter)),
    );
    waiting.forEach(({ number, place }, i) => {
      const offset = (1 + header.pages) * header.pageBytes + place.elsewhere!.offset;
      const cursor = { bytes: read[i]!, at: 0, part: name, offset };
      room.add(number, parseLists(cursor, header, place.lists, false), numberNow);
    });
    waiting = [];
  }

  for await (const { bytes, offset } of file.runsOfPages(meter)) {
    for (let page = 0; page < bytes.length; page += header.pageBytes) {
      const { count, first, ends } = pageEntries(bytes, page);
      for (let i = 0, start = page + first; i < count; i++, seen++) {
        const end = page + u16(bytes, ends + 2 * i);
        const { keyEnd } = neighbourPlaces(header, bytes, start, end);
        const key = decodeKey(header.keys, bytes.subarray(start, keyEnd));
        if (key === undefined)
          throw new IndexFormatError(name, offset + start, 'a key in UTF-8', 'other bytes');
        const place = listsPlace(name, header, bytes, start, end, offset);
        start = end;
        if (change?.find(key) !== undefined) continue;
        const number = index.keys.find(key);
        if (number < 0 || room.has(number))
          throw new IndexFormatError(
            name,
            offset + keyEnd,
            'the key of an item, once',
            JSON.stringify(key),
          );
        room.claim(number);
        if (place.inline)
          room.add(number, parseLists(place.inline, header, place.lists, false), numberNow);
        else waiting.push({ number, place });
        if (waiting.length === LISTS_AT_ONCE) await readWaiting();
      }
    }
  }
  await readWaiting();
  if (seen !== header.items)
    throw new IndexFormatError(name, 40, `${header.items} entries`, String(seen));
  return room.finish();
}

/** The number that an item of the pages has now; none where it is gone. */
function numbersNow(items: number, change: AppliedDelta | undefined) {
  if (!change) return undefined;
  const gone = new Set<number>(change.delta.removed);
  const again = new Map<number, number>();
  for (const [i, key] of change.delta.removedKeys.entries()) {
    const found = change.find(key);
    if (found !== undefined && found !== 'removed') again.set(change.delta.removed[i]!, found.id);
  }
  return Int32Array.from({ length: items }, (_, number) =>
    gone.has(number) ? (again.get(number) ?? -1) : change.numberOf(number),
  );
}

function listRoom(items: number) {
  const starts = RELATIONS.map(() => new Uint32Array(items));
  const lengths = RELATIONS.map(() => new Uint16Array(items));
  const scales = RELATIONS.map(() => new Float32Array(items));
  const seen = new Uint8Array(items);
  let numbers = new Uint32Array(1024);
  let scores = new Uint8Array(1024);
  let known = new Uint8Array(1024 / 8);
  let count = 0;

  function grow(most: number): void {
    if (most <= numbers.length) return;
    const length = Math.max(most, 2 * numbers.length);
    const before = { numbers, scores, known };
    numbers = new Uint32Array(length);
    scores = new Uint8Array(length);
    known = new Uint8Array(Math.ceil(length / 8));
    numbers.set(before.numbers.subarray(0, count));
    scores.set(before.scores.subarray(0, count));
    known.set(before.known.subarray(0, Math.ceil(count / 8)));
  }

  return {
    has: (number: number): boolean => seen[number] === 1,
    claim(number: number): void {
      seen[number] = 1;
    },
    add(number: number, lists: NeighbourList[], numberNow: Int32Array | undefined): void {
      for (const list of lists) {
        const relation = RELATIONS.indexOf(list.relation);
        grow(count + list.numbers.length);
        const start = count;
        starts[relation]![number] = start;
        scales[relation]![number] = list.scale;
        for (let k = 0; k < list.numbers.length; k++) {
          const now = numberNow ? numberNow[list.numbers[k]!]! : list.numbers[k]!;
          if (now < 0) continue;
          numbers[count] = now;
          scores[count] = list.bytes[k]!;
          known[count >>> 3]! |= list.known[k]! << (count & 7);
          count++;
        }
        lengths[relation]![number] = count - start;
      }
    },
    finish(): ResidentLists {
      const cut = {
        numbers: numbers.slice(0, count),
        scores: scores.slice(0, count),
        known: known.slice(0, Math.ceil(count / 8)),
      };
      return {
        ...cut,
        starts,
        lengths,
        scales,
        hasLists: (number) => seen[number] === 1,
        heldBytes: () => 5 * count + Math.ceil(count / 8) + items * (RELATIONS.length * 10 + 1),
      };
    },
  };
}
