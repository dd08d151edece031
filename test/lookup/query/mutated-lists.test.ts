import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { IndexFormatError } from '@hashloom/lookup';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { buildIndex, openCounting, words } from '../index-in-memory.ts';
import { randomLists } from './random-lists.ts';

/** Of queries over an index with a byte of `neighbours.pages` that is another. */
const TRIALS = 1500;

describe('neighbours.pages with a byte that is another', () => {
  it('is refused, or answers as before, cold and whole', async () => {
    const items = 120;
    const keys = Array.from({ length: items }, (_, i) => `w${String(i).padStart(4, '0')}`);
    // Lists of four hundred bytes and more leave their pages of 2048 bytes.
    const { columns } = randomLists(items, { top: 110, relations: [1, 2], seed: 1 });
    const codes = Uint8Array.from({ length: items }, (_, i) => i);
    const { manifest, parts } = buildIndex({
      keys: words(...keys),
      codes,
      tables: 1,
      codeBytes: 1,
      lists: columns,
      pageBytes: 2048,
    });
    const sound = openCounting({ manifest, parts }).index;
    const query = (id: string) => ({ id, topK: 200, rank: 'neighbours' as const });
    const expected = await sound.queryBatch(keys.map(query));
    const pages = parts.get('neighbours.pages')!;
    const stream = new RandomStream(7, 1);
    let refused = 0;
    for (let trial = 0; trial < TRIALS; trial++) {
      const spoilt = pages.slice();
      spoilt[stream.below(pages.length)]! ^= 1 << stream.below(8);
      const { index } = openCounting({
        manifest,
        parts: new Map(parts).set('neighbours.pages', spoilt),
      });
      const at = stream.below(items);
      try {
        if (trial % 10 === 0) await index.warm();
        assert.deepEqual((await index.query(query(keys[at]!))).matches, expected[at]!.matches);
      } catch (error) {
        if (!(error instanceof IndexFormatError)) throw error;
        assert.equal(error.part, 'neighbours.pages');
        refused++;
      }
    }
    assert.ok(refused > TRIALS / 50, `${refused} of ${TRIALS} were refused`);
  });

  it('is refused where it is of another version, or of other items', async () => {
    const shape = {
      keys: words('a', 'b', 'c'),
      codes: Uint8Array.of(1, 2, 3),
      tables: 1,
      codeBytes: 1,
      lists: randomLists(3, { top: 2, relations: [2], seed: 1 }).columns,
    };
    const own = buildIndex(shape);
    const other = buildIndex({ ...shape, identity: 'cd'.repeat(16) });
    const { index } = openCounting({
      manifest: own.manifest,
      parts: new Map(own.parts).set('neighbours.pages', other.parts.get('neighbours.pages')!),
    });
    await assert.rejects(
      index.query({ id: 'a' }),
      /neighbours\.pages at byte 64: expected identity 0001/,
    );
    const swapped = openCounting({
      manifest: own.manifest,
      parts: new Map(own.parts).set('neighbours.pages', own.parts.get('items.pages')!),
    });
    await assert.rejects(
      swapped.index.query({ id: 'a' }),
      /expected part neighbours as index\.json/,
    );
  });
});
