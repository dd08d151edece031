import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { judgeAnswers } from '../../schemas/judge-answers.ts';
import { judgeGate } from '../../schemas/gate.ts';

const GOOD = {
  items: 9000,
  heldOutPairs: 4600,
  queryHr50: 0.2,
  popularityHr50: 0.06,
  queryFairHr50: 0.06,
  popularityFairHr50: 0.005,
  codesHr1000: 0.35,
  popularityHr1000: 0.4,
  codesFairHr1000: 0.2,
  popularityFairHr1000: 0.1,
  queryRecall10: 0.98,
  queryLabels10: 0.6,
  popularityLabels10: 0.1,
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
  it('tells answers that follow common items from those that find rare ones too', () => {
    assert.match(
      warned({ queryFairHr50: 0.006 }).join('\n'),
      /^of links that lead to rare items the answers find 0.6%, hardly more than the 0.5%/,
    );
    // What finds rare links need not be far before a fixed list at common ones.
    assert.deepEqual(warned({ queryHr50: 0.07 }), []);
    assert.equal(warned({ queryHr50: 0.07, queryFairHr50: 0.01 }).length, 1);
    // Popular by both measures is said once.
    assert.equal(warned({ queryFairHr50: 0.006, queryHr50: 0.06 }).length, 1);
  });

  it('tells codes of chance from codes that remember', () => {
    const [chance] = judgeAnswers({ ...GOOD, f1: 0.02, hr50: 0.005 });
    assert.match(chance!.what, /^buckets find 0.5% .* 0.3% where they are filled at random$/);
    assert.match(chance!.change, /^train more epochs/);
    assert.deepEqual(warned({ f1: 0.02, hr50: 0.007 }), []);
  });

  it('expects nothing of answers where most items share a label', () => {
    assert.deepEqual(warned({ queryLabels10: 0.8, popularityLabels10: 0.7 }), []);
  });

  it('is silent on good figures, and on what was not measured', () => {
    assert.deepEqual(warned({}), []);
    assert.deepEqual(judgeAnswers({ buckets: 5 }), []);
  });

  it('says what is wrong with each figure, the worst first', () => {
    const cases: [Partial<typeof GOOD>, RegExp][] = [
      [{ items: 90 }, /^90 items are too few/],
      [{ heldOutPairs: 90 }, /^90 held-out pairs are too few/],
      [{ queryHr50: 0.05 }, /^a fixed list of the most linked items finds 6%.* the answers 5%$/],
      [{ hr50: 0.005 }, /^codes know the links that they were trained on \(F1 0.30\)/],
      [{ codesHr1000: 0.3, codesFairHr1000: 0.09 }, /^among 1,000 items by their codes are 30%/],
      [{ queryRecall10: 0.3 }, /^the first ten answers hold 30% of the ten items/],
      [{ queryLabels10: 0.12 }, /^12% of the first answers share a label, and 10%/],
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

describe('a gate that refuses what figures warn of', () => {
  const rules = { minimum: {}, regression: {}, onRefusal: 'fail', waitHours: 12 } as const;

  it('takes each warning for a rule that is missed, and none where warnings are allowed', () => {
    const metrics = { ...GOOD, queryHr50: 0.05 };
    assert.deepEqual(judgeGate({ ...rules, warnings: 'allow' }, metrics), []);
    const [check, ...more] = judgeGate({ ...rules, warnings: 'refuse' }, metrics);
    assert.equal(more.length, 0);
    assert.equal(check!.passes, false);
    assert.match(check!.text, /^a fixed list .* the answers 5%; to change it: links are too few/);
    assert.deepEqual(judgeGate({ ...rules, warnings: 'refuse' }, GOOD), []);
  });
});
