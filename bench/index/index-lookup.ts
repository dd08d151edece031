import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Neighbours, openIndex, type ResidentIndex } from '@hashloom/lookup';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { type Faiss, startFaiss } from './faiss.ts';
import { fixtureCodes, idKeys, wordKeys, writeFixture } from './index-fixture.ts';
import { recordFigure } from '../record-figure.ts';

const CODE_BYTES = 8;
const TABLES = 3;
const SEED = 1;
const ROUNDS = 3;
const BATCH = 4096;

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
  const faiss = startFaiss(python);
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

async function benchExact(
  index: ResidentIndex,
  queries: Uint8Array,
  faiss: Faiss,
  command: string,
): Promise<void> {
  await faiss.ask('build hash');
  const count = queries.length / CODE_BYTES;
  const starts = new Int32Array(count);
  const best = { one: Infinity, batch: Infinity, faissOne: Infinity, faissBatch: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    const list = index.lists[0]!;
    const one = perSecond(count, () => {
      let sum = 0;
      for (let at = 0; at < queries.length; at += CODE_BYTES)
        sum += list[index.codeStart(0, queries, at)]!;
      return sum;
    });
    best.faissOne = Math.min(best.faissOne, (await faiss.ask('exact hash 20000 one'))['us']!);
    const batch = perSecond(count, () => {
      index.codeBatch(0, queries, starts);
      let sum = 0;
      for (let q = 0; q < count; q++) sum += list[starts[q]!]!;
      return sum;
    });
    best.faissBatch = Math.min(
      best.faissBatch,
      (await faiss.ask(`exact hash ${count} batch`))['us']!,
    );
    best.one = Math.min(best.one, 1e6 / one);
    best.batch = Math.min(best.batch, 1e6 / batch);
  }
  await faiss.ask('drop hash');
  recordFigure({
    name: 'lookup-vs-faiss',
    value: best.faissOne / best.one,
    unit: `x faster one by one (${best.one.toFixed(3)} us)`,
    goal: '>= 5',
    rival: `FAISS IndexBinaryHash(64, 24) from Python ${best.faissOne.toFixed(2)} us`,
    command,
  });
  recordFigure({
    name: 'lookup-vs-faiss-batched',
    value: best.faissBatch / best.batch,
    unit: `x faster in a batch (${best.batch.toFixed(3)} us)`,
    goal: '>= 1',
    rival: `FAISS IndexBinaryHash(64, 24) ${best.faissBatch.toFixed(3)} us`,
    command,
  });
}

async function benchWithin(
  index: ResidentIndex,
  queries: Uint8Array,
  faiss: Faiss,
  command: string,
): Promise<void> {
  const started = performance.now();
  index.withinCode(0, queries, 2);
  process.stdout.write(`substrings indexed in ${(performance.now() - started).toFixed(0)} ms\n`);
  process.stdout.write(
    `FAISS MultiHash built in ${(await faiss.ask('build multi'))['seconds']!.toFixed(1)} s\n`,
  );
  await faiss.ask('build flat');
  const some = queries.subarray(0, 20_000 * CODE_BYTES);
  const best = {
    one: Infinity,
    batch: Infinity,
    multiOne: Infinity,
    multiBatch: Infinity,
    flat: Infinity,
  };
  for (let round = 0; round < ROUNDS; round++) {
    const one = perSecond(20_000, () => {
      let found = 0;
      for (let at = 0; at < some.length; at += CODE_BYTES)
        found += index.withinCode(0, some.subarray(at, at + CODE_BYTES), 2).numbers.length;
      return found;
    });
    const multi = await faiss.ask('within multi 20000 2 one');
    const own = Array.from({ length: 20_000 }, (_, q) =>
      index.withinCode(0, some.subarray(q * CODE_BYTES, (q + 1) * CODE_BYTES), 2),
    );
    checkSame(
      'MultiHash one by one',
      digestOf(
        own.map(({ numbers }) => numbers.length),
        own,
      ),
      multi,
    );
    const batch = perSecond(20_000, () => index.withinCodes(0, some, 2).numbers.length);
    const multiBatch = await faiss.ask('within multi 20000 2 batch');
    checkSame('MultiHash in a batch', batchDigest(index, some), multiBatch);
    const flat = await faiss.ask('within flat 100 2 batch');
    checkSame('flat', batchDigest(index, queries.subarray(0, 100 * CODE_BYTES)), flat);
    best.one = Math.min(best.one, 1e6 / one);
    best.batch = Math.min(best.batch, 1e6 / batch);
    best.multiOne = Math.min(best.multiOne, multi['us']!);
    best.multiBatch = Math.min(best.multiBatch, multiBatch['us']!);
    best.flat = Math.min(best.flat, flat['us']!);
  }
  recordFigure({
    name: 'within2-vs-faiss',
    value: best.multiOne / best.one,
    unit:
      `x faster one by one (${best.one.toFixed(2)} us; batched ${best.batch.toFixed(2)} us), ` +
      'the same items',
    goal: '> 1',
    rival:
      `FAISS IndexBinaryMultiHash(64, 3, 21) ${best.multiOne.toFixed(2)} us one by one, ` +
      `${best.multiBatch.toFixed(2)} batched; IndexBinaryFlat ${best.flat.toFixed(0)} us ` +
      'batched',
    command,
  });
}

interface Digest {
  found: number;
  digest: number;
}

/**
 * Over all (query, item, distance), modulo 2^32; no order changes it. As bench/faiss-codes.py has
 * it.
 */
function digestOf(counts: readonly number[], answers: readonly Neighbours[]): Digest {
  let digest = 0;
  let found = 0;
  let query = 0;
  let left = counts[0] ?? 0;
  for (const { numbers, distances } of answers) {
    numbers.forEach((number, i) => {
      while (left === 0) left = counts[++query]!;
      left--;
      found++;
      digest =
        (digest +
          ((Math.imul(query, 0x9e3779b1) ^
            Math.imul(number, 0x85ebca6b) ^
            Math.imul(distances[i]!, 0xc2b2ae35)) >>>
            0)) %
        0x1_0000_0000;
    });
  }
  return { found, digest };
}

function batchDigest(index: ResidentIndex, codes: Uint8Array): Digest {
  const all = index.withinCodes(0, codes, 2);
  return digestOf(
    Array.from(all.ends, (end, q) => end - (all.ends[q - 1] ?? 0)),
    [all],
  );
}

function checkSame(what: string, own: Digest, theirs: Record<string, number>): void {
  if (own.found !== theirs['found'] || own.digest !== theirs['digest'])
    throw new Error(`within 2: ${JSON.stringify(own)}, FAISS ${what} ${JSON.stringify(theirs)}`);
}

function sampleCodes(codes: Uint8Array, items: number, count: number): Uint8Array {
  const stream = new RandomStream(SEED, 4);
  const queries = new Uint8Array(count * CODE_BYTES);
  for (let q = 0; q < count; q++) {
    const from = stream.below(items) * TABLES * CODE_BYTES;
    queries.set(codes.subarray(from, from + CODE_BYTES), q * CODE_BYTES);
  }
  return queries;
}

function writeTable(codes: Uint8Array, items: number, file: string): void {
  const table = new Uint8Array(items * CODE_BYTES);
  for (let item = 0; item < items; item++)
    for (let k = 0; k < CODE_BYTES; k++)
      table[item * CODE_BYTES + k] = codes[item * TABLES * CODE_BYTES + k]!;
  writeFileSync(file, table);
}

/**
 * Runs once and tells how many a second of CPU time, as FAISS is measured too: others share the
 * machine. The result is kept from being optimised away.
 */
function perSecond(count: number, run: () => number): number {
  const started = process.cpuUsage();
  const sum = run();
  const { user, system } = process.cpuUsage(started);
  const seconds = (user + system) / 1e6;
  if (Number.isNaN(sum)) throw new Error('a lookup read outside of its list');
  return count / seconds;
}
