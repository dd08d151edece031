import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { alignmentDistance, nearSpellings } from '@hashloom/lookup/internal';
import { editDistance } from '../../cli/terminal/nearest-key.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { buildIndex, ids, openCounting, words } from './index-in-memory.ts';

async function spellingsOf(keys: string[], query: string): Promise<string[]> {
  const { index } = openCounting(
    buildIndex({
      keys: words(...keys),
      codes: new Uint8Array(keys.length),
      tables: 1,
      codeBytes: 1,
    }),
  );
  return await index.spellings(query);
}

describe('near spellings', () => {
  it('are the nearest first, letter cases apart, and none where nothing is near', async () => {
    const keys = [
      'minister',
      'ministers',
      'ministry',
      'president',
      'presidents',
      'resident',
      'salt',
      'œil',
    ];
    assert.deepEqual(await spellingsOf(keys, 'presidnet'), ['president', 'presidents', 'resident']);
    assert.deepEqual(await spellingsOf(keys, 'President'), ['president', 'presidents', 'resident']);
    assert.deepEqual(await spellingsOf(keys, 'sal'), ['salt']);
    assert.deepEqual(await spellingsOf(keys, 'oeil'), []);
    assert.deepEqual(await spellingsOf(keys, 'oil'), ['œil']);
    assert.deepEqual(await spellingsOf(keys, 'xylophone'), []);
    assert.deepEqual(await spellingsOf(keys, ''), []);
    const { index } = openCounting(
      buildIndex({ keys: ids(17n), codes: new Uint8Array(1), tables: 1, codeBytes: 1 }),
    );
    assert.deepEqual(await index.spellings('18'), []);
  });

  it('find all that comparing every key finds', async () => {
    const stream = new RandomStream(3, 3);
    const word = () =>
      Array.from({ length: 2 + stream.below(6) }, () => 'abcé'[stream.below(4)]).join('');
    const keys = [...new Set(Array.from({ length: 400 }, word))].sort((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
    const { index } = openCounting(
      buildIndex({
        keys: words(...keys),
        codes: new Uint8Array(keys.length),
        tables: 1,
        codeBytes: 1,
      }),
    );
    const resident = await index.load();
    for (let q = 0; q < 60; q++) {
      const query = word();
      const most = Math.min(2, Math.max(1, Math.floor(query.length / 3)));
      const expected = keys
        .map((key) => ({ key, distance: editDistance(query, key) }))
        .filter(({ key, distance }) => distance <= most && key !== query)
        .sort((a, b) => a.distance - b.distance);
      assert.deepEqual(nearSpellings(resident.keys, resident.items, query, 1000), expected, query);
      for (const key of keys.slice(0, 50))
        assert.equal(alignmentDistance(query, key, 99), editDistance(query, key));
    }
  });
});
