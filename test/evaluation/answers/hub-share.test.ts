import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { hubShare } from '../../../evaluation/answers/hub-share.ts';

describe('hubShare', () => {
  const items = 200;
  const queries = Uint32Array.from({ length: items }, (_, item) => item);
  const tenOf = (first: (query: number) => number) => (query: number) => ({
    items: Uint32Array.from({ length: 12 }, (_, k) => (first(query) + k) % items),
    // The last two are behind the first ten.
    scores: Float32Array.from({ length: 12 }, (_, k) => -k),
  });

  it('is a hundredth where all items answer alike, and what the hubs take else', () => {
    assert.equal(
      hubShare(
        tenOf((query) => query),
        queries,
        items,
      ),
      0.01,
    );
    assert.equal(
      hubShare(
        tenOf(() => 0),
        queries,
        items,
      ),
      0.2,
    );
    const nothing = () => ({ items: new Uint32Array(0), scores: new Float32Array(0) });
    assert.equal(hubShare(nothing, queries, items), 0);
  });
});
