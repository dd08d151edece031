import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { pathToFileURL } from 'node:url';
import { filterArtifact } from '../../../activities/affinity/name-filtered.ts';
import { type ListParameters, relateArtifact } from '../../../activities/affinity/name-lists.ts';
import { relate, type RelateInput } from '../../../activities/affinity/relate.ts';
import { LIST_BLOCK_ITEMS, readLists } from '../../../activities/index/read-lists.ts';
import { encodeNeighbours } from '../../../activities/index/neighbour-rows.ts';
import { lookingContext } from '../../../cli/plan/planning-context.ts';
import { linkGraph } from '../../../kernels/affinity/link-graph.ts';
import { relateRows } from '../../../kernels/affinity/relate-rows.ts';
import { evenOffsets } from '../../../kernels/pages/keys.ts';
import { toInt64 } from '../../../kernels/numbers/int64.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { rowOfEntries } from '../../../kernels/numbers/row-of-entries.ts';
import {
  AFFINITY,
  publishedIdNeighbours,
  publishedNeighbours,
  RUN,
} from '../../../schemas/tables.ts';
import { artifactComplete, artifactReference, writeArtifact } from '../../../store/artifacts.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import { decodeParquet, encodeParquet } from '../../../store/tables/parquet.ts';
import { encodeUtf8 } from '../../../store/tables/utf8-column.ts';
import { fromPairs } from '../../reference/sparse-rows.ts';

const WORDS = 2 * LIST_BLOCK_ITEMS + 700;
const FILTERED = [0, 1000, 5000, WORDS];

describe('relate', () => {
  let folder: string;
  let store: Store;
  let input: Omit<RelateInput, 'from' | 'to' | keyof ListParameters> & {
    affinity: ListParameters['affinity'];
  };
  const context = lookingContext(openStore);
  const D = fromPairs(WORDS, drawPairs());
  const weightOf = (i: number, j: number) => 1 + ((Math.min(i, j) * 31 + Math.max(i, j) * 17) % 97);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-relate-test-'));
    store = openStore(pathToFileURL(folder).href);
    const rows = artifactReference({ stage: 'merge', parameters: {}, inputs: [] });
    const passed = { rows, minimumPmi: 1, minimumWeight: 1 };
    for (const [at, to] of FILTERED.slice(1).entries()) {
      const range = { from: FILTERED[at]!, to };
      const { artifact, parameters, inputs } = filterArtifact(passed, range);
      const kept = upperHalf(range.from, to);
      const bytes = await encodeParquet(RUN, kept, { profile: 'internal', rowGroupRows: 3000 });
      await write(artifact, parameters, inputs, 'kept.parquet', bytes, kept.row.length);
    }
    const affinity = artifactReference({ stage: 'filter', parameters: {}, inputs: [rows] });
    const table = { row: rowOfEntries(D.offsets), column: Int32Array.from(D.columns) };
    const bytes = await encodeParquet(AFFINITY, table, { profile: 'internal' });
    await write(affinity, {}, [rows], 'affinity.parquet', bytes, table.row.length);
    input = {
      store: store.uri,
      force: false,
      affinity,
      filtered: { ...passed, ranges: FILTERED },
    };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('leaves the lists of its rows, the same in any ranges and from any block on', async () => {
    const weights = Float32Array.from(rowOfEntries(D.offsets), (row, at) =>
      weightOf(row, D.columns[at]!),
    );
    const graph = linkGraph({ ...D, columns: D.columns.slice() }, weights, 40);
    const expected = relateRows(graph, { from: 0, to: WORDS, top: 6 });
    const lists = { affinity: input.affinity, top: 6, postings: 40 };
    for (const ranges of [
      [0, WORDS],
      [0, 4096, 8192, WORDS],
      [0, 1, 2999, 3000, 8000, WORDS],
    ]) {
      for (const [at, to] of ranges.slice(1).entries()) {
        const output = await relate({ ...input, ...lists, from: ranges[at]!, to }, context);
        assert.equal(output.cached, false);
      }
      const blocks = [];
      for await (const block of readLists(store, { ...lists, ranges }, 0, WORDS))
        blocks.push(block);
      assert.deepEqual(
        blocks.map(({ first, end }) => [first, end]),
        [
          [0, 4096],
          [4096, 8192],
          [8192, WORDS],
        ],
      );
      assert.deepEqual(
        blocks.flatMap(({ items }) => [...items]),
        [...expected.rows],
      );
      assert.deepEqual(
        blocks.flatMap(({ relations }) => [...relations]),
        [...expected.relations],
      );
      assert.deepEqual(
        blocks.flatMap(({ scales }) => [...scales]),
        [...expected.scales],
      );
      for (const column of ['neighbours', 'scores', 'known'] as const)
        assert.deepEqual(
          blocks.flatMap((block) => [...block[column]]),
          [...expected[column]],
        );
      const sizes = blocks.flatMap(({ starts }) =>
        [...starts.subarray(1)].map((end, list) => end - starts[list]!),
      );
      assert.deepEqual(sizes, [...expected.sizes]);
      const behind = [];
      for await (const block of readLists(store, { ...lists, ranges }, 4096, 5000))
        behind.push(block);
      assert.equal(behind.length, 1);
      assert.deepEqual(
        [...behind[0]!.items],
        [...expected.rows].filter((row) => row >= 4096 && row < 5000),
      );
      await rm(join(folder, 'artifacts/relate'), { recursive: true });
    }
  });

  it('leaves nothing where it is cancelled, and is not made again where it is there', async () => {
    const lists = { affinity: input.affinity, top: 3, postings: 7 };
    const own = { ...input, ...lists, from: 0, to: 3000 };
    const { artifact } = relateArtifact(lists, own);
    const cancelled = new Error('cancelled');
    let reports = 0;
    const stopping = {
      ...context,
      onProgress: () => {
        reports += 1;
        if (reports === 5) throw cancelled;
      },
    };
    await assert.rejects(relate(own, stopping), cancelled);
    assert.equal(await artifactComplete(store, artifact), undefined);
    assert.equal((await relate(own, context)).cached, false);
    assert.equal((await relate(own, context)).cached, true);
  });

  it('is published as rows by rank, of equal scores the smaller item first', async () => {
    const block = {
      first: 0,
      end: 4,
      items: Int32Array.of(0, 0, 3),
      relations: Int32Array.of(1, 2, 2),
      scales: Float32Array.of(2, 1, 0.5),
      starts: Int32Array.of(0, 3, 4, 6),
      neighbours: Int32Array.of(1, 2, 3, 2, 0, 1),
      scores: Int32Array.of(51, 255, 51, 255, 102, 255),
      known: Int32Array.of(1, 1, 1, 0, 0, 1),
    };
    const keys = encodeUtf8(['a', 'bé', 'c', 'd'], 'key');
    const table = await decodeParquet(
      await encodeNeighbours('utf8', keys, block),
      publishedNeighbours,
    );
    assert.deepEqual(table, {
      item: ['a', 'a', 'a', 'a', 'd', 'd'],
      neighbour: ['c', 'bé', 'd', 'c', 'bé', 'a'],
      rank: Int32Array.of(1, 2, 3, 1, 1, 2),
      score: Float32Array.of(2, 0.4, 0.4, 1, 0.5, 0.2),
      relation: ['goes with', 'goes with', 'goes with', 'is like', 'is like', 'is like'],
      known: Int32Array.of(1, 1, 1, 0, 1, 0),
    });
    const ids = BigInt64Array.of(-5n, 7n, 8n, 2n ** 60n);
    const byId = await decodeParquet(
      await encodeNeighbours(
        'int64',
        { bytes: new Uint8Array(ids.buffer), offsets: evenOffsets(4, 8) },
        block,
      ),
      publishedIdNeighbours,
    );
    assert.deepEqual(byId.item, BigInt64Array.of(-5n, -5n, -5n, -5n, 2n ** 60n, 2n ** 60n));
    assert.deepEqual(byId.neighbour, BigInt64Array.of(8n, 7n, 2n ** 60n, 8n, 7n, -5n));
  });

  function upperHalf(from: number, to: number) {
    const pairs: [number, number][] = [];
    for (let i = from; i < to; i++) {
      const own = D.columns.subarray(D.offsets[i], D.offsets[i + 1]);
      for (const j of own) if (j > i) pairs.push([i, j]);
      // One that passed the filter and was not kept in D.
      if (i % 50 === 0 && i + 1 < WORDS && !own.includes(WORDS - 1)) pairs.push([i, WORDS - 1]);
    }
    return {
      row: Int32Array.from(pairs, ([i]) => i),
      column: Int32Array.from(pairs, ([, j]) => j),
      sum: toInt64(Float64Array.from(pairs, ([i, j]) => weightOf(i, j))),
    };
  }

  async function write(
    reference: ListParameters['affinity'],
    parameters: Record<string, unknown>,
    inputs: ListParameters['affinity'][],
    name: string,
    bytes: Uint8Array,
    rows: number,
  ): Promise<void> {
    await writeArtifact(store, reference, {
      parameters,
      inputs,
      parts: [{ name, bytes, rows }],
      rows,
      facts: { words: WORDS },
      seconds: 0,
      origin: { codeVersion: 'test' },
    });
  }
});

/** Some five links a word, a hub at 17, and every tenth word without any. */
function drawPairs(): [number, number][] {
  const stream = new RandomStream(1, 0);
  const pairs: [number, number][] = [];
  for (let i = 0; i < WORDS; i++) {
    if (i % 10 === 3) continue;
    for (let k = 0; k < 3; k++) {
      const j = stream.below(WORDS);
      if (j % 10 !== 3) pairs.push([i, j]);
    }
    if (i % 20 === 0) pairs.push([i, 17]);
  }
  return pairs;
}
