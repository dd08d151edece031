import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { drawKeys } from '../../../kernels/words/draw-keys.ts';

describe('drawKeys', () => {
  it('is XXH32 of a word, whatever words are beside it', () => {
    // The published values of XXH32 with seed 0.
    assert.deepEqual([...drawKeys(['', 'a', 'abc'])], [0x02cc5d05, 0x550d7456, 0x32d153ff]);
    assert.deepEqual(drawKeys(['river', 'é']), drawKeys(['lake', 'river', 'é']).subarray(1));
    assert.notEqual(drawKeys(['é'])[0], drawKeys(['e'])[0]);
  });
});
