import assert from 'node:assert/strict';
import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { WorkflowFailedError } from '@temporalio/client';
import { type ChildProgress, PROGRESS_QUERY, reindexWorkflowId } from '../../schemas/run.ts';
import { digestsOf } from './set-up/published-parts.ts';
import { it } from './on-temporal.ts';
import { type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';

const TRAINING = { tables: 2, bits: 16, epochs: 4, batchPositives: 512, concentration: 8, beta: 4 };
/** Of a run that overflows between its second and its last epoch. */
const LAMBDA = 2e37;

describe('training', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(8);
  });

  const configured = (change: Record<string, unknown> = {}) =>
    smallConfiguration('learned', scratch, {
      vocabulary: { minimumCount: 4, common: 50 },
      training: { ...TRAINING, ...change },
      // Codes that settle hide how far training has come.
      buckets: { settle: false },
    });
  const isTrainCached = (stages: { name: string; cached: boolean }[]) =>
    stages.find(({ name }) => name === 'train')?.cached;
  const folderOf = (stage: string) => join(scratch.folder, 'store', 'artifacts', stage);

  it('falls back to the checkpoint before a corrupted one, says so, and ends with the same bytes', async () => {
    const configuration = configured();
    await reindex(temporal, configuration);
    const expected = await digestsOf(configuration.store);
    const [trained] = await readdir(folderOf('train'));
    await rm(join(folderOf('train'), trained!), { recursive: true });
    await corruptStateOf(configuration.training.epochs);
    await reindex(temporal, configuration);
    assert.deepEqual(await digestsOf(configuration.store), expected);
    const { notice } = await temporal.client.workflow
      .getHandle(`${reindexWorkflowId('learned')}/train`)
      .query<ChildProgress>(PROGRESS_QUERY);
    assert.match(
      notice ?? '',
      /a checkpoint was corrupted; training goes on from epoch 3: .*state\.arrow.*SHA-256/,
    );
  });

  it('ends early where the figure it stops on rises no more', async () => {
    const { metrics, stages } = await reindex(
      temporal,
      configured({ epochs: 60, epochsPerRound: 1, stopOn: 'hitRate', patience: 2, rate: 1e-9 }),
    );
    assert.equal(typeof metrics['f1'], 'number');
    assert.equal(isTrainCached(stages), false);
    const epochs = await Promise.all(
      (await readdir(folderOf('train'))).map(
        async (key) =>
          (
            JSON.parse(await readFile(join(folderOf('train'), key, 'manifest.json'), 'utf8')) as {
              facts: { epochs: number };
            }
          ).facts.epochs,
      ),
    );
    assert.deepEqual(
      epochs.toSorted((a, b) => a - b),
      [3, 4],
    );
  });

  it('stops at a loss that is not finite, names pair and step, and keeps the checkpoint before', async () => {
    // The quantization loss grows with the run until its sums are beyond float32.
    const configuration = configured({ epochs: 8, epochsPerRound: 1, lambda: LAMBDA });
    const before = await checkpoints();
    const text = await failureText(reindex(temporal, configuration));
    assert.match(text, /at pair \(\d+, \d+\) in step \d+: .*lower training\.rate/);
    const kept = (await checkpoints()).filter(
      ({ key }) => !before.some((known) => known.key === key),
    );
    assert.ok(kept.length > 0 && kept.every(({ to }) => to < 8), JSON.stringify(kept));
    const { key, path } = kept.reduce((last, each) => (each.to > last.to ? each : last));
    await access(join(folderOf('block'), key, path));
  });

  it('starts warm from the published version: once, and not from embeddings of another shape', async () => {
    await reindex(temporal, configured());
    const cold = await reindex(temporal, configured({ epochs: 1 }));
    await reindex(temporal, configured());
    const warm = await reindex(temporal, configured({ epochs: 1, warmStart: 'published' }));
    assert.ok(
      warm.metrics['f1']! > cold.metrics['f1']!,
      `F1 ${warm.metrics['f1']} after four epochs and one, ${cold.metrics['f1']} after one`,
    );
    const again = await reindex(temporal, configured({ epochs: 1, warmStart: 'published' }));
    assert.equal(isTrainCached(again.stages), true);
    assert.equal(again.published, false);
    for (const [change, wanted] of [
      [{ bits: 24 }, '2 x 24'],
      [{ tables: 3 }, '3 x 16'],
    ] as const) {
      const text = await failureText(
        reindex(temporal, configured({ ...change, warmStart: 'published' })),
      );
      assert.match(
        text,
        new RegExp(
          `warm start from version \\d+ of learned: it has 2 x 16 bits, training.tables and ` +
            `training.bits want ${wanted}`,
          'u',
        ),
      );
    }
  });

  it('starts warm from no model of other words', async () => {
    await reindex(temporal, configured());
    const more = smallConfiguration('learned', scratch, {
      vocabulary: { minimumCount: 1, common: 50 },
      training: { ...TRAINING, warmStart: 'published' },
    });
    assert.match(
      await failureText(reindex(temporal, more)),
      /warm start from version \d+ of learned: it knows \d+ of this run's \d+ words, less than half/,
    );
  });

  async function failureText(run: Promise<unknown>): Promise<string> {
    const error: unknown = await run.then(
      () => assert.fail('the run should have failed'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof WorkflowFailedError);
    let text = '';
    for (let at: unknown = error; at instanceof Error; at = at.cause) text += `${at.message}\n`;
    return text;
  }

  async function checkpoints(): Promise<{ key: string; to: number; path: string }[]> {
    const keys = await readdir(folderOf('block')).catch(() => []);
    const read = async (key: string) => {
      const manifest = JSON.parse(
        await readFile(join(folderOf('block'), key, 'manifest.json'), 'utf8'),
      ) as { parameters: { to: number }; parts: { path: string }[] };
      return { key, to: manifest.parameters.to, path: manifest.parts[0]!.path };
    };
    return await Promise.all(keys.map(read));
  }

  /** Flips a byte of the state after the last epoch. */
  async function corruptStateOf(epoch: number): Promise<void> {
    const state = (await checkpoints()).find(({ to }) => to === epoch);
    if (!state) throw new Error(`no state after epoch ${epoch}`);
    const file = join(folderOf('block'), state.key, state.path);
    const bytes = await readFile(file);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(file, bytes);
  }
});
