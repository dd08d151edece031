/**
 * From files to merged rows by the stages' own functions in a pool of threads of this process,
 * without Temporal: what a worker does, and no more. `node dist/bench/count-corpus.js INPUT`, INPUT
 * as JSON; the last line of the output is a CountedCorpus.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ActivityInput, ActivityOutput } from '../../activities/stage-runner.ts';
import type { ActivityName } from '../../schemas/activities.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import {
  type Configuration,
  configuration as configurationSchema,
} from '../../schemas/configuration.ts';
import type { CurrentPointer, IndexManifest } from '../../schemas/index-manifest.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { createThreadPool } from '../../workers/thread-pool.ts';
import type { StageDone, StageTask } from './stage-process.ts';

const STAGE_PROCESS = fileURLToPath(new URL('./stage-process.js', import.meta.url));

export interface CountCorpusInput {
  configuration: Partial<Configuration> & Record<string, unknown>;
  threads?: number;
  /** So many processes of one thread each in place of threads. */
  workers?: number;
  /** Leaves a version that is current, as far as an increment looks at it. */
  publish?: boolean;
  /** Goes on to the affinity D and the negatives. */
  toNegatives?: boolean;
  /** Goes on to the lists of neighbours. */
  toLists?: boolean;
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
  /** What the lists of neighbours are made of and are, where they were asked for. */
  lists?: { input: Omit<ActivityInput<'relate'>, 'from' | 'to'>; ranges: number[]; bytes: number };
}

async function countCorpus({
  configuration,
  threads = availableParallelism(),
  workers,
  publish = false,
  toNegatives = false,
  toLists = false,
}: CountCorpusInput): Promise<CountedCorpus> {
  const parsed = configurationSchema.parse(configuration);
  const {
    index,
    source,
    tokens,
    documents,
    vocabulary,
    cooccurrence,
    affinity,
    heldOut,
    negatives,
    neighbours,
    seed,
  } = parsed;
  const pool = workers === undefined ? threadsOf(threads) : processesOf(workers);
  const seconds: Record<string, number> = {};
  const cpuOf: Record<string, number> = {};
  let cpuSeconds = 0;
  const perform = async <Name extends ActivityName>(
    name: Name,
    input: ActivityInput<Name>,
  ): Promise<ActivityOutput<Name>> => {
    return (await pool.run(name, input)) as ActivityOutput<Name>;
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
  const each = async <Name extends ActivityName>(
    name: Name,
    bounds: number[],
    shared: Omit<ActivityInput<Name>, 'from' | 'to'>,
  ) =>
    await Promise.all(
      bounds.slice(1).map((to, at) =>
        perform(name, {
          ...shared,
          from: bounds[at]!,
          to,
        } as unknown as ActivityInput<Name>),
      ),
    );

  try {
    // A thread loads the modules of a stage as its first task comes, so each figure has a little of
    // it.
    const base = { store: parsed.store, force: false };
    const corpus = await perform('list', { ...base, configuration: parsed });
    const ingestion = { ...base, files: corpus.artifact, source, tokens, documents };
    const shards = await timed('ingest', () => each('ingest', corpus.batches, ingestion));
    const dictionary = await timed('dictionary', () =>
      perform('mergeDictionaries', { ...ingestion, memoryMiB: vocabulary.memoryMiB }),
    );
    const words = await timed('vocabulary', () =>
      perform('chooseVocabulary', {
        ...base,
        dictionary: dictionary.artifact,
        index,
        ...vocabulary,
      }),
    );
    const counting = { ...ingestion, index, common: words.common, ...cooccurrence };
    const groups = await timed('count', () => perform('groupFiles', counting));
    await timed('count', () =>
      each('count', groups.batches, { ...counting, groups: groups.artifact }),
    );
    const merging = { ...counting, groups: groups.artifact, vocabulary: words.artifact };
    const merged = await timed('merge', () => each('merge', words.ranges, merging));
    const rows = await timed('merge', () =>
      perform('sumMarginals', { ...merging, ranges: words.ranges }),
    );
    let lists: CountedCorpus['lists'];
    if (toNegatives || toLists) {
      const filtering = {
        ...base,
        merged: merging,
        rows: rows.artifact,
        ...affinity,
        memoryMiB: cooccurrence.memoryMiB,
      };
      await timed('filter', () => each('filter', words.ranges, filtering));
      const d = await timed('filter', () =>
        perform('symmetrize', { ...filtering, ranges: words.ranges }),
      );
      const pairs = await timed('hold-out', () =>
        perform('holdOut', {
          ...base,
          affinity: d.artifact,
          vocabulary: words.artifact,
          pairs: heldOut.pairs,
          seed,
        }),
      );
      await timed('mine', () =>
        each('mine', pairs.batches, { ...base, pairs: pairs.artifact, ...negatives, seed }),
      );
      if (toLists) {
        const input = {
          ...base,
          affinity: d.artifact,
          ...neighbours,
          filtered: { rows: rows.artifact, ...affinity, ranges: words.ranges },
        };
        const made = await timed('relate', () => each('relate', pairs.batches, input));
        const bytes = made.reduce((sum, range) => sum + range.bytes, 0);
        lists = { input, ranges: pairs.batches, bytes };
      }
    }
    const store = openStore(parsed.store);
    if (publish) await leaveVersion(store, index, groups.artifact, words.common);
    const ranges = await Promise.all(
      (merged as unknown as { artifact: (typeof rows)['artifact'] }[]).map(({ artifact }) =>
        openArtifact(store, artifact),
      ),
    );
    return {
      seconds,
      cpuSeconds,
      cpuOf,
      tokens: shards.reduce((sum, shard) => sum + shard.rows, 0),
      pairs: rows.rows,
      words: words.rows,
      maxRssMib: pool.maxRssMib(),
      digests: ranges.flatMap(({ manifest }) => manifest.parts.map(({ sha256 }) => sha256)),
      rowFiles: ranges.map((range) => range.localFile('rows.parquet')!),
      vocabulary: (await openArtifact(store, words.artifact)).localFile('vocabulary.parquet')!,
      ...(lists && { lists }),
    };
  } finally {
    await pool.close();
  }
}

interface StagePool {
  run(name: ActivityName, input: unknown): Promise<unknown>;
  /** The largest resident size of a process so far. */
  maxRssMib(): number;
  close(): Promise<void>;
}

function threadsOf(threads: number): StagePool {
  const pool = createThreadPool(threads, 1);
  return {
    async run(name, input) {
      const outcome = await pool.runStage(
        name,
        input,
        { codeVersion: 'bench' },
        new AbortController().signal,
        () => undefined,
      );
      if ('error' in outcome) throw new Error(`${name}: ${outcome.error.message}`);
      return outcome.result;
    },
    maxRssMib: () => process.resourceUsage().maxRSS / 1024,
    close: () => pool.close(),
  };
}

function processesOf(workers: number): StagePool {
  const all = Array.from({ length: workers }, () => fork(STAGE_PROCESS));
  const idle = [...all];
  const waiting: ((worker: ChildProcess) => void)[] = [];
  let most = 0;
  return {
    async run(name, input) {
      const worker =
        idle.pop() ?? (await new Promise<ChildProcess>((resolve) => waiting.push(resolve)));
      const answered = once(worker, 'message');
      worker.send({ name, input } satisfies StageTask);
      const [done] = (await answered) as [StageDone];
      const next = waiting.shift();
      if (next) next(worker);
      else idle.push(worker);
      if ('error' in done) throw new Error(`${name}: ${done.error}`);
      most = Math.max(most, done.maxRssMib);
      return done.result;
    },
    maxRssMib: () => most,
    async close() {
      await Promise.all(
        all.map(async (worker) => {
          const ended = once(worker, 'exit');
          worker.kill();
          await ended;
        }),
      );
    },
  };
}

/** What the next run looks at: the groups and the common words of the version that is current. */
async function leaveVersion(
  store: Store,
  index: string,
  groups: ArtifactReference,
  common: ArtifactReference,
): Promise<void> {
  const now = new Date().toISOString();
  const version: IndexManifest = {
    format: 1,
    index,
    version: 1,
    kind: 'word',
    items: 0,
    tables: 1,
    bits: 8,
    parts: [],
    lineage: [groups],
    common,
    configuration: {},
    metrics: {},
    codeVersion: 'bench',
    createdAt: now,
  };
  const current: CurrentPointer = {
    format: 1,
    index,
    version: 1,
    path: 'versions/1',
    publishedAt: now,
  };
  await store.put(`indexes/${index}/versions/1/index.json`, Buffer.from(JSON.stringify(version)));
  await store.put(`indexes/${index}/current.json`, Buffer.from(JSON.stringify(current)));
}

if (process.argv[1]?.endsWith('count-corpus.js')) {
  const counted = await countCorpus(JSON.parse(process.argv[2]!) as CountCorpusInput);
  process.stdout.write(`${JSON.stringify(counted)}\n`);
}
