import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pMap from 'p-map';
import type { ActivityInput } from '../../activities/stage-runner.ts';
import type { ActivityName } from '../../schemas/activities.ts';
import { codes as codesSchema, ITEM_IDS } from '../../schemas/tables.ts';
import { artifactComplete, artifactReference, writeArtifact } from '../../store/artifacts.ts';
import { openStore } from '../../store/open-store.ts';
import { writeParquetFile } from '../../store/tables/parquet.ts';
import { createThreadPool, type ThreadPool } from '../../workers/thread-pool.ts';
import { exportIndex } from '../../workflows/export-stages.ts';
import type { StageRuntime } from '../../workflows/stage-runtime.ts';
import { fixtureCodes, idKeys } from './index-fixture.ts';
import { recordFigure } from '../record-figure.ts';

const TABLES = 3;
const BITS = 64;
const GIB = 2 ** 30;
const THREADS = 2;
/** `export.memoryMiB` as it is by default. */
const MEMORY_MIB = 512;

/**
 * Export of int64 ids, pages and Parquet, by two threads in a process of its own. `--items N
 * --folder F --codes uniform|learned --memory MIB`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const items = Number(options.get('items') ?? 10_000_000);
  const kind = options.get('codes') ?? 'uniform';
  const folder = options.get('folder') ?? join(tmpdir(), 'hashloom-bench');
  const uri = pathToFileURL(join(folder, 'export-store')).href;
  const store = openStore(uri);
  const recipe = { stage: 'encode', parameters: { bench: items, kind }, inputs: [] } as const;
  const reference = artifactReference(recipe);
  const input: ActivityInput<'exportBuckets'> = {
    store: uri,
    force: true,
    codes: reference,
    items: reference,
    memoryMiB: Number(options.get('memory') ?? MEMORY_MIB),
  };
  if (options.get('step') === 'run') {
    const started = performance.now();
    const pool = createThreadPool(THREADS, 1);
    const steps = stepsOf(pool, (name) =>
      process.stderr.write(
        `${name}: ${((performance.now() - started) / 1000).toFixed(1)} s, ` +
          `${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB\n`,
      ),
    );
    await exportIndex(steps, 'bench', { facts: { items, tables: TABLES } }, input);
    const seconds = (performance.now() - started) / 1000;
    await pool.close();
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    process.stdout.write(
      JSON.stringify({ seconds, cpu: (userCPUTime + systemCPUTime) / 1e6, bytes: maxRSS * 1024 }),
    );
    return;
  }
  mkdirSync(folder, { recursive: true });
  if (!(await artifactComplete(store, reference)))
    await prepare(items, kind, folder, store, recipe);
  const script = fileURLToPath(new URL('../run.js', import.meta.url));
  const child = spawnSync(
    process.execPath,
    [
      script,
      'export',
      '--step',
      'run',
      '--items',
      String(items),
      '--codes',
      kind,
      '--folder',
      folder,
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const { seconds, cpu, bytes } = JSON.parse(child.stdout.slice(child.stdout.lastIndexOf('{'))) as {
    seconds: number;
    cpu: number;
    bytes: number;
  };
  const command = `npm run bench -- export --items ${items} --codes ${kind}`;
  recordFigure({
    name: 'export-10m-s',
    value: seconds,
    unit:
      `s for ${items} items x ${TABLES} tables x ${BITS} bits, pages and Parquet, two threads ` +
      `(${cpu.toFixed(0)} s of CPU time)`,
    goal: '<= 60',
    command,
  });
  recordFigure({
    name: 'export-10m-memory',
    value: bytes / GIB,
    unit: 'GiB, the most that the process held',
    goal: '<= 1',
    command,
  });
}

/** The workflow's own way through the export, with the threads of a worker in place of Temporal. */
function stepsOf(
  pool: ThreadPool,
  tell: (name: string) => void,
): Pick<StageRuntime, 'runActivity' | 'processShards'> {
  const runActivity = async (name: ActivityName, _summary: string, input: unknown) => {
    const outcome = await pool.runStage(
      name,
      input,
      { codeVersion: 'bench' },
      new AbortController().signal,
      () => undefined,
    );
    if ('error' in outcome) throw new Error(outcome.error.stack);
    tell(name);
    return outcome.result as never;
  };
  return {
    runActivity,
    processShards: async (activity, batches, shared) => {
      const ranges = batches.slice(1).map((to, at) => ({ ...shared, from: batches[at], to }));
      await pMap(ranges, (range) => runActivity(activity, '', range), { concurrency: THREADS });
      return { cached: false, rows: 0, bytes: 0 };
    },
  };
}

async function prepare(
  items: number,
  kind: string,
  folder: string,
  store: ReturnType<typeof openStore>,
  recipe: { stage: 'encode'; parameters: Record<string, unknown>; inputs: [] | readonly never[] },
): Promise<void> {
  const codes = fixtureCodes(kind, items, TABLES, BITS / 8, 1);
  const keys = idKeys(items);
  if (keys.kind !== 'int64') return;
  const rows = 200_000;
  function* codeRows() {
    for (let first = 0; first < items; first += rows) {
      const end = Math.min(items, first + rows);
      const at = Array.from({ length: (end - first) * TABLES }, (_, i) => i);
      yield {
        item: Int32Array.from(at, (i) => first + Math.floor(i / TABLES)),
        table: Int32Array.from(at, (i) => i % TABLES),
        code: codes.slice((first * TABLES * BITS) / 8, (end * TABLES * BITS) / 8),
      };
    }
  }
  await writeParquetFile(join(folder, 'codes.parquet'), codesSchema(BITS), codeRows(), {
    profile: 'internal',
  });
  await writeParquetFile(join(folder, 'items.parquet'), ITEM_IDS, [{ id: keys.values }], {
    profile: 'internal',
  });
  const parts = [
    { name: 'codes.parquet', file: join(folder, 'codes.parquet'), rows: items * TABLES },
    { name: 'items.parquet', file: join(folder, 'items.parquet'), rows: items },
  ];
  await writeArtifact(store, artifactReference(recipe), {
    parameters: recipe.parameters,
    inputs: [],
    parts,
    rows: items,
    facts: { items, tables: TABLES, bits: BITS, kind: 'id' },
    seconds: 0,
    origin: { codeVersion: 'bench' },
    rewrite: true,
  });
}
