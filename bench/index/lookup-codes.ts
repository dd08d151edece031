import { writeFileSync } from 'node:fs';
import type { ResidentIndex } from '@hashloom/lookup';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { recordFigure } from '../record-figure.ts';
import { checkSame, digestOf, batchDigest } from './answer-digest.ts';
import type { Rival } from './python-rival.ts';

/** Of a code of 64 bits. */
export const CODE_BYTES = 8;

export const TABLES = 3;

export const SEED = 1;

export const ROUNDS = 3;

export const BATCH = 4096;

/** Codes of some of the items, evenly spread. */
export function sampleCodes(codes: Uint8Array, items: number, count: number): Uint8Array {
  const stream = new RandomStream(SEED, 4);
  const queries = new Uint8Array(count * CODE_BYTES);
  for (let q = 0; q < count; q++) {
    const from = stream.below(items) * TABLES * CODE_BYTES;
    queries.set(codes.subarray(from, from + CODE_BYTES), q * CODE_BYTES);
  }
  return queries;
}

/** One table of codes as a file that the rival reads. */
export function writeTable(codes: Uint8Array, items: number, file: string): void {
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
export function perSecond(count: number, run: () => number): number {
  const started = process.cpuUsage();
  const sum = run();
  const { user, system } = process.cpuUsage(started);
  const seconds = (user + system) / 1e6;
  if (Number.isNaN(sum)) throw new Error('a lookup read outside of its list');
  return count / seconds;
}

/** Exact Hamming neighbours beside a rival. */
export async function benchExact(
  index: ResidentIndex,
  queries: Uint8Array,
  faiss: Rival,
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

/** All within a radius beside a rival. */
export async function benchWithin(
  index: ResidentIndex,
  queries: Uint8Array,
  faiss: Rival,
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
