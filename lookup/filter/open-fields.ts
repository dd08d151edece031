import { FIELDS_HEADER_BYTES } from '../../format/field-columns.ts';
import { type RangeReader, readExactly } from '../ranges/range-reader.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';
import type { CheckedFilter, FilterNode } from './check-filter.ts';
import {
  type ExpectedFields,
  type FieldColumn,
  FIELDS_PART,
  headBytes,
  parseColumn,
  parseDirectory,
  type PlacedColumn,
} from './field-columns.ts';

/** Which of some items pass a filter, by their numbers. */
export interface SelectedItems {
  /** 1 for those that pass. */
  flags: Uint8Array;
  count: number;
}

/** The fields of the items of the pages, a column a field. */
export interface FieldIndex {
  /**
   * The items of the pages that pass; undefined where a field has no column, or more would have to
   * be read for it than one query may.
   */
  select(filter: CheckedFilter, meter?: ReadMeter): Promise<SelectedItems | undefined>;
  /** Reads all columns, once. */
  load(meter?: ReadMeter): Promise<void>;
  readonly heldBytes: number;
}

/** A part that is no larger is read whole with its head. */
const WHOLE_BYTES = 65_536;
const HEAD_BYTES = 8192;
/** What columns of one query may be read for it. */
const MAX_QUERY_BYTES = 4 * 2 ** 20;

/** Reads nothing before the first call. */
export function openFields(
  open: (name: string) => RangeReader,
  expected: ExpectedFields,
): FieldIndex {
  let opened: Promise<{ columns: Map<string, PlacedColumn>; bytes: Uint8Array }> | undefined;
  const known = new Map<string, Promise<FieldColumn>>();
  let heldBytes = 0;

  function head(meter: ReadMeter | undefined) {
    if (!opened) {
      opened = readHead(open(FIELDS_PART), expected, meter);
      // A network that was down is tried again by the next query.
      opened.catch(() => (opened = undefined));
    }
    return opened;
  }

  async function columnOf(
    column: PlacedColumn,
    bytes: Uint8Array,
    meter: ReadMeter | undefined,
  ): Promise<FieldColumn> {
    const { name, start, end } = column;
    let reading = known.get(name);
    if (!reading) {
      const read =
        end <= bytes.length
          ? Promise.resolve(bytes.subarray(start, end))
          : readExactly(open(FIELDS_PART), FIELDS_PART, start, end, meter);
      reading = read.then((own) => {
        const parsed = parseColumn(column, own, expected);
        heldBytes += parsed.heldBytes;
        return parsed;
      });
      known.set(name, reading);
      reading.catch(() => known.delete(name));
    }
    return await reading;
  }

  return {
    async select(filter, meter) {
      const { columns, bytes } = await head(meter);
      const wanted: PlacedColumn[] = [];
      let unread = 0;
      for (const name of filter.names) {
        const column = columns.get(name);
        if (!column) return undefined;
        if (!known.has(name)) unread += column.end - column.start;
        wanted.push(column);
      }
      if (unread > MAX_QUERY_BYTES) return undefined;
      const read = await Promise.all(
        wanted.map(async (column) => [column.name, await columnOf(column, bytes, meter)] as const),
      );
      return selectItems(filter.root, new Map(read), expected.items);
    },
    async load(meter) {
      const { columns, bytes } = await head(meter);
      await Promise.all(
        [...columns.values()].map(async (column) => await columnOf(column, bytes, meter)),
      );
    },
    get heldBytes() {
      return heldBytes;
    },
  };
}

async function readHead(
  reader: RangeReader,
  expected: ExpectedFields,
  meter: ReadMeter | undefined,
): Promise<{ columns: Map<string, PlacedColumn>; bytes: Uint8Array }> {
  const length = expected.bytes <= WHOLE_BYTES ? expected.bytes : HEAD_BYTES;
  let bytes = await readExactly(
    reader,
    FIELDS_PART,
    0,
    Math.max(length, FIELDS_HEADER_BYTES),
    meter,
  );
  const end = headBytes(bytes, expected);
  if (end > bytes.length) bytes = await readExactly(reader, FIELDS_PART, 0, end, meter);
  return { columns: parseDirectory(bytes.subarray(0, end), expected), bytes };
}

/** A filter over columns: every distinct value is looked at once, items by the place of theirs. */
function selectItems(
  root: FilterNode,
  columns: ReadonlyMap<string, FieldColumn>,
  items: number,
): SelectedItems {
  const flags = flagsOf(root);
  let count = 0;
  for (let i = 0; i < items; i++) count += flags[i]!;
  return { flags, count };

  function flagsOf(node: FilterNode): Uint8Array {
    if (node.kind === 'field') {
      const { values, places } = columns.get(node.name)!;
      const passes = Uint8Array.from({ length: values.length + 1 }, (_, place) =>
        Number(node.test(place === 0 ? undefined : values[place - 1])),
      );
      const flags = new Uint8Array(items);
      for (let i = 0; i < items; i++) flags[i] = passes[places[i]!]!;
      return flags;
    }
    if (node.kind === 'not') return flagsOf(node.of).map((flag) => 1 - flag);
    const isAnd = node.kind === 'and';
    const flags = new Uint8Array(items).fill(isAnd ? 1 : 0);
    for (const each of node.of) {
      const own = flagsOf(each);
      for (let i = 0; i < items; i++) flags[i] = isAnd ? flags[i]! & own[i]! : flags[i]! | own[i]!;
    }
    return flags;
  }
}
