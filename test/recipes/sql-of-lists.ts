import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publishedNeighbours } from '../../schemas/tables.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import { randomLists, type ReferenceList } from '../lookup/query/random-lists.ts';

const PAGE = fileURLToPath(new URL('../../../docs/how-to/python-and-duckdb.md', import.meta.url));
const RUN = `
import json, sys, duckdb
for query in json.load(open("queries.json")):
    print(json.dumps(duckdb.sql(query).fetchall()))
`;
const ITEMS = 200;

type Row = (string | number | string[])[];

/** The SQL of docs/how-to/python-and-duckdb.md over neighbours.parquet says what its lists say. */
export async function sqlOfLists(python: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const others = Array.from({ length: ITEMS - 2 }, (_, i) => `w${1000 + i}`);
  const strings = ['bread', ...others, 'wine'];
  const { reference } = randomLists(ITEMS, { top: 60, relations: [1, 2], seed: 4 });
  await writeFile(join(folder, 'neighbours.parquet'), await tableOf(strings, reference));
  const blocks = [...(await readFile(PAGE, 'utf8')).matchAll(/```sql\n(.*?)```/gs)];
  const queries = blocks.map(([, sql]) => sql!).filter((sql) => sql.includes('neighbours.parquet'));
  await writeFile(join(folder, 'queries.json'), JSON.stringify(queries));
  const { stdout } = await promisify(execFile)(python, ['-c', RUN], { cwd: folder });
  const answers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row[]);
  assert.equal(answers.length, 4);

  const listOf = (word: string, relation: string) =>
    (
      reference[strings.indexOf(word)]!.find((list) => list.relation === relation)?.entries ?? []
    ).map(({ number, ...entry }) => ({ ...entry, word: strings[number]! }));
  const both = ['bread', 'wine'].map((word) => listOf(word, 'is like'));
  assert.ok(both.every((list) => list.length > 10));
  assert.deepEqual(
    answers[0],
    both[0]!.slice(0, 10).map(({ word, score, known }) => [word, score, known ? 1 : 0]),
  );
  assert.deepEqual(
    answers[1],
    ['bread', 'wine'].flatMap((item) =>
      ['goes with', 'is like']
        .map((relation) => ({ relation, best: listOf(item, relation).slice(0, 5) }))
        .filter(({ best }) => best.length > 0)
        .map(({ relation, best }) => [item, relation, best.map(({ word }) => word)]),
    ),
  );
  const sums = new Map<string, [lists: number, score: number]>();
  for (const { word, score } of both.flat()) {
    const [lists, sum] = sums.get(word) ?? [0, 0];
    sums.set(word, [lists + 1, sum + score]);
  }
  for (const word of ['bread', 'wine']) sums.delete(word);
  const merged = [...sums].map(([word, [lists, score]]) => [word, lists, score] as const);
  merged.sort((a, b) => b[1] - a[1] || b[2] - a[2] || (a[0] < b[0] ? -1 : 1));
  assert.deepEqual(answers[2], merged.slice(0, 10));
  assert.deepEqual(
    answers[3],
    strings
      .map((item) => [item, listOf(item, 'is like').find(({ known }) => !known)?.word])
      .filter(([, word]) => word !== undefined)
      .sort((a, b) => (a[0]! < b[0]! ? -1 : 1)),
  );
  process.stdout.write(`ok: ${queries.length} queries of lists in SQL\n`);
}

/** A row an entry, in the order of the published table. */
async function tableOf(
  strings: readonly string[],
  reference: readonly ReferenceList[][],
): Promise<Uint8Array> {
  const rows = reference.flatMap((lists, item) =>
    lists.flatMap(({ relation, entries }) =>
      entries.map((entry, k) => ({ ...entry, item, relation, rank: k + 1 })),
    ),
  );
  return await encodeParquet(
    publishedNeighbours,
    {
      item: rows.map(({ item }) => strings[item]!),
      neighbour: rows.map(({ number }) => strings[number]!),
      rank: Int32Array.from(rows, ({ rank }) => rank),
      score: Float32Array.from(rows, ({ score }) => score),
      relation: rows.map(({ relation }) => relation),
      known: Int32Array.from(rows, ({ known }) => (known ? 1 : 0)),
    },
    { profile: 'published' },
  );
}
