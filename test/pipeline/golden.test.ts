import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { describe } from 'vitest';
import { STAGES } from '../../schemas/activities.ts';
import { digestsOf } from './set-up/published-parts.ts';
import { it } from './on-temporal.ts';
import { type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';
import { inRepository } from '../repository.ts';

const FIXTURE = inRepository('test/fixtures/golden-stages.json');

/**
 * `list` holds times of files, `publish` is no artifact, `report` holds the times of its run,
 * `encode`, `cells` and `relate-vectors` belong to vectors, the last ones to documents.
 */
const ELSEWHERE = new Set([
  'trial',
  'yardstick',
  'list',
  'publish',
  'encode',
  'cells',
  'relate-vectors',
  'relate-documents',
  'append',
  'export-plan',
  'factor-step',
  'export-range',
  'export-part',
  'report',
  'weigh',
  'hasher',
  'hasher-checkpoint',
  'encode-documents',
  'document-trial',
]);

/** Digests of all parts of a stage, whatever their keys: keys hold times of files. */
type Golden = Record<string, { version: number; parts: string[] }>;

/**
 * The bytes of every stage over a fixed corpus. When this fails, output has changed: if it was
 * meant to, raise the stage's version in schemas/activities.ts, then run the test with
 * HASHLOOM_RECORD_GOLDEN=1.
 */
describe('the bytes of each stage', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;
  let found: Golden;
  let golden: Golden;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(5);
    const configuration = smallConfiguration('golden', scratch, {
      vocabulary: { minimumCount: 3, common: 30 },
      training: { tables: 2, bits: 16, epochs: 4, batchPositives: 512, concentration: 8, beta: 4 },
      source: { path: pathToFileURL(scratch.corpus).href, verify: true },
    });
    await reindex(temporal, configuration);
    const { training } = configuration;
    await reindex(temporal, { ...configuration, training: { ...training, method: 'als' } });
    found = await stagesOf(configuration.store);
    if (process.env['HASHLOOM_RECORD_GOLDEN'])
      await writeFile(FIXTURE, `${JSON.stringify(found, undefined, 1)}\n`);
    golden = JSON.parse(await readFile(FIXTURE, 'utf8')) as Golden;
  });

  it('are known for every stage that leaves an artifact', () => {
    assert.deepEqual(Object.keys(golden).toSorted(), Object.keys(found).toSorted());
  });

  for (const [stage, { version }] of Object.entries(STAGES).filter(
    ([name]) => !ELSEWHERE.has(name),
  )) {
    it(`${stage}: the bytes are those of version ${version}`, () => {
      assert.equal(
        golden[stage]?.version,
        version,
        'the version was raised: record the golden bytes anew',
      );
      assert.deepEqual(
        found[stage]?.parts,
        golden[stage]?.parts,
        'the bytes changed: raise the version if this was meant',
      );
    });
  }

  async function stagesOf(store: string): Promise<Golden> {
    const stages: Golden = {};
    for (const [path, sha256] of Object.entries(await digestsOf(store))) {
      const [stage, , part] = path.split('/') as [keyof typeof STAGES, string, string];
      // A listing holds times of files, a report those of its run.
      if (stage === 'list' || stage === 'report') continue;
      stages[stage] ??= { version: STAGES[stage].version, parts: [] };
      stages[stage].parts.push(`${part} ${sha256}`);
    }
    for (const { parts } of Object.values(stages)) parts.sort();
    return stages;
  }
});
