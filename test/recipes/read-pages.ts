import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { buildIndex, ids, openCounting, texts, words } from '../lookup/index-in-memory.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../../examples/python/read_pages.py', import.meta.url));
const [ITEMS, TABLES] = [2000, 3];

/**
 * examples/python/read_pages.py answers as lookup/ does, over words and over int64 ids, and refuses
 * a flipped byte.
 */
export async function readPages(python: string, scratch: string): Promise<void> {
  assert.ok(
    (await readFile(SCRIPT, 'utf8')).split('\n').length <= 200,
    'the reader is at most 200 lines',
  );
  const stream = new RandomStream(2, 1);
  // Few values in the first table, so that some lists leave their page.
  const codes = Uint8Array.from({ length: ITEMS * TABLES * 2 }, (_, at) =>
    stream.below(at % (2 * TABLES) < 2 ? 4 : 18),
  );
  const strings = Array.from(
    { length: ITEMS },
    (_, i) => `${i % 5 === 0 ? 'é' : 'w'}${'long'.repeat(i % 7)}${i}`,
  ).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const numbers = BigInt64Array.from({ length: ITEMS }, (_, i) => BigInt(i - 700) * 3n);
  for (const [keys, column, shared] of [
    [strings, words(...strings), false],
    [numbers, ids(...numbers), false],
    [strings, words(...strings), true],
    [strings, words(...strings), 'told'],
    [numbers, ids(...numbers), 'told'],
  ] as const) {
    const told = shared === 'told';
    const built = buildIndex({
      keys: column,
      codes,
      tables: TABLES,
      codeBytes: 2,
      shared: shared === true,
      ...(told && {
        payloads: texts([...(keys as Iterable<string | bigint>)].map((key) => `about ${key}`)),
      }),
    });
    let variant = told ? '-told' : '';
    if (shared === true) variant = '-shared';
    const folder = join(scratch, `pages-${built.manifest.kind}${variant}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'index.json'), JSON.stringify(built.manifest));
    for (const [name, bytes] of built.parts) await writeFile(join(folder, name), bytes);
    const { index } = openCounting(built);
    const queries = [...Array.from({ length: 12 }, (_, q) => String(keys[q * 150]!)), '999999'];
    const { stdout } = await run(python, [SCRIPT, folder, ...queries]);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { query: string; items: unknown[] | null });
    for (const [q, query] of queries.entries()) {
      const answer = await index.lookup(query);
      assert.deepEqual(
        lines[q]!.items?.map(String) ?? null,
        answer.found
          ? answer.items.flatMap((item, at) =>
              told ? [`${item},${answer.payloads![at]}`] : [item],
            )
          : null,
        query,
      );
    }
    const pages = Buffer.from(built.parts.get('buckets-0.pages')!);
    pages.fill(0xff, 1024, pages.length);
    await writeFile(join(folder, 'buckets-0.pages'), pages);
    await assert.rejects(
      run(python, [SCRIPT, folder, queries[0]!]),
      /FormatError: buckets-0\.pages/,
    );
    let extra = told ? ' with payloads' : '';
    if (shared === true) extra = ' whose codes meet across tables';
    process.stdout.write(
      `ok: ${queries.length} lookups from the pages of ` +
        `${built.manifest.kind}s${extra}, ` +
        `in plain Python\n`,
    );
  }
}
