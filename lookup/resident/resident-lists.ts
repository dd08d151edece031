import { RELATIONS } from '../../format/neighbour-lists.ts';
import type { AppliedDelta } from '../apply-delta.ts';
import { IndexFormatError } from '../index-errors.ts';
import { withLater } from '../pages/later-lists.ts';
import type { NeighbourList } from '../pages/neighbour-lists.ts';
import type { PageFile } from '../pages/page-file.ts';
import { walkLists } from '../pages/walk-lists.ts';
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
  /** False of an item that a delta has changed or added without lists of its own. */
  hasLists(number: number): boolean;
  heldBytes(): number;
}

/** The parts of a version that have lists. */
export interface ListFiles {
  lists: PageFile;
  /** Of what came later, where there are. */
  later: PageFile | undefined;
}

/**
 * Reads the whole of `neighbours.pages`, and of the lists that came later, and checks them. Items
 * that a delta has changed have the later lists alone, and those that are gone are in none. Throws
 * IndexFormatError.
 */
export async function loadLists(
  { lists: file, later: laterFile }: ListFiles,
  index: ResidentIndex,
  change: AppliedDelta | undefined,
  meter?: ReadMeter,
): Promise<ResidentLists> {
  const { header, name } = file;
  const room = listRoom(index.items);
  const numberNow = numbersNow(header.items, change);
  const later = laterFile && (await laterLists(laterFile, index, meter));

  for await (const { key, offset, lists } of walkLists(file, { withKeys: false, meter })) {
    if (change?.find(key) !== undefined) continue;
    const number = index.keys.find(key);
    if (number < 0 || room.has(number))
      throw new IndexFormatError(name, offset, 'the key of an item, once', JSON.stringify(key));
    const now = numberNow ? lists.map((list) => withNumbers(list, numberNow)) : lists;
    const more = later?.get(number);
    room.add(number, more ? withLater(now, more) : now);
    later?.delete(number);
  }
  for (const [number, lists] of later ?? []) if (lists.length > 0) room.add(number, lists);
  return room.finish();
}

/** By item number, with the numbers that items have now. */
async function laterLists(
  file: PageFile,
  { keys }: ResidentIndex,
  meter: ReadMeter | undefined,
): Promise<Map<number, NeighbourList[]>> {
  const all = new Map<number, NeighbourList[]>();
  for await (const { key, lists } of walkLists(file, { withKeys: true, meter })) {
    const number = keys.find(key);
    if (number >= 0 && lists.length > 0)
      all.set(
        number,
        lists.map((list) => {
          const numbers = Int32Array.from(list.keys, (each) => keys.find(each));
          return withNumbers({ ...list, numbers: Uint32Array.from(numbers, (_, k) => k) }, numbers);
        }),
      );
  }
  return all;
}

/** A list without those that have no number now, and without keys. */
function withNumbers(list: NeighbourList, numberNow: Int32Array): NeighbourList {
  const places: number[] = [];
  for (let k = 0; k < list.numbers.length; k++)
    if (numberNow[list.numbers[k]!]! >= 0) places.push(k);
  return {
    ...list,
    numbers: Uint32Array.from(places, (k) => numberNow[list.numbers[k]!]!),
    bytes: Uint8Array.from(places, (k) => list.bytes[k]!),
    scores: Float32Array.from(places, (k) => list.scores[k]!),
    known: Uint8Array.from(places, (k) => list.known[k]!),
    keys: [],
  };
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
    add(number: number, lists: readonly NeighbourList[]): void {
      seen[number] = 1;
      for (const { relation, scale, numbers: own, bytes, known: links } of lists) {
        const at = RELATIONS.indexOf(relation);
        grow(count + own.length);
        starts[at]![number] = count;
        scales[at]![number] = scale;
        lengths[at]![number] = own.length;
        for (let k = 0; k < own.length; k++) {
          numbers[count] = own[k]!;
          scores[count] = bytes[k]!;
          known[count >>> 3]! |= links[k]! << (count & 7);
          count++;
        }
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
