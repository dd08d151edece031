/**
 * What a delta makes of the answers of its base. Items are numbered as in an index made anew: by
 * their place in the order of all keys that are left.
 */

import type { Bucket } from './pages/bucket-entry.ts';
import { compareKeys, type Delta, DELTA_PART } from './delta.ts';
import { IndexFormatError } from './index-errors.ts';
import { encodeKey } from './pages/item-key.ts';
import { type LoadedItems, readCode, type TextRecords, textRecord } from './pages/load-items.ts';
import { hex } from './pages/page-header.ts';

/** A delta in the form of lookups. */
export interface AppliedDelta {
  readonly delta: Delta;
  /**
   * What the delta says of a key: its number and codes (L x w bytes), that it is gone, or nothing.
   */
  find(key: string): { id: number; codes: Uint8Array; payload?: string } | 'removed' | undefined;
  /** The number of an item of the base. */
  numberOf(base: number): number;
  /** A bucket as it is now; undefined where no item is left. */
  bucket(table: number, code: string, base: Bucket | undefined): Bucket | undefined;
}

/** `shared`: a table's bucket also holds the items that have its code in another table. */
export function applyDelta(
  delta: Delta,
  tables: number,
  codeBytes: number,
  shared: boolean,
): AppliedDelta {
  const { keysKind, removed, removedKeys, addedKeys, places, codes, payloads } = delta;
  const added = new Map(addedKeys.map((key, i) => [key, i]));
  const gone = new Set(removedKeys);
  const stride = tables * codeBytes;
  const codesOf = (i: number): Uint8Array => codes.subarray(i * stride, (i + 1) * stride);
  const buckets = Array.from({ length: tables }, () => new Map<string, number[]>());
  const everywhere = new Map<string, number[]>();
  for (let i = 0; i < addedKeys.length; i++) {
    for (let table = 0; table < tables; table++) {
      const code = hex(codesOf(i).subarray(table * codeBytes, (table + 1) * codeBytes));
      for (const own of [buckets[table]!, everywhere]) {
        const members = own.get(code);
        if (!members) own.set(code, [i]);
        else if (members.at(-1) !== i) members.push(i);
      }
    }
  }
  const numberOf = (base: number): number =>
    base - countBelow(removed, base) + countBelow(places, base + 1);
  const numberOfAdded = (i: number): number => places[i]! - countBelow(removed, places[i]!) + i;
  const orderOfAdded = (i: number): number | bigint =>
    keysKind === 'int64' ? BigInt(addedKeys[i]!) : numberOfAdded(i);

  return {
    delta,
    numberOf,
    find(key) {
      const i = added.get(key);
      if (i !== undefined)
        return {
          id: numberOfAdded(i),
          codes: codesOf(i),
          ...(payloads && { payload: payloads[i]! }),
        };
      return gone.has(key) ? 'removed' : undefined;
    },
    bucket(table, code, base) {
      const members: { order: number | bigint; key: string; payload: string | undefined }[] = [];
      base?.keys.forEach((key, i) => {
        const order = base.order[i]!;
        if (!gone.has(key))
          members.push({
            order: typeof order === 'number' ? numberOf(order) : order,
            key,
            payload: base.payloads?.[i],
          });
      });
      for (const i of (shared ? everywhere : buckets[table]!).get(code) ?? [])
        members.push({ order: orderOfAdded(i), key: addedKeys[i]!, payload: payloads?.[i] });
      if (members.length === 0) return undefined;
      members.sort((a, b) => (a.order < b.order ? -1 : 1));
      return {
        order: members.map(({ order }) => order),
        keys: members.map(({ key }) => key),
        ...(payloads && { payloads: members.map(({ payload }) => payload ?? '') }),
      };
    },
  };
}

/** How many of ascending numbers are below `bound`. */
function countBelow(numbers: Uint32Array, bound: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * All items of a base and its delta in the order of their keys. Throws IndexFormatError where the
 * delta is not of this base.
 */
export function mergeItems(base: LoadedItems, delta: Delta, codeBytes: number): LoadedItems {
  const { removed, removedKeys, addedKeys, places } = delta;
  const { kind } = base.keys;
  if (kind !== delta.keysKind)
    throw new IndexFormatError(
      DELTA_PART,
      10,
      `keys as the base has them, ${kind}`,
      delta.keysKind,
    );
  const baseItems = base.keys.starts.length;
  const tables = base.codes.length;
  const words = Math.ceil(codeBytes / 4);
  const items = baseItems - removed.length + addedKeys.length;
  const added = addedKeys.map((key) => encodeKey(kind, key)!);
  const bytes = new Uint8Array(
    base.keys.bytes.length + added.reduce((sum, key) => sum + 2 + key.length, 0),
  );
  const starts = new Uint32Array(items);
  const codes = Array.from({ length: tables }, () => new Uint32Array(items * words));
  const texts =
    delta.payloads && base.payloads ? mergedTexts(base.payloads, delta.payloads, items) : undefined;
  const keyOf = (number: number): Uint8Array => recordKey(base, number);
  let at = 0;
  let item = 0;
  let gone = 0;
  let came = 0;

  function take(key: Uint8Array): void {
    starts[item] = at;
    bytes[at++] = key.length;
    bytes[at++] = key.length >>> 8;
    bytes.set(key, at);
    at += key.length;
  }

  for (let number = 0; number <= baseItems; number++) {
    for (; came < added.length && places[came] === number; came++) {
      checkPlace(came, number);
      take(added[came]!);
      texts?.add(came);
      for (let table = 0; table < tables; table++)
        readCode(
          delta.codes,
          (came * tables + table) * codeBytes,
          codeBytes,
          codes[table]!,
          item * words,
        );
      item++;
    }
    if (number === baseItems) break;
    if (removed[gone] === number) {
      const key = encodeKey(kind, removedKeys[gone]!)!;
      if (compareKeys(kind, key, keyOf(number)) !== 0)
        throw new IndexFormatError(
          DELTA_PART,
          undefined,
          `the key of item ${number} of the base`,
          removedKeys[gone]!,
        );
      gone++;
      continue;
    }
    take(keyOf(number));
    texts?.keep(number);
    for (let table = 0; table < tables; table++)
      for (let k = 0; k < words; k++)
        codes[table]![item * words + k] = base.codes[table]![number * words + k]!;
    item++;
  }
  if (item !== items) throw new IndexFormatError(DELTA_PART, 16, `${items} items`, `${item}`);
  return {
    keys: { kind, bytes: bytes.subarray(0, at), starts },
    codes,
    ...(texts && { payloads: texts.finish() }),
  };

  /**
   * Between the keys of the base at its place; equal to one of them only where that one is gone.
   */
  function checkPlace(i: number, place: number): void {
    const before = place > 0 ? compareKeys(kind, keyOf(place - 1), added[i]!) : -1;
    const after = place < baseItems ? compareKeys(kind, added[i]!, keyOf(place)) : -1;
    const isSuccessor = after < 0 || (after === 0 && removed[gone] === place);
    if (before >= 0 || !isSuccessor)
      throw new IndexFormatError(
        DELTA_PART,
        undefined,
        `the place of ${JSON.stringify(addedKeys[i])} among the keys of the base`,
        String(place),
      );
  }
}

function recordKey({ keys }: LoadedItems, number: number): Uint8Array {
  return textRecord(keys, number);
}

/** Payloads of the items that stay and those that come, in their order. */
function mergedTexts(base: TextRecords, added: readonly string[], items: number) {
  const encoded = added.map((text) => new TextEncoder().encode(text));
  const bytes = new Uint8Array(
    base.bytes.length + encoded.reduce((sum, text) => sum + 2 + text.length, 0),
  );
  const starts = new Uint32Array(items);
  let at = 0;
  let item = 0;
  const put = (text: Uint8Array): void => {
    starts[item++] = at;
    bytes[at++] = text.length;
    bytes[at++] = text.length >>> 8;
    bytes.set(text, at);
    at += text.length;
  };
  return {
    keep: (number: number) => put(textRecord(base, number)),
    add: (i: number) => put(encoded[i]!),
    finish: (): TextRecords => ({ bytes: bytes.subarray(0, at), starts }),
  };
}
