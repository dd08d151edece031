import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeInterchangeFiles } from '../store/interchange-files.ts';

const SCRIPT = fileURLToPath(new URL('../../../test/recipes/read-tables.py', import.meta.url));

/** pyarrow and DuckDB of that Python read every kind of table as it was written. */
export async function readTables(python: string, folder: string): Promise<void> {
  const files = await writeInterchangeFiles(folder);
  const { stdout } = await promisify(execFile)(python, [SCRIPT, ...files.map(({ path }) => path)], {
    maxBuffer: 2 ** 30,
  });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { pyarrow: unknown; duckdb: unknown });
  for (const [at, { name, rows }] of files.entries()) {
    assert.deepEqual(lines[at]!.pyarrow, rows, `pyarrow, ${name}`);
    assert.deepEqual(lines[at]!.duckdb, rows, `DuckDB, ${name}`);
  }
  process.stdout.write(`ok: ${files.length} tables by pyarrow and by DuckDB\n`);
}
