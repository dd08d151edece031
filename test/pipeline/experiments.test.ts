import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe } from 'vitest';
import { compareDocuments } from '../../cli/experiments/compare-documents.ts';
import {
  type DocumentExperimentInput,
  type DocumentPicture,
  type DocumentScore,
  type DocumentSetting,
  PICTURE_PART,
} from '../../schemas/document-experiment.ts';
import { hashingConfiguration } from '../../schemas/configuration/hashing.ts';
import { sbmSetting, type SbmScores } from '../../schemas/experiment.ts';
import { QUEUES } from '../../schemas/queues.ts';
import { WORKFLOW } from '../../schemas/run.ts';
import { STAGES } from '../../schemas/activities.ts';
import {
  expandSettings,
  type WordExperimentInput,
  type WordExperimentResult,
} from '../../schemas/word-experiment.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { openStore } from '../../store/open-store.ts';
import { digestsOf } from './set-up/published-parts.ts';
import { it } from './on-temporal.ts';
import { type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { configureDocuments, smallDocuments } from './set-up/small-documents.ts';
import type { TestTemporal } from './set-up/temporal.ts';
import { inRepository } from '../repository.ts';

const FIXTURE = inRepository('test/fixtures/golden-experiments.json');

describe('experiments on Temporal', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(8);
  });

  const run = async (workflow: string, workflowId: string, input: unknown): Promise<unknown> =>
    await temporal.client.workflow.execute(workflow, {
      workflowId,
      taskQueue: QUEUES.main,
      args: [input],
    });

  /** Compares the bytes of a stage's parts with those of its version, or records them. */
  async function checkGolden(stage: 'trial' | 'yardstick', store: string): Promise<void> {
    const parts = Object.entries(await digestsOf(store))
      .filter(([path]) => path.startsWith(`${stage}/`))
      .map(([path, sha256]) => `${path.split('/').at(-1)} ${sha256}`);
    const found = { version: STAGES[stage].version, parts: parts.toSorted() };
    assert.ok(found.parts.length > 0);
    const golden = JSON.parse(await readFile(FIXTURE, 'utf8').catch(() => '{}')) as Record<
      string,
      unknown
    >;
    if (process.env['HASHLOOM_RECORD_GOLDEN'])
      await writeFile(FIXTURE, `${JSON.stringify({ ...golden, [stage]: found }, undefined, 1)}\n`);
    else
      assert.deepEqual(
        found,
        golden[stage],
        `the bytes of ${stage} changed: raise its version if this was meant, and record them`,
      );
  }

  it(
    'trials of the block model: each setting with each seed, the same scores for the same ' +
      'seed, from artifacts the second time',
    async () => {
      const store = pathToFileURL(join(scratch.folder, 'sbm')).href;
      const point = { concentration: 4, beta: 1 / 3, lambda: 0.2, hardNegatives: true, rate: 0.01 };
      const settings = (['lse', 'dhn'] as const)
        .map((method) => sbmSetting(method, 'symmetric', point))
        .map((setting) => ({ ...setting, training: { ...setting.training, epochs: 1 } }));
      const input = { store, force: false, settings, trials: 2, firstSeed: 7 };
      const scores = (await run(WORKFLOW.sbmExperiment, 'sbm-1', input)) as SbmScores;
      assert.deepEqual(
        scores.map((row) => row.length),
        [2, 2],
      );
      for (const score of scores.flat())
        for (const figure of [score.precision, score.recall, score.f1])
          assert.ok(figure >= 0 && figure <= 1);
      const before = await digestsOf(store);
      assert.deepEqual(await run(WORKFLOW.sbmExperiment, 'sbm-2', input), scores);
      assert.deepEqual(await digestsOf(store), before);
      await checkGolden('trial', store);
    },
  );

  it(
    'the word model: a row of metrics a trial, each half of the queries for itself, and how ' +
      'hard D is',
    async () => {
      const configuration = smallConfiguration('trials', scratch, {
        vocabulary: { minimumCount: 4, common: 50 },
        training: {
          tables: 2,
          bits: 16,
          epochs: 4,
          batchPositives: 512,
          concentration: 8,
          beta: 4,
        },
      });
      const settings = expandSettings(configuration, {
        settings: { LSE: {}, cosine: { method: 'cos' } },
        grid: { beta: [2, 4] },
      });
      assert.deepEqual(
        settings.map(({ name }) => name),
        ['LSE beta 2', 'LSE beta 4', 'cosine beta 2', 'cosine beta 4'],
      );
      const input: WordExperimentInput = {
        configuration,
        force: false,
        settings: settings.slice(0, 2),
        trials: 2,
        firstSeed: 3,
        part: 'tuning',
        parallel: 2,
      };
      const result = (await run(WORKFLOW.wordExperiment, 'words-1', input)) as WordExperimentResult;
      assert.deepEqual(
        result.metrics.map((row) => row.length),
        [2, 2],
      );
      const figures = result.metrics.flat();
      for (const metric of ['precision', 'recall', 'f1', 'hr50', 'hr500', 'clusters'])
        for (const row of figures) assert.equal(typeof row[metric], 'number', metric);
      const { greedyF1, meanDegree, linked, clustering } = result.affinity;
      assert.ok(
        greedyF1 > 0 &&
          greedyF1 <= 1 &&
          meanDegree > 1 &&
          linked > 100 &&
          clustering > 0 &&
          clustering < 1,
      );
      const reported = (await run(WORKFLOW.wordExperiment, 'words-2', {
        ...input,
        part: 'reported',
      })) as WordExperimentResult;
      const [tuned, kept] = [
        figures[0]!['heldOutPairs']!,
        reported.metrics[0]![0]!['heldOutPairs']!,
      ];
      assert.ok(
        tuned > 50 && kept > 50 && tuned + kept <= configuration.heldOut.pairs,
        `${tuned} and ${kept} held-out pairs`,
      );
      assert.notDeepEqual(reported.metrics, result.metrics);
      await checkGolden('yardstick', configuration.store);
    },
  );

  it(
    'trials of hash functions of documents: a picture of the first seed of each, from ' +
      'artifacts the second time',
    async () => {
      const configuration = await configureDocuments(scratch, 'parted', smallDocuments(), {
        documents: { labels: 'labels', split: 'split', minimumDocuments: 2 },
      });
      const settings = (['itq', 'lsh'] as const).map((method): DocumentSetting => ({
        name: method,
        variant: {},
        bits: 8,
        hashing: hashingConfiguration.parse({ method }),
      }));
      const input: DocumentExperimentInput = {
        store: configuration.store,
        force: false,
        sets: [{ name: 'parted', configuration }],
        settings,
        trials: 2,
        firstSeed: 1,
        pictures: true,
      };
      const scores = (await run(
        WORKFLOW.documentExperiment,
        'documents-1',
        input,
      )) as DocumentScore[];
      assert.deepEqual(
        scores.map(({ name, seed, pictured }) => [name, seed, pictured]),
        [
          ['itq', 1, true],
          ['lsh', 1, true],
          ['itq', 2, false],
          ['lsh', 2, false],
        ],
      );
      const picture = JSON.parse(
        Buffer.from(
          await (
            await openArtifact(openStore(configuration.store), scores[0]!.trial)
          ).part(PICTURE_PART),
        ).toString('utf8'),
      ) as DocumentPicture;
      assert.equal(picture.points.length, 30);
      assert.deepEqual(
        picture.examples.map(([query]) => query!.labels),
        [['baseball'], ['circuits'], ['faith']],
      );
      const distances = picture.examples.map((list) => list.map(({ distance }) => distance));
      for (const list of distances)
        assert.deepEqual([list.length, list], [5, list.toSorted((a, b) => a - b)]);
      const renamed = scores.map((score) => ({
        ...score,
        name: score.name === 'itq' ? 'bmsh' : 'gmsh',
      }));
      const [pair, ...others] = await compareDocuments(renamed, openStore(configuration.store));
      const mean = (name: string) =>
        scores
          .filter((score) => score.name === name)
          .reduce((sum, { metrics }) => sum + metrics['precisionAt100']! / 2, 0);
      assert.deepEqual(
        [others.length, pair!.better, pair!.worse, pair!.seeds],
        [0, 'bmsh', 'gmsh', 2],
      );
      assert.ok(Math.abs(pair!.difference - (mean('itq') - mean('lsh'))) < 1e-12);
      assert.ok(pair!.interval[0] <= pair!.difference && pair!.difference <= pair!.interval[1]);
      const before = await digestsOf(configuration.store);
      assert.deepEqual(await run(WORKFLOW.documentExperiment, 'documents-2', input), scores);
      assert.deepEqual(await digestsOf(configuration.store), before);
    },
  );
});
