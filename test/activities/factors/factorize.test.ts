import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { filterArtifact } from '../../../activities/affinity/name-filtered.ts';
import { encodeDictionary } from '../../../activities/corpus/dictionary-table.ts';
import { dropHalfSteps } from '../../../activities/factors/drop-half-steps.ts';
import { factorize, type FactorizeInput } from '../../../activities/factors/factorize.ts';
import { finishFactors } from '../../../activities/factors/finish-factors.ts';
import { factorsArtifact, stepArtifacts } from '../../../activities/factors/name-factors.ts';
import { resumeFactors } from '../../../activities/factors/resume-factors.ts';
import { lookingContext } from '../../../cli/plan/planning-context.ts';
import { toInt64 } from '../../../kernels/numbers/int64.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { rowOfEntries } from '../../../kernels/numbers/row-of-entries.ts';
import { AFFINITY, RUN } from '../../../schemas/tables.ts';
import { artifactComplete, artifactReference, writeArtifact } from '../../../store/artifacts.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import { encodeParquet } from '../../../store/tables/parquet.ts';
import { factorizeRows } from '../../../workflows/factor-stages.ts';
import type { StageRuntime } from '../../../workflows/stage-runtime.ts';
import { fromPairs } from '../../reference/sparse-rows.ts';

const SIZE = 900;
const SPLIT = 300;
/** So many that half-steps are taken by ranges; D has fewer, the last ranges are without rows. */
const MANY = 140_000;

describe('factorize', () => {
  const context = lookingContext(openStore);
  let folder: string;
  let store: Store;
  /** What was run: names of activities, with the half-step. */
  let ran: string[] = [];
  let stopAt = Infinity;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-factors-test-'));
    store = openStore(pathToFileURL(folder).href);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The stages' own functions, without Temporal. */
  const runtime: Pick<StageRuntime, 'runActivity' | 'processShards'> = {
    async runActivity(name, _summary, input) {
      ran.push(name);
      const stages = { finishFactors, resumeFactors, dropHalfSteps } as Record<string, unknown>;
      const stage = stages[name] as (given: unknown, context: unknown) => Promise<never>;
      return await stage(input, context);
    },
    async processShards(name, batches, shared) {
      const { step } = shared as unknown as FactorizeInput;
      if (step === stopAt) throw new Error('the machine fell over');
      ran.push(`${name} ${step}`);
      for (const [at, to] of batches.slice(1).entries())
        await factorize(
          { ...shared, from: batches[at]!, to } as unknown as FactorizeInput,
          context,
        );
      return { cached: false, rows: 0, bytes: 0 };
    },
  };

  it.each(['one', 'two'] as const)(
    'gives the same bytes in one activity and by ranges, interrupted ones too: sides %s',
    async (sides) => {
      const input = await written(sides);
      const whole = await factorizeRows(runtime, SIZE, input);
      assert.equal(whole.rows, sides === 'one' ? 2 * SIZE : SIZE);
      const bytes = await partsOf(input);
      assert.equal(bytes.length, 2);
      await rm(join(folder, 'artifacts/factors'), { recursive: true });

      ran = [];
      stopAt = 4;
      await assert.rejects(factorizeRows(runtime, MANY, input), /fell over/u);
      stopAt = Infinity;
      ran = [];
      const output = await factorizeRows(runtime, MANY, input);
      assert.deepEqual(ran, [
        'resumeFactors',
        'factorize 4',
        'dropHalfSteps',
        'factorize 5',
        'dropHalfSteps',
        'factorize 6',
        'dropHalfSteps',
        'finishFactors',
        'dropHalfSteps',
      ]);
      assert.deepEqual(output.artifact, whole.artifact);
      assert.deepEqual(await partsOf(input), bytes);

      // What is there is not made again, and nothing of the half-steps stays but manifests.
      ran = [];
      assert.equal((await factorizeRows(runtime, MANY, input)).cached, true);
      assert.deepEqual(ran, ['resumeFactors', 'finishFactors']);
      const ranges = [0, 32_768, 65_536, 98_304, 131_072, MANY];
      for (let step = 1; step <= 6; step++)
        for (const { key } of stepArtifacts(input, ranges, step))
          assert.deepEqual(await readdir(join(folder, 'artifacts/factor-step', key)), [
            'manifest.json',
          ]);
    },
  );

  it('is made whole again where it is asked for by force', async () => {
    const input = { ...(await written('one')), force: true };
    assert.deepEqual(await resumeFactors({ ...input, ranges: [0, SIZE] }, context), { step: 0 });
    assert.equal((await factorizeRows(runtime, SIZE, input)).cached, false);
  });

  async function partsOf(input: Parameters<typeof factorizeRows>[2]): Promise<string[]> {
    const manifest = await artifactComplete(store, factorsArtifact(input).artifact);
    return manifest!.parts.map(({ name, sha256 }) => `${name} ${sha256}`);
  }

  /** D with weights, within one set or between two. */
  async function written(sides: 'one' | 'two') {
    const random = new RandomStream(7, 0);
    const pairs = Array.from({ length: 5000 }, (): [number, number] =>
      sides === 'one'
        ? [random.below(SIZE), random.below(SIZE)]
        : [random.below(SPLIT), SPLIT + random.below(SIZE - SPLIT)],
    );
    const D = fromPairs(SIZE, pairs);
    const row = rowOfEntries(D.offsets);
    const rows = artifactReference({ stage: 'merge', parameters: { sides }, inputs: [] });
    const affinity = artifactReference({ stage: 'filter', parameters: {}, inputs: [rows] });
    const vocabulary = artifactReference({ stage: 'vocabulary', parameters: {}, inputs: [] });
    const words = Array.from({ length: SIZE }, (_, at) => `w${1000 + at}`);
    const ones = new Float64Array(SIZE).fill(1);
    const passed = { rows, minimumPmi: 1, minimumWeight: 1 };
    const { artifact } = filterArtifact(passed, { from: 0, to: SIZE });
    const upper = [...row.keys()].filter((at) => row[at]! < D.columns[at]!);
    const kept = {
      row: Int32Array.from(upper, (at) => row[at]!),
      column: Int32Array.from(upper, (at) => D.columns[at]!),
      sum: toInt64(Float64Array.from(upper, (at) => 1 + (at % 13))),
    };
    const table = { row, column: Int32Array.from(D.columns) };
    for (const [reference, name, bytes] of [
      [artifact, 'kept.parquet', await encodeParquet(RUN, kept, { profile: 'internal' })],
      [
        vocabulary,
        'vocabulary.parquet',
        await encodeDictionary({ words, counts: ones, documents: ones }),
      ],
      [affinity, 'affinity.parquet', await encodeParquet(AFFINITY, table, { profile: 'internal' })],
    ] as const)
      await writeArtifact(store, reference, {
        parameters: {},
        inputs: [],
        parts: [{ name, bytes, rows: reference === artifact ? upper.length : row.length }],
        rows: row.length,
        facts: { words: SIZE },
        seconds: 0,
        origin: { codeVersion: 'test' },
      });
    return {
      store: store.uri,
      force: false,
      affinity,
      vocabulary,
      filtered: { ...passed, ranges: [0, SIZE] },
      postings: 12_000,
      factors: 32,
      alpha: 8,
      regularization: 3,
      rounds: 3,
      seed: 1,
      sides,
    };
  }
});
