import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { hubShare } from '../../../evaluation/answers/hub-share.ts';
import { judgeAnswers } from '../../../evaluation/answers/judge-answers.ts';

const GOOD = {
  heldOutPairs: 4600,
  queryHr50: 0.2,
  popularityHr50: 0.06,
  f1: 0.3,
  hr50: 0.1,
  shuffledHr50: 0.003,
  withoutAnswer: 0.01,
  queryHubShare: 0.1,
  emptyLookups: 0.2,
};
const warned = (changed: Partial<typeof GOOD>) =>
  judgeAnswers({ ...GOOD, ...changed }).map(({ what }) => what);

describe('judgeAnswers', () => {
  it('is silent on good figures, and on what was not measured', () => {
    assert.deepEqual(warned({}), []);
    assert.deepEqual(judgeAnswers({ items: 5 }), []);
  });

  it('says what is wrong with each figure, the worst first', () => {
    const cases: [Partial<typeof GOOD>, RegExp][] = [
      [{ heldOutPairs: 90 }, /^90 held-out pairs are too few/],
      [{ queryHr50: 0.08 }, /^a fixed list of the most linked items finds 6%.* the answers 8%$/],
      [{ hr50: 0.005 }, /^codes know the links that they were trained on \(F1 0.30\)/],
      [{ withoutAnswer: 0.22 }, /^22% of the items have no link/],
      [{ queryHubShare: 0.7 }, /^70% of all first answers are the same one in a hundred/],
      [{ emptyLookups: 0.94 }, /^94% of the items share no bucket/],
    ];
    for (const [changed, expected] of cases) assert.match(warned(changed).join('\n'), expected);
    const all = Object.assign({}, ...cases.map(([changed]) => changed)) as typeof GOOD;
    assert.deepEqual(
      warned(all).map((what, at) => cases[at]![1].test(what)),
      cases.map(() => true),
    );
  });
});

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
