import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { evaluateCodes } from '../../cli/evaluate/evaluate-codes.ts';
import { AFFINITY, DATA_HELD_OUT, DATA_ITEMS, DATA_TRUTH } from '../../schemas/tables.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../../examples/python/method.py', import.meta.url));
const [ITEMS, FACTION] = [600, 6];

/**
 * examples/python/method.py loads what `hashloom index data` writes, and its codes can be measured.
 */
export async function ownMethod(python: string, scratch: string): Promise<void> {
  const data = join(scratch, 'data');
  await mkdir(data, { recursive: true });
  const members = (item: number) =>
    Array.from({ length: FACTION }, (_, k) => item - (item % FACTION) + k).filter(
      (other) => other !== item,
    );
  const pairs = Array.from({ length: ITEMS }, (_, item) =>
    members(item).map((other) => [item, other] as const),
  ).flat();
  const [left, right] = [Int32Array.from(pairs, ([a]) => a), Int32Array.from(pairs, ([, b]) => b)];
  const words = Array.from({ length: ITEMS }, (_, item) => `word${String(item).padStart(4, '0')}`);
  const write = async (name: string, bytes: Uint8Array) => await writeFile(join(data, name), bytes);
  const profile = { profile: 'published' } as const;
  await write(
    'items.parquet',
    await encodeParquet(
      DATA_ITEMS,
      {
        number: Int32Array.from(words, (_, id) => id),
        item: words,
        count: new BigInt64Array(ITEMS).fill(1n),
      },
      profile,
    ),
  );
  await write(
    'truth.parquet',
    await encodeParquet(DATA_TRUTH, { item: left, relevant: right }, profile),
  );
  await write(
    'training.parquet',
    await encodeParquet(AFFINITY, { row: left, column: right }, profile),
  );
  await write(
    'held-out.parquet',
    await encodeParquet(
      DATA_HELD_OUT,
      { item: left.slice(0, 1), relevant: right.slice(0, 1) },
      profile,
    ),
  );
  const codes = join(scratch, 'own.parquet');
  const { stdout } = await run(python, [SCRIPT, data, codes]);
  assert.equal(stdout, `${ITEMS} items, ${pairs.length} pairs, 1 held out, 0 hard negatives\n`);
  const { metrics, items, tables, bits } = await evaluateCodes({
    codes,
    truth: join(data, 'truth.parquet'),
    queries: 200,
    seed: 1,
  });
  assert.deepEqual([items, tables, bits], [ITEMS, 3, 8]);
  assert.ok(metrics['f1']! > 3 * metrics['shuffledF1']!, JSON.stringify(metrics));
  process.stdout.write(
    `ok: codes of examples/python/method.py, F1 ${metrics['f1']!.toFixed(3)} against ` +
      `${metrics['shuffledF1']!.toFixed(3)} of shuffled buckets\n`,
  );
}
