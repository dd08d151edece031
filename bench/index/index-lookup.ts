import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIndex } from '@hashloom/lookup';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { recordFigure } from '../record-figure.ts';
import { startRival } from './python-rival.ts';
import { fixtureCodes, idKeys, wordKeys, writeFixture } from './index-fixture.ts';
import {
  SEED,
  ROUNDS,
  sampleCodes,
  benchExact,
  writeTable,
  CODE_BYTES,
  benchWithin,
  TABLES,
  perSecond,
  BATCH,
} from './lookup-codes.ts';

/**
 * Lookups in memory and opening, beside FAISS in the same run. `--words N --items N --folder F
 * --python P --codes uniform|learned`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const folder = options.get('folder') ?? join(tmpdir(), 'hashloom-bench');
  mkdirSync(folder, { recursive: true });
  const kind = options.get('codes') ?? 'uniform';
  const command = `npm run bench -- index-lookup --codes ${kind}`;
  for (const count of options.has('words') ? [Number(options.get('words'))] : [100_000, 1_000_000])
    await benchWords(count, folder, kind, command);
  if (options.has('words')) return;

  const items = Number(options.get('items') ?? 10_000_000);
  const codes = fixtureCodes(kind, items, TABLES, CODE_BYTES, SEED);
  const fixture = writeFixture(
    join(folder, `ids-${items}-${kind}`, 'versions', '1'),
    idKeys(items),
    codes,
    TABLES,
    CODE_BYTES,
  );
  recordFigure({
    name: 'index-bytes-ratio',
    value: fixture.pageBytes / fixture.rawBytes,
    unit: 'x',
    goal: '<= 1.3',
    command,
  });
  await benchOpen(fixture.folder, command);
  const queries = sampleCodes(codes, items, 200_000);
  const index = await (await openIndex(fixture.folder)).load();
  process.stdout.write(
    `resident: ${(index.heldBytes() / 2 ** 20).toFixed(0)} MiB; process ` +
      `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB\n`,
  );
  const python = options.get('python');
  if (!python) return;
  const faiss = startRival(python, 'faiss-codes.py');
  writeTable(codes, items, join(folder, 'table.bin'));
  writeFileSync(join(folder, 'queries.bin'), queries);
  await faiss.ask(`load ${join(folder, 'table.bin')} ${join(folder, 'queries.bin')}`);
  await benchExact(index, queries, faiss, command);
  await benchWithin(index, queries, faiss, command);
  faiss.stop();
}

async function benchWords(
  count: number,
  folder: string,
  kind: string,
  command: string,
): Promise<void> {
  const { keys, words } = wordKeys(count, SEED);
  const codes = fixtureCodes(kind, count, TABLES, 4, SEED);
  const fixture = writeFixture(
    join(folder, `words-${count}-${kind}`, 'versions', '1'),
    keys,
    codes,
    TABLES,
    4,
  );
  const started = performance.now();
  const index = await (await openIndex(fixture.folder)).load();
  process.stdout.write(
    `${count} words loaded in ${(performance.now() - started).toFixed(0)} ms, ` +
      `${(index.heldBytes() / 2 ** 20).toFixed(0)} MiB\n`,
  );
  const suffix = count === 100_000 ? '' : `-${count}`;
  const stream = new RandomStream(SEED, 3);
  const queries = Array.from({ length: 500_000 }, () => words[stream.below(count)]!);
  const starts = index.bucketStarts;
  let best = { one: 0, whole: 0, batch: 0, copied: 0 };
  let read = 0;
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const one = perSecond(queries.length, () => {
      let sum = 0;
      for (const query of queries) {
        const number = index.keys.find(query);
        for (let table = 0; table < TABLES; table++)
          sum += index.lists[table]![starts[number * TABLES + table]!]!;
      }
      return sum;
    });
    const whole = perSecond(queries.length, () => {
      let sum = 0;
      read = 0;
      for (const query of queries) {
        const number = index.keys.find(query);
        for (let table = 0; table < TABLES; table++) {
          const list = index.lists[table]!;
          const start = starts[number * TABLES + table]!;
          const end = start + list[start]!;
          for (let at = start + 1; at <= end; at++) sum += list[at]!;
          read += end - start;
        }
      }
      return sum;
    });
    const batch = perSecond(queries.length, () => {
      let sum = 0;
      for (let from = 0; from < queries.length; from += BATCH) {
        const view = index.lookupBatch(queries.slice(from, from + BATCH));
        sum += view.counts[0]!;
      }
      return sum;
    });
    const some = queries.slice(0, 50_000);
    const copied = perSecond(some.length, () =>
      some.reduce((sum, query) => sum + index.lookup(query).items.length, 0),
    );
    best = {
      one: Math.max(best.one, one),
      whole: Math.max(best.whole, whole),
      batch: Math.max(best.batch, batch),
      copied: Math.max(best.copied, copied),
    };
  }
  recordFigure({
    name: `lookup-per-s${suffix}`,
    value: best.one,
    unit: `words/s of ${count} words, one by one: place and length of the 3 buckets`,
    goal: '>= 2000000',
    command,
  });
  recordFigure({
    name: `lookup-per-s-read${suffix}`,
    value: best.whole,
    unit:
      `words/s, every item number of the 3 buckets read (${(read / queries.length).toFixed(1)} ` +
      `an answer, ${((best.whole * read) / queries.length / 1e6).toFixed(0)} million a second)`,
    goal: 'measured apart',
    command,
  });
  recordFigure({
    name: `lookup-per-s-batched${suffix}`,
    value: best.batch,
    unit: `words/s in batches of ${BATCH}`,
    goal: '>= 2000000',
    command,
  });
  recordFigure({
    name: `lookup-per-s-copied${suffix}`,
    value: best.copied,
    unit: 'words/s with texts copied out',
    goal: 'measured apart',
    command,
  });
}

async function benchOpen(folder: string, command: string): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < 7; round++) {
    const started = performance.now();
    const index = await openIndex(folder);
    const { found } = await index.lookup(
      String(BigInt(round * 12_345) * 1_000_003n - 5_000_000_000n),
    );
    times.push(performance.now() - started);
    if (!found) throw new Error('an id was not found');
    await index.close();
  }
  recordFigure({
    name: 'open-first-answer-ms',
    value: times[0]!,
    unit: `ms, the first of 7 (median ${times.sort((a, b) => a - b)[3]!.toFixed(1)})`,
    goal: '<= 50',
    command,
  });
}
