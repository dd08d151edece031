import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Query, QueryAnswer } from '@hashloom/lookup';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { serveFolders } from '../browser/static-server.ts';
import {
  buildIndex,
  ids,
  type IndexInMemory,
  openCounting,
  words,
} from '../lookup/index-in-memory.ts';
import { randomLists } from '../lookup/query/random-lists.ts';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('../../../examples/python/', import.meta.url));
const SCRIPT = join(FOLDER, 'query.py');
const [ITEMS, TABLES, TOP] = [1500, 2, 8];
const MOST_LINES = 200;

interface Line {
  query: string;
  matches: QueryAnswer['matches'];
  found: boolean;
}

/**
 * examples/python/query.py ranks as query() does from lists, over words and over int64 ids, from a
 * folder and from a web server, gives the same codes, and refuses a flipped byte.
 */
export async function queryLists(python: string, scratch: string): Promise<void> {
  for (const name of ['query.py', 'page_format.py', 'index_folder.py']) {
    const lines = (await readFile(join(FOLDER, name), 'utf8')).split('\n').length;
    assert.ok(lines <= MOST_LINES, `${name}: at most ${MOST_LINES} lines, got ${lines}`);
  }
  const strings = Array.from(
    { length: ITEMS },
    (_, i) => `${i % 5 === 0 ? 'é' : 'w'}${'long'.repeat(i % 7)}${i}`,
  ).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const numbers = BigInt64Array.from({ length: ITEMS }, (_, i) => BigInt(i - 700) * 3n);
  const stream = new RandomStream(4, 1);
  const codes = Uint8Array.from({ length: ITEMS * TABLES * 2 }, () => stream.below(256));
  // Lists of up to 400 leave their page for the overflow; a third of the lists are not there.
  const { columns } = randomLists(ITEMS, { top: 400, relations: [1, 2, 3], seed: 7 });
  for (const [keys, column] of [
    [strings, words(...strings)],
    [[...numbers].map(String), ids(...numbers)],
  ] as const) {
    const built = buildIndex({ keys: column, codes, tables: TABLES, codeBytes: 2, lists: columns });
    const folder = join(scratch, `lists-${built.manifest.kind}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'index.json'), JSON.stringify(built.manifest));
    for (const [name, bytes] of built.parts) await writeFile(join(folder, name), bytes);
    const asked = [...keys.filter((_, i) => i % 60 === 7), 'none', '-0', '9'.repeat(30)];
    await compareRanks(python, folder, built, asked);
    await compareCodes(python, folder, built, asked[0]!);
    const damaged = Buffer.from(built.parts.get('neighbours.pages')!);
    damaged.fill(0xff, 40_000);
    await writeFile(join(folder, 'neighbours.pages'), damaged);
    await assert.rejects(
      run(python, [SCRIPT, folder, ...asked.slice(0, 20)]),
      /FormatError: neighbours\.pages/,
    );
    process.stdout.write(
      `ok: ${asked.length} queries of ${built.manifest.kind}s from lists, in plain Python\n`,
    );
  }
}

async function compareRanks(
  python: string,
  folder: string,
  built: IndexInMemory,
  asked: readonly string[],
): Promise<void> {
  const { index } = openCounting(built);
  const server = await serveFolders({ index: folder });
  try {
    for (const relation of [undefined, 'is like', 'goes with', 'near'] as const) {
      const chosen = relation === undefined ? [] : ['--relation', relation];
      const remote = relation === undefined || relation === 'near';
      const place = remote ? `${server.uri}/index` : folder;
      const { stdout } = await run(python, [
        SCRIPT,
        '--top-k',
        String(TOP),
        ...chosen,
        '--',
        place,
        ...asked,
      ]);
      const lines = stdout.trim().split('\n');
      assert.equal(lines.length, asked.length);
      for (const [q, id] of asked.entries()) {
        const line = JSON.parse(lines[q]!) as Line;
        const query: Query = { id, topK: TOP, rank: 'neighbours', ...(relation && { relation }) };
        const { matches, missing } = await index.query(query);
        const expected = { query: id, matches, found: missing === undefined };
        assert.deepEqual(line, expected, `${id}, ${relation}`);
      }
    }
    const ranges = server.asked.filter((request) => request.includes('.pages'));
    assert.ok(ranges.length > 0 && ranges.every((request) => / bytes=\d+-\d+$/.test(request)));
  } finally {
    await server.stop();
  }
}

async function compareCodes(
  python: string,
  folder: string,
  built: IndexInMemory,
  id: string,
): Promise<void> {
  const { index } = openCounting(built);
  const script =
    'import sys, json; sys.path.insert(0, sys.argv[1]); from query import Index; ' +
    'print(json.dumps([code.tobytes().hex() for code in Index(sys.argv[2]).codes(sys.argv[3])]))';
  const { stdout } = await run(python, ['-c', script, FOLDER, folder, id]);
  const [item] = await index.fetch([id]);
  assert.deepEqual(JSON.parse(stdout), item!.code);
}
