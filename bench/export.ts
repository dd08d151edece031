import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportBuckets } from '../activities/export-buckets.ts';
import { openTensorflow } from '../infra/tensorflow.ts';
import { codes as codesSchema, ITEM_IDS } from '../schemas/tables.ts';
import { artifactReference, writeArtifact } from '../store/artifacts.ts';
import { openStore } from '../store/open-store.ts';
import { writeParquetFile } from '../store/parquet.ts';
import { fixtureCodes, idKeys } from './index-fixture.ts';
import { recordFigure } from './record-figure.ts';

const TABLES = 3;
const BITS = 64;
const GIB = 2 ** 30;

/** Export of int64 ids, pages and Parquet, in a process of its own. `--items N --folder F --codes uniform|learned`. */
export async function bench(options: Map<string, string>): Promise<void> {
  const items = Number(options.get('items') ?? 10_000_000);
  const kind = options.get('codes') ?? 'uniform';
  const folder = options.get('folder') ?? join(tmpdir(), 'hashloom-bench');
  const uri = `file://${join(folder, 'export-store')}`;
  const store = openStore(uri);
  const recipe = { stage: 'encode', parameters: { bench: items, kind }, inputs: [] } as const;
  const reference = artifactReference(recipe);
  if (options.get('step') === 'run') {
    let late = 0;
    const started = performance.now();
    await exportBuckets(
      { store: uri, force: true, codes: reference, items: reference },
      { openStore, report: (done) => process.stderr.write(`${done}: ${((performance.now() - started) / 1000).toFixed(1)} s, ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB\n`), origin: { codeVersion: 'bench' }, trainThreads: 1, stageThreads: 1, openTensorflow: () => openTensorflow() },
    );
    late = (performance.now() - started) / 1000;
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    process.stdout.write(JSON.stringify({ seconds: late, cpu: (userCPUTime + systemCPUTime) / 1e6, bytes: maxRSS * 1024 }));
    return;
  }
  mkdirSync(folder, { recursive: true });
  await prepare(items, kind, folder, store, recipe);
  const script = fileURLToPath(new URL('run.js', import.meta.url));
  const child = spawnSync(process.execPath, [script, 'export', '--step', 'run', '--items', String(items), '--codes', kind, '--folder', folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const { seconds, cpu, bytes } = JSON.parse(child.stdout.slice(child.stdout.lastIndexOf('{'))) as { seconds: number; cpu: number; bytes: number };
  const command = `npm run bench -- export --items ${items} --codes ${kind}`;
  recordFigure({ name: 'export-10m-s', value: seconds, unit: `s for ${items} items x ${TABLES} tables x ${BITS} bits, pages and Parquet (${cpu.toFixed(0)} s of CPU time)`, goal: '<= 60', command });
  recordFigure({ name: 'export-10m-memory', value: bytes / GIB, unit: 'GiB, the most that the process held', goal: '<= 1', command });
}

async function prepare(items: number, kind: string, folder: string, store: ReturnType<typeof openStore>, recipe: { stage: 'encode'; parameters: Record<string, unknown>; inputs: [] | readonly never[] }): Promise<void> {
  const codes = fixtureCodes(kind, items, TABLES, BITS / 8, 1);
  const keys = idKeys(items);
  if (keys.kind !== 'int64') return;
  const rows = 200_000;
  function* codeRows() {
    for (let first = 0; first < items; first += rows) {
      const end = Math.min(items, first + rows);
      const at = Array.from({ length: (end - first) * TABLES }, (_, i) => i);
      yield { item: Int32Array.from(at, (i) => first + Math.floor(i / TABLES)), table: Int32Array.from(at, (i) => i % TABLES), code: codes.slice((first * TABLES * BITS) / 8, (end * TABLES * BITS) / 8) };
    }
  }
  await writeParquetFile(join(folder, 'codes.parquet'), codesSchema(BITS), codeRows(), { dress: 'internal' });
  await writeParquetFile(join(folder, 'items.parquet'), ITEM_IDS, [{ id: keys.values }], { dress: 'internal' });
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
