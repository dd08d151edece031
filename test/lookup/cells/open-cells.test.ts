import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { IndexFormatError } from '@hashloom/lookup';
import { openCells, readMeter } from '@hashloom/lookup/internal';
import { encodeUtf8 } from '../../../store/tables/utf8-column.ts';
import { nearestByCosine } from '../../reference/nearest-by-cosine.ts';
import { buildCells, type CellFiles, cellParts } from './cells-in-memory.ts';
import { clusteredVectors } from './clustered-vectors.ts';

const ITEMS = 10_000;
const D = 64;

describe('cells of vectors', () => {
  const all = clusteredVectors(ITEMS + 100, D, 200);
  const vectors = all.subarray(0, ITEMS * D);
  const queries = Array.from({ length: 100 }, (_, q) =>
    all.subarray((ITEMS + q) * D, (ITEMS + q + 1) * D),
  );
  const ids = BigInt64Array.from({ length: ITEMS }, (_, i) => BigInt(3 * i - 500));
  const keys = { kind: 'int64', values: ids } as const;
  const files = buildCells(vectors, { dimensions: D, cells: 400, keys });
  const truth = queries.map((query) =>
    nearestByCosine(vectors, query, D, 10).map((row) => String(ids[row])),
  );
  const recall = (found: readonly string[][]) =>
    found.reduce((sum, ids, q) => sum + ids.filter((id) => truth[q]!.includes(id)).length, 0) /
    (10 * queries.length);

  it('answer cold in two rounds and 256 KiB, nearly as looking at all vectors does', async () => {
    const found: string[][] = [];
    for (const vector of queries) {
      const parts = cellParts(files, ITEMS);
      const cells = openCells(parts);
      assert.equal(await cells.dimensions(), D);
      const meter = readMeter();
      const { ids, candidates, all } = await cells.search({ vector, topK: 10 }, meter);
      assert.ok(meter.rounds <= 2, `${meter.rounds} rounds`);
      const bytes = parts.reads.reduce((sum, [, each]) => sum + each, 0);
      assert.ok(bytes <= 256 * 1024, `${bytes} bytes`);
      assert.ok(candidates >= 10 && !all);
      found.push(ids);
    }
    assert.ok(recall(found) >= 0.95, `recall ${recall(found)}`);
  });

  it('answer from memory with the same scores, and as a look at all items where these are asked', async () => {
    const cells = openCells(cellParts(files, ITEMS));
    const resident = await cells.load();
    assert.equal(resident.dimensions, D);
    const found = queries.map((vector) => resident.search({ vector, topK: 10, candidates: 2000 }));
    assert.ok(recall(found.map(({ ids }) => ids)) >= 0.95);
    for (const [q, vector] of queries.slice(0, 10).entries()) {
      const cold = await cells.search({ vector, topK: 10, candidates: 2000 });
      const warm = new Map(found[q]!.ids.map((id, k) => [id, found[q]!.scores[k]]));
      for (const [k, id] of cold.ids.entries())
        if (warm.has(id)) assert.equal(cold.scores[k], warm.get(id));
      const whole = resident.search({ vector, topK: ITEMS, candidates: ITEMS });
      assert.ok(whole.all);
      assert.equal(new Set(whole.ids).size, ITEMS);
      assert.deepEqual(
        whole.numbers.map((number) => String(ids[number])),
        whole.ids,
      );
      const every = await cells.search({ vector, topK: ITEMS }, undefined, 2 ** 40);
      assert.deepEqual(every, whole);
    }
  });

  it('know what they have read', async () => {
    const parts = cellParts(files, ITEMS);
    const cells = openCells(parts);
    await cells.search({ vector: queries[0]!, topK: 10 });
    const mapReads = parts.reads.filter(([part]) => part === 'cells.map').length;
    await cells.search({ vector: queries[0]!, topK: 10 });
    assert.equal(parts.reads.filter(([part]) => part === 'cells.map').length, mapReads);
  });

  it('are the same bytes again, and part large cells and equal vectors', async () => {
    assert.deepEqual(buildCells(vectors, { dimensions: D, cells: 400, keys }), files);
    const equal = new Float32Array(3000).fill(0.5);
    const few = buildCells(equal, { dimensions: 2, cells: 9, keys: idsOf(1500) });
    const found = await openCells(cellParts(few, 1500)).search({ vector: [1, 1], topK: 5 });
    assert.deepEqual(found.ids, ['0', '1', '2', '3', '4']);
    assert.ok(found.scores.every((score) => Math.abs(score - 1) < 1e-3));
    assert.ok(found.all);
  });

  it('have words as keys', async () => {
    const words = ['', 'a', 'zebra', 'ähre', '水'];
    const { offsets, bytes } = encodeUtf8(words, 'words');
    const own = buildCells(Float32Array.from([1, 0, 0, 1, -1, 0, 0, -1, 1, 1]), {
      dimensions: 2,
      cells: 2,
      keys: { kind: 'utf8', offsets, bytes },
    });
    const cells = openCells(cellParts(own, 5));
    for (const answer of [
      await cells.search({ vector: [1, 1], topK: 3 }),
      (await cells.load()).search({ vector: [1, 1], topK: 3 }),
    ])
      assert.deepEqual(answer.ids, ['水', '', 'a']);
  });

  it('refuse every byte that is not as written, and name the part', async () => {
    const few = buildCells(vectors.subarray(0, 200 * D), {
      dimensions: D,
      cells: 20,
      keys: idsOf(200),
    });
    for (const part of ['map', 'bin'] as const) {
      for (let at = 0; at < few[part].length; at += at < 128 ? 1 : 97) {
        const bytes = few[part].slice();
        bytes[at]! ^= 1 << (at % 8);
        const damaged: CellFiles = { ...few, [part]: bytes };
        await assert.rejects(
          openCells(cellParts(damaged, 200)).load(),
          (error) => error instanceof IndexFormatError && error.part === `cells.${part}`,
          `${part} at ${at}`,
        );
      }
    }
    const cut: CellFiles = { map: few.map, bin: few.bin.subarray(0, -1) };
    const parts = cellParts(cut, 200);
    parts.expected.binBytes++;
    await assert.rejects(openCells(parts).load(), IndexFormatError);
  });

  function idsOf(n: number) {
    return {
      kind: 'int64' as const,
      values: BigInt64Array.from({ length: n }, (_, i) => BigInt(i)),
    };
  }
});
