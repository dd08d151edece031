/**
 * From files to merged rows by the stages' own functions in a pool of threads of this process, without Temporal: what a worker does, and no more.
 * `node dist/bench/count-corpus.js INPUT`, INPUT as JSON; the last line of the output is a CountedCorpus.
 */
import { availableParallelism } from 'node:os';
import type { ActivityName, Stages } from '../activities/run-stage.ts';
import { type Configuration, configuration as configurationSchema } from '../schemas/configuration.ts';
import { openArtifact } from '../store/artifacts.ts';
import { openStore } from '../store/open-store.ts';
import { createThreadPool } from '../workers/thread-pool.ts';

export interface CountCorpusInput {
  configuration: Partial<Configuration> & Record<string, unknown>;
  threads?: number;
  /** Goes on to the affinity D and the negatives. */
  toNegatives?: boolean;
}

export interface CountedCorpus {
  seconds: Record<string, number>;
  /** Of all threads, in the timed stages, and of each stage. */
  cpuSeconds: number;
  cpuOf: Record<string, number>;
  tokens: number;
  pairs: number;
  words: number;
  maxRssMib: number;
  /** SHA-256 of every part of the merged rows, in order. */
  digests: string[];
  /** The files of the merged rows, in order, and the vocabulary. */
  rowFiles: string[];
  vocabulary: string;
}

export async function countCorpus({ configuration, threads = availableParallelism(), toNegatives = false }: CountCorpusInput): Promise<CountedCorpus> {
  const parsed = configurationSchema.parse(configuration);
  const { index, source, tokens, vocabulary, cooccurrence, affinity, heldOut, negatives, seed } = parsed;
  const pool = createThreadPool(threads, 1);
  const seconds: Record<string, number> = {};
  const cpuOf: Record<string, number> = {};
  let cpuSeconds = 0;
  const perform = async <Name extends ActivityName>(name: Name, input: Parameters<Stages[Name]>[0]): Promise<Awaited<ReturnType<Stages[Name]>>> => {
    const outcome = await pool.runStage(name, input, { codeVersion: 'bench' }, new AbortController().signal, () => undefined);
    if ('error' in outcome) throw new Error(`${name}: ${outcome.error.message}`);
    return outcome.result as Awaited<ReturnType<Stages[Name]>>;
  };
  const timed = async <Output>(name: string, work: () => Promise<Output>): Promise<Output> => {
    const started = performance.now();
    const before = process.cpuUsage();
    const output = await work();
    const spent = process.cpuUsage(before);
    cpuSeconds += (spent.user + spent.system) / 1e6;
    cpuOf[name] = (cpuOf[name] ?? 0) + (spent.user + spent.system) / 1e6;
    seconds[name] = (seconds[name] ?? 0) + (performance.now() - started) / 1000;
    return output;
  };
  const each = async <Name extends ActivityName>(name: Name, bounds: number[], shared: Omit<Parameters<Stages[Name]>[0], 'from' | 'to'>) =>
    await Promise.all(bounds.slice(1).map((to, at) => perform(name, { ...shared, from: bounds[at]!, to } as unknown as Parameters<Stages[Name]>[0])));

  try {
    // Threads load their modules before the clock runs, as those of a worker have.
    const base = { store: parsed.store, force: false };
    const corpus = await perform('list', { ...base, configuration: parsed });
    const ingestion = { ...base, files: corpus.artifact, source, tokens };
    const shards = await timed('ingest', () => each('ingest', corpus.batches, ingestion));
    const dictionary = await timed('dictionary', () => perform('mergeDictionaries', ingestion));
    const words = await timed('vocabulary', () => perform('chooseVocabulary', { ...base, dictionary: dictionary.artifact, index, ...vocabulary }));
    const counting = { ...ingestion, index, common: words.common, ...cooccurrence };
    const groups = await timed('count', () => perform('groupFiles', counting));
    await timed('count', () => each('count', groups.batches, { ...counting, groups: groups.artifact }));
    const merging = { ...counting, groups: groups.artifact, vocabulary: words.artifact };
    const merged = await timed('merge', () => each('merge', words.ranges, merging));
    const rows = await timed('merge', () => perform('sumMarginals', { ...merging, ranges: words.ranges }));
    if (toNegatives) {
      const filtering = { ...base, merging, rows: rows.artifact, ...affinity };
      await timed('filter', () => each('filter', words.ranges, filtering));
      const d = await timed('filter', () => perform('symmetrize', { ...filtering, ranges: words.ranges }));
      const pairs = await timed('hold-out', () => perform('holdOut', { ...base, affinity: d.artifact, pairs: heldOut.pairs, seed }));
      await timed('mine', () => each('mine', pairs.batches, { ...base, pairs: pairs.artifact, ...negatives, seed }));
    }
    const store = openStore(parsed.store);
    const ranges = await Promise.all((merged as unknown as { artifact: (typeof rows)['artifact'] }[]).map(({ artifact }) => openArtifact(store, artifact)));
    return {
      seconds,
      cpuSeconds,
      cpuOf,
      tokens: shards.reduce((sum, shard) => sum + shard.rows, 0),
      pairs: rows.rows,
      words: words.rows,
      maxRssMib: process.resourceUsage().maxRSS / 1024,
      digests: ranges.flatMap(({ manifest }) => manifest.parts.map(({ sha256 }) => sha256)),
      rowFiles: ranges.map((range) => range.localFile('rows.parquet')!),
      vocabulary: (await openArtifact(store, words.artifact)).localFile('vocabulary.parquet')!,
    };
  } finally {
    await pool.close();
  }
}

if (process.argv[1]?.endsWith('count-corpus.js')) {
  const counted = await countCorpus(JSON.parse(process.argv[2]!) as CountCorpusInput);
  process.stdout.write(`${JSON.stringify(counted)}\n`);
}
