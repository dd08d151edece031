import {
  compareKeys,
  type Delta,
  encodeKey,
  type LoadedItems,
  residentKeys,
  textRecord,
} from '@hashloom/lookup/internal';
import type { DeltaContent } from '../../kernels/pages/build-delta.ts';
import { Failure } from '../../schemas/failures.ts';

/** An item with its codes: L x w bytes. */
export interface CodedItem {
  key: string;
  code: Uint8Array;
  payload?: string;
}

export interface ChangedItems {
  removed: DeltaContent['removed'];
  added: DeltaContent['added'];
  counts: ChangeCounts;
}

export interface ChangeCounts {
  /** Items that were not there. */
  added: number;
  /** Items that were there with other codes or another payload. */
  replaced: number;
  /** Items that were there just so. */
  same: number;
  deleted: number;
  /** Deletions of what was not there. */
  unknown: number;
}

/** The items of a base in memory, and which of them a delta has left. */
interface PresentItems {
  /** Base item number of a key, or -1. */
  find(key: string): number;
  /** Whether the version has this item. */
  has(key: string): boolean;
}

export function presentItems(base: LoadedItems, delta: Delta | undefined): PresentItems {
  const keys = residentKeys(base.keys);
  const gone = new Set(delta?.removedKeys);
  const came = new Set(delta?.addedKeys);
  const find = (key: string): number => keys.find(key);
  return { find, has: (key) => came.has(key) || (!gone.has(key) && find(key) >= 0) };
}

/**
 * The next delta of a base: what stands, less the deleted, and with the added, who take the place
 * of items with their keys. An item that is as the base has it is in no delta. Throws DataError on
 * a key that the index cannot hold.
 */
export function changeItems(
  base: LoadedItems,
  delta: Delta | undefined,
  change: {
    deleted: readonly string[];
    added: readonly CodedItem[];
    tables: number;
    codeBytes: number;
  },
): ChangedItems {
  const { tables, codeBytes } = change;
  const stride = tables * codeBytes;
  const present = presentItems(base, delta);
  const counts: ChangeCounts = { added: 0, replaced: 0, same: 0, deleted: 0, unknown: 0 };
  const gone = new Map<string, number>();
  delta?.removedKeys.forEach((key, i) => gone.set(key, delta.removed[i]!));
  const came = new Map<string, CodedItem>();
  delta?.addedKeys.forEach((key, i) =>
    came.set(key, {
      key,
      code: delta.codes.subarray(i * stride, (i + 1) * stride),
      ...(delta.payloads && { payload: delta.payloads[i]! }),
    }),
  );

  for (const key of new Set(change.deleted)) {
    const number = present.find(key);
    const inDelta = came.delete(key);
    const inBase = number >= 0 && !gone.has(key);
    if (inBase) gone.set(key, number);
    if (inDelta || inBase) counts.deleted++;
    else counts.unknown++;
  }
  for (const item of change.added) {
    const number = present.find(item.key);
    const now =
      came.get(item.key) ??
      (number >= 0 && !gone.has(item.key)
        ? { key: item.key, code: codeOf(base, number, codeBytes), ...payloadOf(base, number) }
        : undefined);
    if (!now) counts.added++;
    else if (sameBytes(now.code, item.code) && (now.payload ?? '') === (item.payload ?? '')) {
      counts.same++;
      continue;
    } else counts.replaced++;
    if (number >= 0) gone.set(item.key, number);
    came.set(item.key, item);
  }
  // What came back as it was needs no delta.
  for (const [key, { code, payload }] of came) {
    const number = gone.get(key);
    if (
      number === undefined ||
      (payload ?? '') !== (payloadOf(base, number).payload ?? '') ||
      !sameBytes(codeOf(base, number, codeBytes), code)
    )
      continue;
    gone.delete(key);
    came.delete(key);
  }
  const { kind } = base.keys;
  const stored = (key: string): Uint8Array => {
    const bytes = encodeKey(kind, key);
    if (!bytes)
      throw new Failure(
        'DataError',
        `the id ${JSON.stringify(key)}: expected ` +
          (kind === 'int64' ? WHOLE_NUMBER : 'text that has UTF-8'),
      );
    return bytes;
  };
  return {
    removed: [...gone]
      .map(([key, number]) => ({ number, key: stored(key) }))
      .sort((a, b) => a.number - b.number),
    added: [...came.values()]
      .map(({ key, code, payload }) => ({
        key: stored(key),
        code,
        ...(payload !== undefined && { payload: Buffer.from(payload, 'utf8') }),
      }))
      .sort((a, b) => compareKeys(kind, a.key, b.key))
      .map((item) => ({ ...item, place: placeOf(base, item.key) })),
    counts,
  };
}

const WHOLE_NUMBER = 'a whole number of 64 bits, as the index has them';

function payloadOf({ payloads }: LoadedItems, number: number): { payload?: string } {
  return payloads ? { payload: Buffer.from(textRecord(payloads, number)).toString('utf8') } : {};
}

/** L x w bytes of an item's codes. */
export function codeOf({ codes }: LoadedItems, number: number, codeBytes: number): Uint8Array {
  const words = Math.ceil(codeBytes / 4);
  const bytes = new Uint8Array(codes.length * codeBytes);
  for (const [table, own] of codes.entries()) {
    for (let k = 0; k < codeBytes; k++)
      bytes[table * codeBytes + k] = own[number * words + (k >>> 2)]! >>> (8 * (k & 3));
  }
  return bytes;
}

/** How many keys of the base lie before this one. */
function placeOf({ keys: { kind, bytes, starts } }: LoadedItems, key: Uint8Array): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = starts[middle]!;
    const own = bytes.subarray(at + 2, at + 2 + (bytes[at]! | (bytes[at + 1]! << 8)));
    if (compareKeys(kind, own, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
