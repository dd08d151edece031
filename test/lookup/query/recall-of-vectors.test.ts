import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { nearestByCosine } from '../../reference/nearest-by-cosine.ts';
import { openCounting } from '../index-in-memory.ts';
import { DIMENSIONS, vectorsInCells, VECTORS } from './indexes-of-thousands.ts';

describe('recall of an index of vectors', () => {
  const { built, vectors } = vectorsInCells();

  it('is that of its cells against the cosine, and not that of its codes', async () => {
    const { index } = openCounting(built);
    const report = await index.recall({ queries: 50 });
    assert.deepEqual([report.by, report.queries, report.topK], ['vector', 50, 10]);
    // Codes of this index are a pattern that has nothing to do with its vectors.
    assert.ok(report.recall > 0.9 && report.recall <= 1, `recall ${report.recall}`);
    assert.equal(report.listRecall, undefined);
    const after = await index.query({ vector: vectors.subarray(0, DIMENSIONS) });
    assert.ok(after.usage.requests > 0, 'queries read from where the index lies, as before');
    // The same by hand, of items that are asked by their true vectors.
    let found = 0;
    for (let q = 0; q < 50; q++) {
      const row = Math.floor((q * VECTORS) / 50);
      const vector = vectors.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS);
      const truth = nearestByCosine(vectors, vector, DIMENSIONS, 11).map(String);
      const { matches } = await index.query({ vector, topK: 11 });
      const right = matches.filter(({ id }) => id !== String(row) && truth.includes(id));
      found += right.length;
    }
    assert.ok(Math.abs(found / 500 - report.recall) < 0.07, `${found / 500}, ${report.recall}`);
  });

  it('is less where fewer candidates are looked at, and 1 where all are', async () => {
    const { index } = openCounting(built);
    await index.warm();
    const [few, all] = [
      await index.recall({ queries: 40, candidates: 20 }),
      await index.recall({ queries: 40, candidates: VECTORS }),
    ];
    assert.equal(all.recall, 1);
    assert.ok(few.recall < 0.9, `recall ${few.recall}`);
  });
});
