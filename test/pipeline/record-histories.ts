import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { QUEUES } from '../../schemas/queues.ts';
import { readIndexState } from '../../activities/versions/current-version.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import {
  type AppendRunInput,
  type ReindexInput,
  reindexWorkflowId,
  WORKFLOW,
} from '../../schemas/run.ts';
import { openStore } from '../../store/open-store.ts';
import { CODE_VERSION } from '../../workers/code-version.ts';
import { installRuntime, startWorkers } from '../../workers/run-workers.ts';
import { createScratch, smallConfiguration } from './set-up/small-corpus.ts';
import { decide, startReindex, startTemporal } from './set-up/temporal.ts';
import { inRepository } from '../repository.ts';

/*
 * Records histories of real runs for the replay test: `npm run record-histories`. A fixture that is
 * there is kept, since it stands for runs that may be under way somewhere; `-- --overwrite` is for
 * versions that were never released.
 */
const FIXTURES = inRepository('test/fixtures/histories/');
const overwrite = process.argv.includes('--overwrite');

installRuntime('ERROR');
const [temporal, scratch] = await Promise.all([startTemporal(), createScratch()]);
const workers = await startWorkers({
  address: temporal.address,
  roles: ['main', 'etl', 'train', 'export'],
  threads: 2,
  embedded: true,
});
try {
  await mkdir(FIXTURES, { recursive: true });
  const training = { tables: 2, bits: 16, epochs: 3, batchPositives: 512, partitions: 4 };
  const configuration = smallConfiguration('recorded', scratch, { training });
  const input: ReindexInput = { configuration, force: false, searchAttributes: true };
  const scheduled = await temporal.client.workflow.start(WORKFLOW.scheduled, {
    workflowId: 'scheduled/recorded',
    taskQueue: QUEUES.main,
    args: [input],
  });
  await scheduled.result();
  await record('scheduled', 'scheduled/recorded');
  const run = reindexWorkflowId('recorded');
  await record('first-run', run);
  for (const stage of ['ingest', 'count', 'merge', 'filter', 'mine', 'relate', 'train'])
    await record(`first-run-${stage}`, `${run}/${stage}`);
  await (await startReindex(temporal, configuration)).result();
  await record('cached-run', run);
  const refused = await startReindex(
    temporal,
    smallConfiguration('recorded', scratch, { training, gate: { minimum: { f1: 1 } } }),
  );
  await refused.result().catch(() => undefined);
  await record('refused-run', run);
  const waiting = await startReindex(
    temporal,
    smallConfiguration('recorded', scratch, {
      training,
      seed: 2,
      gate: { minimum: { f1: 1 }, onRefusal: 'wait' },
    }),
  );
  await decide(temporal, 'recorded', 'approve');
  await waiting.result();
  await record('approved-run', run);
  await (
    await startReindex(
      temporal,
      smallConfiguration('recorded', scratch, { training: { method: 'als' } }),
    )
  ).result();
  await record('coded-run', run);
  await recordAppend(configuration);
} finally {
  await workers.stop();
  await temporal.stop();
  await scratch.remove();
}

async function recordAppend(configuration: Configuration): Promise<void> {
  const version = (await readIndexState(openStore(configuration.store), configuration.index))
    .currentVersion!.version;
  const input: AppendRunInput = {
    configuration,
    force: false,
    searchAttributes: true,
    version,
    hasSource: true,
    minimumCount: 2,
    deleted: ['president'],
  };
  const workflowId = reindexWorkflowId(configuration.index);
  await (
    await temporal.client.workflow.start(WORKFLOW.append, {
      workflowId,
      taskQueue: QUEUES.main,
      args: [input],
    })
  ).result();
  await record('append', workflowId);
}

async function record(scenario: string, workflowId: string): Promise<void> {
  const file = join(FIXTURES, `${CODE_VERSION}-${scenario}.json`);
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (there && !overwrite) {
    console.log(`kept ${CODE_VERSION}-${scenario}.json`);
    return;
  }
  const history = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
  await writeFile(file, `${JSON.stringify(anonymous(JSON.parse(historyToJSON(history))))}\n`);
  console.log(`recorded ${CODE_VERSION}-${scenario}.json`);
}

/** Without names of the machine and its folders, which are no business of a replay. */
function anonymous(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => anonymous(item));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, anonymous(item, name)]),
    );
  if (typeof value !== 'string') return value;
  if (key === 'identity') return 'recorder';
  const folder = pathToFileURL(scratch.folder).href;
  const text = key === 'data' ? Buffer.from(value, 'base64').toString('utf8') : value;
  if (key === 'stackTrace') return '';
  const clean = text.replaceAll(folder, 'file:///scratch');
  return key === 'data' ? Buffer.from(clean).toString('base64') : clean;
}
