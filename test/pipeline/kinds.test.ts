import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe } from 'vitest';
import { type HashIndex, openIndex } from '@hashloom/lookup';
import { publishedNeighbours } from '../../schemas/tables.ts';
import { decodeParquet, encodeParquet } from '../../store/tables/parquet.ts';
import { it } from './on-temporal.ts';
import { type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';

const ITEMS = 96;
const FEW = {
  vocabulary: { minimumCount: 1, common: 0 },
  affinity: { minimumPmi: 0, minimumWeight: 0.5, top: 20 },
  heldOut: { pairs: 20 },
  evaluation: { queries: 20 },
};

/**
 * Baskets of neighbours on a ring of items, whose ids are integers beyond 32 bits: neighbours of
 * neighbours are hard negatives.
 */
function baskets(): bigint[][] {
  return Array.from({ length: 600 }, (_, k) =>
    Array.from({ length: 4 }, (_, place) => 5_000_000_000n + BigInt((k * 5 + place) % ITEMS)),
  );
}

function messagesOf(error: unknown): string {
  const messages: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) messages.push(cause.message);
  return messages.join('; ');
}

describe('sequences and pairs, from files to lookup by id', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(1);
  });
  async function publish(
    index: string,
    files: Record<string, Uint8Array | string>,
    source: Record<string, unknown>,
    change: Record<string, unknown> = {},
  ) {
    const folder = join(scratch.folder, index);
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(files))
      await writeFile(join(folder, name), content);
    const path = pathToFileURL(folder).href;
    const configuration = smallConfiguration(index, scratch, {
      ...FEW,
      ...change,
      source: { path, ...source },
    });
    const result = await reindex(temporal, configuration).catch((error: unknown) => {
      throw new Error(messagesOf(error), { cause: error });
    });
    const opened = await openIndex(fileURLToPath(`${configuration.store}/indexes/${index}`));
    return { result, opened, folder };
  }

  async function lookupAll(opened: HashIndex, ids: string[]) {
    const answers = await Promise.all(ids.map((id) => opened.lookup(id)));
    assert.equal(opened.manifest.kind, 'id');
    assert.deepEqual(
      answers.map(({ found }) => found),
      ids.map(() => true),
    );
    assert.equal((await opened.lookup('no such id')).found, false);
    await opened.close();
    return answers.map(({ buckets }) => buckets.map(({ code }) => code));
  }

  it('sequences are the same as JSON Lines and as Parquet', async () => {
    const lists = baskets();
    const ids = [...new Set(lists.flat().map(String))];
    const offsets = Int32Array.from({ length: lists.length + 1 }, (_, k) => 4 * k);
    const files = {
      jsonl: gzipSync(
        lists
          .map((list, k) =>
            k % 2 === 0 ? `[${list.join(',')}]` : JSON.stringify({ text: list.map(String) }),
          )
          .join('\n'),
      ),
      parquet: await encodeParquet(
        { text: 'list<utf8>' },
        { text: { offsets, values: lists.flat().map(String) } },
        { profile: 'internal' },
      ),
    };
    const codes = [];
    for (const [name, content] of Object.entries(files)) {
      const { opened } = await publish(
        `sequences-${name}`,
        { 'baskets.data': content },
        { kind: 'sequences' },
      );
      codes.push(await lookupAll(opened, ids));
    }
    assert.deepEqual(codes[1], codes[0]);
  });

  it('pairs of one set are the same in any order and any number of files', async () => {
    const pairs = baskets().flatMap(
      (list) =>
        [
          [list[0]!, list[1]!, 1.5],
          [list[2]!, list[3]!, 1],
        ] as const,
    );
    const csv = (rows: typeof pairs) =>
      `left,right,weight\n${rows.map((row) => row.join(',')).join('\n')}\n`;
    const source = { kind: 'pairs', delimiter: ',', header: true };
    const ids = [...new Set(pairs.flatMap(([left, right]) => [String(left), String(right)]))];
    const one = await publish('pairs-one', { 'a.csv': csv(pairs) }, source);
    const back = pairs.toReversed().map(([left, right, weight]) => [right, left, weight] as const);
    const two = await publish(
      'pairs-two',
      { 'a.csv': csv(back.slice(0, 500)), 'b.csv.gz': gzipSync(csv(back.slice(500))) },
      source,
    );
    assert.deepEqual(await lookupAll(two.opened, ids), await lookupAll(one.opened, ids));
  });

  it('pairs of two sets keep their sides apart', async () => {
    const lines = Array.from({ length: 800 }, (_, k) =>
      JSON.stringify({
        user: k % 40,
        item: (k * 7 + Math.floor(k / 40) * 3) % 40,
        rating: 1 + (k % 5),
      }),
    ).join('\n');
    const source = {
      kind: 'pairs',
      sides: 'two',
      columns: { left: 'user', right: 'item', weight: 'rating' },
    };
    const { opened, result } = await publish('pairs-sides', { 'ratings.jsonl': lines }, source, {
      affinity: { minimumPmi: -5, minimumWeight: 0, top: 20 },
      negatives: { perRow: 8, over: 'pairs' },
    });
    await lookupAll(opened, ['user:7', 'item:7']);
    const { missing } = await opened.query({ id: '7' });
    assert.deepEqual(missing?.spellings, ['user:7', 'item:7']);
    const { item, neighbour, relation, known, rank, score } = await decodeParquet(
      await readFile(fileURLToPath(`${result.uri}/neighbours.parquet`)),
      publishedNeighbours,
    );
    assert.ok(item.length > 0);
    assert.deepEqual([...new Set(relation)].toSorted(), ['goes with', 'is like']);
    assert.ok([...item.keys()].some((row) => relation[row] === 'goes with' && known[row] === 0));
    for (const [row, own] of item.entries()) {
      const [side, other] = [own, neighbour[row]!].map((id) => id.split(':')[0]);
      assert.equal(side === other, relation[row] === 'is like', `${own} ${neighbour[row]}`);
      const isFirst = own !== item[row - 1] || relation[row] !== relation[row - 1];
      // Links come first, then predicted ones; two of one side are never linked.
      if (relation[row] === 'is like') assert.equal(known[row], 0);
      else assert.ok(isFirst ? known[row] === 1 : known[row]! <= known[row - 1]!);
      assert.equal(rank[row], isFirst ? 1 : rank[row - 1]! + 1);
    }
    // The table and the pages say the same, whoever reads them.
    for (const name of ['goes with', 'is like'] as const) {
      const rows = [...item.keys()].filter(
        (row) => item[row] === 'user:7' && relation[row] === name,
      );
      const { matches } = await opened.query({ id: 'user:7', relation: name, topK: rows.length });
      assert.deepEqual(
        matches,
        rows.map((row) => ({
          id: neighbour[row],
          score: score[row],
          relation: name,
          known: known[row] === 1,
        })),
      );
    }
  });

  it('leaves out bad files where that is asked for, reads twice named ones once, and says so', async () => {
    const good = baskets()
      .map((list) => list.join(' '))
      .join('\n');
    const files = {
      'good.txt': good,
      'bad.gz': gzipSync(good).subarray(0, 500),
      'nul.txt': 'a b\0c',
    };
    const folder = pathToFileURL(join(scratch.folder, 'skipping')).href;
    const source = {
      kind: 'sequences',
      badFiles: 'skip',
      path: `${folder}/*.txt`,
      also: [`${folder}/g*`, folder],
    };
    const { result, opened } = await publish('skipping', files, source, { neighbours: { top: 0 } });
    const parts = opened.manifest.parts.map(({ name }) => name);
    await opened.close();
    assert.equal(result.corpus.skippedFiles, 2);
    assert.match(result.corpus.firstSkipped[0]!.reason, /bad\.gz: the gzip stream is cut off/u);
    assert.match(result.corpus.firstSkipped[1]!.reason, /nul\.txt: a NUL byte/u);
    assert.equal(result.corpus.repeatedFiles, 3);
    assert.equal(result.stages.find(({ name }) => name === 'list')?.rows, 3);
    // No lists were asked for.
    assert.equal(result.stages.find(({ name }) => name === 'relate')?.rows, 0);
    assert.ok(!parts.includes('neighbours.parquet') && parts.includes('codes.parquet'));
  });

  it('leaves out bad rows where that is asked for, up to a share, and lists them', async () => {
    const lines = baskets().map((list) => JSON.stringify(list.map(String)));
    const files = { 'a.jsonl': [...lines, '[""]', '{"no": 1}'].join('\n') };
    const source = { kind: 'sequences', badRows: 'skip', badRowsMost: 3 / (lines.length + 2) };
    const { result, opened } = await publish('bad-rows', files, source, { neighbours: { top: 0 } });
    await opened.close();
    assert.equal(result.corpus.skippedRows, 2);
    assert.match(
      result.corpus.firstSkippedRows[0]!,
      new RegExp(`a\\.jsonl line ${lines.length + 1}: an empty id`, 'u'),
    );
    assert.match(result.corpus.firstSkippedRows[1]!, /"items"|"text"/u);
    await assert.rejects(
      publish('too-bad-rows', files, { ...source, badRowsMost: 0 }, { neighbours: { top: 0 } }),
      /2 of \d+ rows are bad, more than source\.badRowsMost/u,
    );
  });

  it('refuses a weight that is negative or no number', async () => {
    for (const weight of ['-1', 'NaN']) {
      const line =
        `{"left":"a","right":"b","weight":1}\n` +
        `{"left":"a","right":"b","weight":${weight === 'NaN' ? '"NaN"' : weight}}`;
      await assert.rejects(
        publish(`weights-${weight.length}`, { 'a.jsonl': line }, { kind: 'pairs' }),
        /a\.jsonl line 2: the weight is .*, expected a number from 0 to/u,
      );
    }
  });
});
