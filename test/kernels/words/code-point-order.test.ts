import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { checkRising, compareCodePoints } from '../../../kernels/words/code-point-order.ts';

describe('compareCodePoints', () => {
  it('is the byte order of UTF-8', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc
        .array(fc.constantFrom('a', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'), {
          maxLength: 4,
        })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(word, word, (a, b) => {
        assert.equal(
          Math.sign(compareCodePoints(a, b)),
          Buffer.compare(Buffer.from(a), Buffer.from(b)),
        );
      }),
      { numRuns: 3000 },
    );
    assert.deepEqual(['\u{10000}', '\uffff', '', 'b', 'ab', 'a'].sort(compareCodePoints), [
      '',
      'a',
      'ab',
      'b',
      '\uffff',
      '\u{10000}',
    ]);
  });

  it('checks that lists rise', () => {
    checkRising([], 'list');
    checkRising(['a', 'b', '\uffff', '\u{10000}'], 'list');
    assert.throws(
      () => checkRising(['a', 'b', 'b'], 'list of names'),
      /list of names: word 2 is "b" after "b"/u,
    );
    assert.throws(() => checkRising(['\u{10000}', '\uffff'], 'list'), RangeError);
  });
});
