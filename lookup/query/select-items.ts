import type { AppliedDelta } from '../apply-delta.ts';
import type { CheckedFilter } from '../filter/check-filter.ts';
import type { SelectedItems } from '../filter/open-fields.ts';
import { parsePayload } from '../filter/parse-payload.ts';
import { passesFilter } from '../filter/passes-filter.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';
import type { ResidentIndex } from '../resident/resident-index.ts';
import { retried, type VersionReader } from '../version-reader.ts';

/** What a filter lets through, in the forms that searches need; each is made at its first use. */
export interface Selection {
  /** Whether an item with this payload passes. */
  passes(payload: string | undefined): boolean;
  /** By item numbers of the pages; undefined where that cannot be known without all payloads. */
  pages(meter: ReadMeter): Promise<SelectedItems | undefined>;
  /** By item numbers of the index in memory, with what a delta adds and without what it takes. */
  loaded(meter: ReadMeter): Promise<SelectedItems>;
  /** How many of the items that a delta adds pass. */
  added(meter: ReadMeter): Promise<number>;
}

/** Filters whose selections are kept for later queries: a byte an item each. */
const KEPT = 8;
const MAX_KEPT_TEXT = 65_536;

/** Selections of a version; those of the last filters are kept. */
export function selections(reader: VersionReader): (filter: CheckedFilter) => Selection {
  const kept = new Map<string, Selection>();
  return (filter) => {
    const selection = kept.get(filter.text) ?? selectionOf(reader, filter);
    kept.delete(filter.text);
    if (filter.text.length <= MAX_KEPT_TEXT) kept.set(filter.text, selection);
    const [oldest] = kept.keys();
    if (kept.size > KEPT) kept.delete(oldest!);
    return selection;
  };
}

function selectionOf(reader: VersionReader, filter: CheckedFilter): Selection {
  const fields = reader.manifest.fields!;
  const passes = (payload: string | undefined): boolean =>
    passesFilter(filter.root, parsePayload(payload ?? '', fields));
  let selecting: Promise<SelectedItems | undefined> | undefined;

  /** Once for all queries that ask at the same time; again where columns may have come since. */
  async function pages(meter?: ReadMeter): Promise<SelectedItems | undefined> {
    selecting ??= reader.fields?.select(filter, meter);
    const own = selecting;
    try {
      const selected = await own;
      if (!selected && selecting === own) selecting = undefined;
      return selected;
    } catch (error) {
      if (selecting === own) selecting = undefined;
      throw error;
    }
  }

  const loaded = retried(async (meter) => {
    const index = reader.loaded!;
    const [known, change] = await Promise.all([pages(meter), reader.delta(meter)]);
    if (!known) return counted(flagsOfPayloads(index, passes));
    return change ? counted(flagsWithDelta(index.items, known, change, passes)) : known;
  });
  return {
    passes,
    pages,
    loaded,
    async added(meter) {
      const change = await reader.delta(meter);
      return change?.delta.payloads?.filter(passes).length ?? 0;
    },
  };
}

function flagsOfPayloads(
  index: ResidentIndex,
  passes: (payload: string | undefined) => boolean,
): Uint8Array {
  return Uint8Array.from({ length: index.items }, (_, number) =>
    Number(passes(index.payloadOf(number))),
  );
}

/** As items are merged: a place is where an added item stands among those of the pages. */
function flagsWithDelta(
  items: number,
  { flags }: SelectedItems,
  { delta: { removed, places, payloads } }: AppliedDelta,
  passes: (payload: string | undefined) => boolean,
): Uint8Array {
  const merged = new Uint8Array(items);
  let item = 0;
  let gone = 0;
  let came = 0;
  for (let number = 0; number <= flags.length; number++) {
    for (; places[came] === number; came++) merged[item++] = Number(passes(payloads?.[came]));
    if (removed[gone] === number) gone++;
    else if (number < flags.length) merged[item++] = flags[number]!;
  }
  return merged;
}

function counted(flags: Uint8Array): SelectedItems {
  return { flags, count: flags.reduce((sum, flag) => sum + flag, 0) };
}
