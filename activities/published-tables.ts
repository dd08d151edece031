import type { TableBuckets } from '../kernels/build-buckets.ts';
import { publishedBuckets, publishedCodes, publishedGroups, publishedIdBuckets, publishedIdCodes, publishedIdGroups } from '../schemas/tables.ts';
import type { ListColumn } from '../store/columns.ts';
import { beginParquetFile, type ParquetFileWriter, writeParquetFile } from '../store/parquet.ts';
import type { Codes } from './load-codes.ts';

/** Keys by item number. */
export type Keys = { kind: 'word'; keys: string[] } | { kind: 'id'; keys: BigInt64Array };

/** Rows of a batch on their way to Parquet. */
const BATCH_ROWS = 250_000;
const PUBLISHED = { dress: 'published' } as const;

/** codes.parquet: L rows an item, sorted by (item, table). */
export async function writeCodes(file: string, coded: Codes, { kind, keys }: Keys): Promise<void> {
  const { items, tables, bits, codes } = coded;
  const perBatch = Math.max(1, Math.floor(BATCH_ROWS / tables));
  function* batches<Column>(itemsOf: (first: number, end: number) => Column): Generator<{ item: Column; table: Int32Array; code: Uint8Array }> {
    for (let first = 0; first < items; first += perBatch) {
      const end = Math.min(items, first + perBatch);
      const table = new Int32Array((end - first) * tables);
      for (let at = 0; at < table.length; at++) table[at] = at % tables;
      const width = (tables * bits) / 8;
      yield { item: itemsOf(first, end), table, code: codes.slice(first * width, end * width) };
    }
  }
  if (kind === 'id') {
    const repeated = (first: number, end: number) => {
      const ids = new BigInt64Array((end - first) * tables);
      for (let number = first, at = 0; number < end; number++) for (let table = 0; table < tables; table++) ids[at++] = keys[number]!;
      return ids;
    };
    await writeParquetFile(file, publishedIdCodes(bits), batches(repeated), PUBLISHED);
  } else {
    await writeParquetFile(file, publishedCodes(bits), batches((first, end) => keys.slice(first, end).flatMap((word) => Array<string>(tables).fill(word))), PUBLISHED);
  }
}

export interface BucketsWriter {
  /** The buckets of the next table. */
  add(buckets: TableBuckets): Promise<void>;
  end(): Promise<void>;
}

/** buckets.parquet: a row a bucket, sorted by (table, code); tables come one after the other. */
export function beginBuckets(file: string, { kind, keys }: Keys, bits: number): BucketsWriter {
  if (kind === 'id') {
    const writer = beginParquetFile(file, publishedIdBuckets(bits), PUBLISHED);
    const take = (numbers: Uint32Array) => {
      const ids = new BigInt64Array(numbers.length);
      for (let i = 0; i < numbers.length; i++) ids[i] = keys[numbers[i]!]!;
      return ids;
    };
    return bucketsWriter(writer, take);
  }
  return bucketsWriter(beginParquetFile(file, publishedBuckets(bits), PUBLISHED), (numbers) => Array.from(numbers, (number) => keys[number]!));
}

interface BucketRows<Column> {
  table: Int32Array;
  code: Uint8Array;
  size: Int32Array;
  items: ListColumn<Column>;
}

function bucketsWriter<Column>(writer: ParquetFileWriter<BucketRows<Column>>, itemsOf: (numbers: Uint32Array) => Column): BucketsWriter {
  return {
    async add(buckets) {
      for (const rows of batchesOf(buckets)) {
        await writer.add({ ...rows, items: { offsets: rows.offsets, values: itemsOf(rows.numbers) } });
      }
    },
    end: () => writer.end(),
  };
}

/** Buckets in ranges of codes, each of BATCH_ROWS buckets or as many items, a larger bucket alone. */
function* batchesOf({ table, codeBytes, codes, offsets, items }: TableBuckets): Generator<{ table: Int32Array; code: Uint8Array; size: Int32Array; offsets: Int32Array; numbers: Uint32Array }> {
  const buckets = offsets.length - 1;
  for (let first = 0, end = 0; first < buckets; first = end) {
    end = first + 1;
    while (end < Math.min(buckets, first + BATCH_ROWS) && offsets[end + 1]! - offsets[first]! <= BATCH_ROWS) end++;
    const size = new Int32Array(end - first);
    const ends = new Int32Array(end - first + 1);
    for (let b = first; b < end; b++) {
      size[b - first] = offsets[b + 1]! - offsets[b]!;
      ends[b - first + 1] = offsets[b + 1]! - offsets[first]!;
    }
    yield {
      table: new Int32Array(end - first).fill(table),
      code: codes.slice(first * codeBytes, end * codeBytes),
      size,
      offsets: ends,
      numbers: items.subarray(offsets[first], offsets[end]),
    };
  }
}

export interface GroupsWriter {
  /** The clusters of the next table. */
  add(buckets: TableBuckets): Promise<void>;
  /** Ends the file; its rows. Without a cluster there is no file. */
  end(): Promise<number>;
}

/** groups.parquet: a row for each item of each bucket of two or more, sorted by (group, item). */
export function beginGroups(file: string, { kind, keys }: Keys): GroupsWriter {
  let [group, rows] = [0, 0];
  let started: ParquetFileWriter<{ item: string[] | BigInt64Array; group: Int32Array; size: Int32Array }> | undefined;
  const begin = () => (kind === 'id' ? beginParquetFile(file, publishedIdGroups, PUBLISHED) : beginParquetFile(file, publishedGroups, PUBLISHED)) as unknown as NonNullable<typeof started>;
  const itemsOf = (numbers: number[]) => (kind === 'id' ? BigInt64Array.from(numbers, (number) => keys[number]!) : numbers.map((number) => keys[number]!));
  return {
    async add({ offsets, items }) {
      for (let b = 0; b + 1 < offsets.length; ) {
        const numbers: number[] = [];
        const [groups, sizes] = [[] as number[], [] as number[]];
        for (; b + 1 < offsets.length && numbers.length < BATCH_ROWS; b++) {
          const size = offsets[b + 1]! - offsets[b]!;
          if (size < 2) continue;
          for (let at = offsets[b]!; at < offsets[b + 1]!; at++) {
            numbers.push(items[at]!);
            groups.push(group);
            sizes.push(size);
          }
          group++;
        }
        if (numbers.length === 0) continue;
        started ??= begin();
        rows += numbers.length;
        await started.add({ item: itemsOf(numbers), group: Int32Array.from(groups), size: Int32Array.from(sizes) });
      }
    },
    async end() {
      await started?.end();
      return rows;
    },
  };
}
