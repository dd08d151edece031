/**
 * `npm run test:recipes -- PYTHON`: pyarrow and DuckDB read every kind of table, and
 * examples/python answers as lookup does, over words and over int64 ids. PYTHON has pandas, pyarrow
 * and duckdb; without it a venv is made.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RandomStream } from '../../kernels/numbers/random.ts';
import {
  publishedBuckets,
  publishedCodes,
  publishedIdBuckets,
  publishedIdCodes,
  publishedIdPayloads,
  publishedPayloads,
  TOMBSTONE_IDS,
  TOMBSTONE_KEYS,
} from '../../schemas/tables.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import { buildBuckets } from '../../kernels/codes/build-buckets.ts';
import { bucketsOfItems, sharedBuckets } from '../../kernels/codes/shared-buckets.ts';
import { langchain } from './langchain.ts';
import { ownMethod } from './own-method.ts';
import { queryLists } from './query-lists.ts';
import { readPages } from './read-pages.ts';
import {
  buildIndex,
  ids,
  type IndexInMemory,
  openCounting,
  words,
} from '../lookup/index-in-memory.ts';
import { readTables } from './read-tables.ts';
import { sqlOfLists } from './sql-of-lists.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../../examples/python/lookup.py', import.meta.url));
const ITEMS = 2000;
const TABLES = 3;

/** The two Parquet files as an export writes them. */
async function writeTables(
  folder: string,
  keys: string[] | BigInt64Array,
  codes: Uint8Array,
  shared: boolean,
): Promise<void> {
  const table = Int32Array.from({ length: ITEMS * TABLES }, (_, at) => at % TABLES);
  const space = sharedBuckets(codes, TABLES, 2);
  const buckets = Array.from({ length: TABLES }, (_, t) =>
    shared ? bucketsOfItems(space, t) : buildBuckets(codes, TABLES, 2, t),
  );
  if (shared) await writeFile(join(folder, 'embeddings.arrow'), '');
  const size = Int32Array.from(
    buckets.flatMap(({ offsets }) =>
      Array.from({ length: offsets.length - 1 }, (_, b) => offsets[b + 1]! - offsets[b]!),
    ),
  );
  const offsets = new Int32Array(size.length + 1);
  size.forEach((count, b) => (offsets[b + 1] = offsets[b]! + count));
  const members = buckets.flatMap(({ items }) => [...items]);
  await writeFile(
    join(folder, 'payloads.parquet'),
    await payloadTable(keys, (key) => `about ${key}`),
  );
  const columns = {
    table: Int32Array.from(
      buckets.flatMap(({ table, offsets }) =>
        Array.from({ length: offsets.length - 1 }, () => table),
      ),
    ),
    code: Buffer.concat(buckets.map((each) => each.codes)),
    size,
  };
  const [itemRows, bucketRows] =
    keys instanceof BigInt64Array
      ? [
          await encodeParquet(
            publishedIdCodes(16),
            {
              item: BigInt64Array.from(table, (_, at) => keys[Math.floor(at / TABLES)]!),
              table,
              code: codes,
            },
            { profile: 'published' },
          ),
          await encodeParquet(
            publishedIdBuckets(16),
            {
              ...columns,
              items: { offsets, values: BigInt64Array.from(members, (item) => keys[item]!) },
            },
            { profile: 'published' },
          ),
        ]
      : [
          await encodeParquet(
            publishedCodes(16),
            {
              item: Array.from(table, (_, at) => keys[Math.floor(at / TABLES)]!),
              table,
              code: codes,
            },
            { profile: 'published' },
          ),
          await encodeParquet(
            publishedBuckets(16),
            { ...columns, items: { offsets, values: members.map((item) => keys[item]!) } },
            { profile: 'published' },
          ),
        ];
  await writeFile(join(folder, 'codes.parquet'), itemRows);
  await writeFile(join(folder, 'buckets.parquet'), bucketRows);
}

async function payloadTable(
  keys: readonly (string | bigint)[] | BigInt64Array,
  tell: (key: string | bigint) => string,
): Promise<Uint8Array> {
  const payload = Array.from(keys, tell);
  if (typeof keys[0] === 'bigint')
    return await encodeParquet(
      publishedIdPayloads,
      { item: BigInt64Array.from(keys as bigint[]), payload },
      { profile: 'published' },
    );
  return await encodeParquet(
    publishedPayloads,
    { item: keys as string[], payload },
    { profile: 'published' },
  );
}

/**
 * Takes every 15th item away and gives every 10th of the others a code anew: the delta's tables,
 * and the codes that are left.
 */
async function writeChanges(
  folder: string,
  keys: string[] | BigInt64Array,
  codes: Uint8Array,
): Promise<{ keys: (string | bigint)[]; codes: Uint8Array }> {
  const numbers = Array.from({ length: ITEMS }, (_, i) => i);
  const gone = numbers.filter((i) => i % 15 === 1);
  const moved = numbers.filter((i) => i % 10 === 0);
  const left = numbers.filter((i) => i % 15 !== 1);
  const next = Buffer.from(codes);
  for (const i of moved)
    for (let k = 0; k < 2 * TABLES; k++)
      next[2 * TABLES * i + k] = codes[2 * TABLES * ((i + 7) % ITEMS) + k]!;
  const rows = (of: number[]) =>
    Buffer.concat(of.map((i) => next.subarray(2 * TABLES * i, 2 * TABLES * (i + 1))));
  const tombs = [...gone, ...moved].sort((a, b) => a - b).map((i) => keys[i]!);
  const repeated = moved.flatMap((i) => Array.from({ length: TABLES }, () => keys[i]!));
  const columns = { table: Int32Array.from(repeated, (_, at) => at % TABLES), code: rows(moved) };
  const published = { profile: 'published' } as const;
  await writeFile(
    join(folder, 'delta-payloads.parquet'),
    await payloadTable(
      moved.map((i) => keys[i]!),
      (key) => `new ${key}`,
    ),
  );
  if (keys instanceof BigInt64Array) {
    await writeFile(
      join(folder, 'delta-codes.parquet'),
      await encodeParquet(
        publishedIdCodes(16),
        { item: BigInt64Array.from(repeated as bigint[]), ...columns },
        published,
      ),
    );
    await writeFile(
      join(folder, 'tombstones.parquet'),
      await encodeParquet(
        TOMBSTONE_IDS,
        { item: BigInt64Array.from(tombs as bigint[]) },
        published,
      ),
    );
  } else {
    await writeFile(
      join(folder, 'delta-codes.parquet'),
      await encodeParquet(
        publishedCodes(16),
        { item: repeated as string[], ...columns },
        published,
      ),
    );
    await writeFile(
      join(folder, 'tombstones.parquet'),
      await encodeParquet(TOMBSTONE_KEYS, { item: tombs as string[] }, published),
    );
  }
  return { keys: left.map((i) => keys[i]!), codes: rows(left) };
}

async function main(python: string, scratch: string): Promise<void> {
  await readTables(python, join(scratch, 'tables'));
  const stream = new RandomStream(2, 1);
  const codes = Uint8Array.from({ length: ITEMS * TABLES * 2 }, () => stream.below(18));
  const strings = Array.from({ length: ITEMS }, (_, i) => `${i % 5 === 0 ? 'é' : 'w'}${i}`).sort(
    (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  const numbers = BigInt64Array.from({ length: ITEMS }, (_, i) => BigInt(i - 700) * 3n);
  for (const [keys, column, shared] of [
    [strings, words(...strings), false],
    [numbers, ids(...numbers), false],
    [strings, words(...strings), true],
  ] as const) {
    const folder = join(scratch, `${column.kind}${shared ? '-shared' : ''}`);
    await mkdir(folder);
    await writeTables(folder, keys, codes, shared);
    await compare(
      python,
      folder,
      buildIndex({ keys: column, codes, tables: TABLES, codeBytes: 2, shared }),
      keys,
    );
    const left = await writeChanges(folder, keys, codes);
    const leftColumn =
      column.kind === 'utf8' ? words(...(left.keys as string[])) : ids(...(left.keys as bigint[]));
    await compare(
      python,
      folder,
      buildIndex({ keys: leftColumn, codes: left.codes, tables: TABLES, codeBytes: 2, shared }),
      keys,
    );
  }
}

async function compare(
  python: string,
  folder: string,
  built: IndexInMemory,
  keys: string[] | BigInt64Array,
): Promise<void> {
  const { index } = openCounting(built);
  const queries = Array.from({ length: 12 }, (_, q) => String(keys[q * 150]!));
  const { stdout } = await run(python, [SCRIPT, folder, ...queries]);
  const lines = stdout
    .trim()
    .split('\n')
    .map(
      (line) => JSON.parse(line) as { pandas: unknown[]; duckdb: unknown[]; payloads: string[] },
    );
  const isChanged = existsSync(join(folder, 'delta-payloads.parquet'));
  const numberOf = new Map(
    [...(keys as Iterable<string | bigint>)].map((key, i) => [String(key), i] as const),
  );
  for (const [q, query] of queries.entries()) {
    const { items } = await index.lookup(query);
    assert.ok(items.length > 0);
    assert.deepEqual(lines[q]!.pandas.map(String), items, `pandas, ${query}`);
    assert.deepEqual(lines[q]!.duckdb.map(String), items, `DuckDB, ${query}`);
    assert.deepEqual(
      lines[q]!.payloads,
      items.map(
        (item) => `${isChanged && numberOf.get(item)! % 10 === 0 ? 'new' : 'about'} ${item}`,
      ),
    );
  }
  process.stdout.write(`ok: ${queries.length} lookups from pandas and from DuckDB\n`);
}

const scratch = await mkdtemp(join(tmpdir(), 'hashloom-recipes-'));
try {
  let python = process.argv[2];
  if (python === undefined) {
    await run('python3', ['-m', 'venv', join(scratch, 'venv')]);
    python = join(scratch, 'venv', 'bin', 'python');
    await run(python, ['-m', 'pip', 'install', '--quiet', 'pandas', 'pyarrow', 'duckdb']);
  }
  await main(python, scratch);
  await readPages(python, scratch);
  await queryLists(python, scratch);
  await sqlOfLists(python, join(scratch, 'sql'));
  await ownMethod(python, scratch);
  await langchain(scratch);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
