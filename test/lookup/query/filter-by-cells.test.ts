import assert from 'node:assert/strict';
import { beforeAll, describe, it } from 'vitest';
import type { Filter, HashIndex, Payload } from '@hashloom/lookup';
import { nearestByCosine } from '../../reference/nearest-by-cosine.ts';
import { filterByFields } from '../../reference/filter-by-fields.ts';
import { buildCells } from '../cells/cells-in-memory.ts';
import { clusteredVectors } from '../cells/clustered-vectors.ts';
import { buildIndex, ids, type IndexInMemory, openCounting, texts } from '../index-in-memory.ts';

const ITEMS = 12_000;
const D = 384;
const CELLS = '000102030405060708090a0b0c0d0e0f';
const QUERIES = 25;

describe('vectors with a filter', () => {
  const all = clusteredVectors(ITEMS + QUERIES, D, 100);
  const vectors = all.subarray(0, ITEMS * D);
  const queries = Array.from({ length: QUERIES }, (_, q) =>
    all.subarray((ITEMS + q) * D, (ITEMS + q + 1) * D),
  );
  const payloads = Array.from({ length: ITEMS }, (_, i): Payload => ({
    /** Of each a hundredth, wherever they lie. */
    part: (i * 7919) % 100,
    /** Those of one corner. */
    side: vectors[i * D]! > 0.9 && vectors[i * D + 1]! > 0.5 ? 'corner' : 'else',
    url: `u/${i}/${'x'.repeat(250)}`,
  }));
  let parts: IndexInMemory;

  beforeAll(() => {
    const keys = ids(...Array.from({ length: ITEMS }, (_, i) => BigInt(i)));
    const { map, bin } = buildCells(vectors, { dimensions: D, cells: 180, keys });
    const base = buildIndex({
      keys,
      codes: Uint8Array.from({ length: ITEMS }, (_, i) => i % 251),
      tables: 1,
      codeBytes: 1,
      payloads: texts(payloads.map((payload) => JSON.stringify(payload))),
      fields: { part: 'number', side: 'string', url: 'string' },
      beside: new Map([
        ['cells.map', map],
        ['cells.bin', bin],
      ]),
    });
    const { lineage } = base.manifest;
    parts = {
      ...base,
      manifest: { ...base.manifest, lineage: [...lineage, { stage: 'cells', key: CELLS }] },
    };
  });

  async function recallOf(index: HashIndex, filter: Filter) {
    const passing = payloads.flatMap((payload, i) => (filterByFields(filter, payload) ? [i] : []));
    const own = new Float32Array(passing.length * D);
    passing.forEach((i, at) => own.set(vectors.subarray(i * D, (i + 1) * D), at * D));
    let found = 0;
    let complete = 0;
    for (const vector of queries) {
      const truth = nearestByCosine(own, vector, D, 10).map((row) => String(passing[row]));
      const answer = await index.query({ vector, filter });
      for (const { id } of answer.matches)
        assert.ok(filterByFields(filter, payloads[Number(id)]!), `${id} does not pass`);
      if (answer.complete) {
        complete++;
        found += answer.matches.filter(({ id }) => truth.includes(id)).length;
      }
    }
    return { passing: passing.length, complete, recall: found / (10 * complete) };
  }

  /** Of so many queries a cold answer may be complete, at least and at most. */
  const filters: [string, Filter, number, number][] = [
    ['a hundredth', { part: 3 }, 0, 0],
    ['a third', { part: { $lt: 33 } }, QUERIES / 2, QUERIES],
    ['nine of ten', { part: { $gte: 10 } }, QUERIES / 2, QUERIES],
    ['those of a corner', { side: 'corner' }, 0, QUERIES],
    ['a field without a column', { url: { $lt: 'u/3' } }, QUERIES / 2, QUERIES],
    ['one of a field without a column', { url: { $lt: 'u/1' } }, 0, 0],
  ];
  for (const [what, filter, least, most] of filters) {
    it(`${what}: complete answers hold 95 of 100 nearest, cold and warm`, async () => {
      const { index: warm } = openCounting(parts);
      await warm.warm();
      const ofWarm = await recallOf(warm, filter);
      assert.equal(ofWarm.complete, ofWarm.passing < 10 ? 0 : QUERIES);
      if (ofWarm.complete > 0) assert.ok(ofWarm.recall >= 0.95, `warm ${JSON.stringify(ofWarm)}`);
      const { index: cold } = openCounting(parts);
      const ofCold = await recallOf(cold, filter);
      if (ofCold.complete > 0) assert.ok(ofCold.recall >= 0.95, `cold ${JSON.stringify(ofCold)}`);
      assert.ok(ofCold.complete >= least && ofCold.complete <= most, `${ofCold.complete} are`);
    });
  }
});
