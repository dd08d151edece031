import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { IndexFormatError, QueryError } from '@hashloom/lookup';
import { encodeVectors } from '../../../kernels/codes/encode-vectors.ts';
import { encodeDense } from '../../../store/tables/arrow-ipc.ts';
import { buildCells } from '../cells/cells-in-memory.ts';
import { clusteredVectors } from '../cells/clustered-vectors.ts';
import {
  buildIndex,
  IDENTITY,
  ids,
  type IndexInMemory,
  openCounting,
  words,
} from '../index-in-memory.ts';
import { randomLists } from './random-lists.ts';

/** The same version as an earlier release would have published it. */
function without({ manifest, parts }: IndexInMemory, ...names: string[]) {
  const isLeft = ({ name }: { name: string }) => !names.includes(name);
  return openCounting({
    manifest: { ...manifest, parts: manifest.parts.filter(isLeft) },
    parts: new Map([...parts].filter(([name]) => isLeft({ name }))),
  }).index;
}

describe('an index that an earlier release published', () => {
  const keys = Array.from({ length: 60 }, (_, i) => `w${String(i).padStart(2, '0')}`);
  const wordIndex = buildIndex({
    keys: words(...keys),
    codes: Uint8Array.from(keys, (_, i) => i % 4),
    tables: 1,
    codeBytes: 1,
    lists: randomLists(60, { top: 20, relations: [1, 2], seed: 3, full: true }).columns,
    beside: new Map([['common.txt', new TextEncoder().encode('the\n')]]),
  });

  it('answers from codes where it has no lists, and says so', async () => {
    const whole = without(wordIndex);
    assert.equal((await whole.query({ id: 'w07' })).rank, 'neighbours');
    const older = without(wordIndex, 'neighbours.pages');
    assert.equal(older.stats().lists, false);
    const { steps, answer } = await older.explain({ id: 'w07' });
    assert.equal(answer.rank, 'bucket');
    assert.equal(answer.matches.length, 10);
    assert.ok(answer.matches.every(({ relation }) => relation === 'near'));
    assert.match(steps.join('\n'), /no lists of neighbours were published with this index/);
    assert.equal((await older.query({ positive: ['w07', 'w11'] })).matches.length, 10);
    for (const query of [
      { id: 'w07', rank: 'neighbours' },
      { id: 'w07', relation: 'is like' },
    ] as const)
      await assert.rejects(older.query(query), (error) => error instanceof QueryError);
    const warm = await older.warm();
    assert.throws(() => warm.queryBatch(['w07']), /this index has no lists; ask with query/);
    assert.equal((await older.recall({ queries: 5 })).answered, 1);
  });

  it('does not know what was common where it has no such list', async () => {
    assert.equal((await without(wordIndex).query({ id: 'the' })).missing?.reason, 'common');
    const older = without(wordIndex, 'common.txt');
    assert.equal((await older.query({ id: 'the' })).missing?.reason, 'unknown');
  });

  it('answers vectors from codes where it has no cells, and says what it lacks without either', async () => {
    const [n, D] = [500, 16];
    const vectors = clusteredVectors(n, D, 20);
    const column = ids(...Array.from({ length: n }, (_, i) => BigInt(i)));
    const { map, bin } = buildCells(vectors, { dimensions: D, cells: 10, keys: column });
    const planes = clusteredVectors(64, D, 1, 9);
    const codes = new Uint8Array(n * 8);
    encodeVectors(vectors, D, new Float64Array(D), Float64Array.from(planes), codes);
    const dense = async (name: string, values: Float32Array) =>
      await encodeDense([{ name, width: D, values }], {});
    const built = buildIndex({
      keys: column,
      codes,
      tables: 4,
      codeBytes: 2,
      beside: new Map([
        ['cells.map', map],
        ['cells.bin', bin],
        ['hyperplanes.arrow', await dense('hyperplane', planes)],
        ['mean.arrow', await dense('mean', new Float32Array(D))],
      ]),
    });
    built.manifest.lineage.push({ stage: 'cells', key: IDENTITY });
    const vector = vectors.subarray(0, D);
    const whole = without(built);
    assert.deepEqual(
      [(await whole.query({ vector })).rank, whole.stats().vectors],
      ['cosine', true],
    );
    // However long or short a vector is, it is its direction that is asked.
    for (const factor of [1e300, 1e-300]) {
      const scaled = Array.from(vector, (value) => value * factor);
      const { matches } = await whole.query({ vector: scaled });
      assert.equal(matches[0]!.id, '0', `times ${factor}`);
    }
    const older = without(built, 'cells.map', 'cells.bin');
    const { steps, answer } = await older.explain({ vector });
    assert.ok(answer.rank === 'bucket' || answer.rank === 'hamming');
    assert.equal(answer.matches[0]!.id, '0');
    assert.match(steps.join('\n'), /no vectors were published with this index/);
    assert.deepEqual(
      [older.stats().vectors, older.stats().askedBy.includes('vector')],
      [false, true],
    );
    await assert.rejects(
      older.query({ vector, rank: 'cosine' }),
      /rank: this index has no vectors/,
    );
    await assert.rejects(
      older.query({ vector: [...vector, 1] }),
      /vector: expected 16 numbers, got 17/,
    );
    await assert.rejects(
      whole.query({ vector: [...vector, 1] }),
      /vector: expected 16 numbers, got 17/,
    );
    const oldest = without(built, 'cells.map', 'cells.bin', 'hyperplanes.arrow', 'mean.arrow');
    assert.equal(oldest.stats().askedBy.includes('vector'), false);
    await assert.rejects(oldest.query({ vector }), /vector: this index has no encoder of vectors/);
    assert.equal((await oldest.query({ id: '0' })).complete, true);
  });

  it('that lacks what every version has is named as damaged', async () => {
    for (const part of ['items.pages', 'buckets-0.pages'])
      await assert.rejects(
        without(wordIndex, part, 'neighbours.pages').query({ id: 'w07' }),
        (error) => error instanceof IndexFormatError && error.message.includes(`a part ${part}`),
      );
  });
});
