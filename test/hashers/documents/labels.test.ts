import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { itq } from '../../../hashers/documents/linear/itq.ts';
import { ksh } from '../../../hashers/documents/linear/ksh.ts';
import { labelSets, labelSimilarity } from '../../../hashers/documents/label-sets.ts';
import { shttm } from '../../../hashers/documents/linear/shttm.ts';
import { topicShares } from '../../../hashers/documents/linear/topic-shares.ts';
import { takeRows } from '../../../hashers/documents/training-documents.ts';
import { labelledDocuments, precisionOf } from './labelled-documents.ts';

const onProgress = () => undefined;
const documents = labelledDocuments(500);

describe('methods that learn from labels', () => {
  // By chance 0.28 of the documents share a label.
  for (const [name, method] of Object.entries({ ksh, shttm })) {
    it(
      `${name} finds labels behind words that say nothing, and far better than principal ` +
        'components do',
      () => {
        const [found, without] = [
          precisionOf(method, documents, 16),
          precisionOf(itq, documents, 16),
        ];
        assert.ok(found > 0.7 && found > without + 0.1, `${found}, itq ${without}`);
      },
    );

    it(`${name} gives the same bytes for a seed and others for another`, () => {
      const layers = [1, 1, 2].map((seed) => method({ documents, bits: 8, seed, onProgress }));
      assert.deepEqual(layers[0], layers[1]);
      assert.notDeepEqual(layers[0], layers[2]);
    });

    it(
      `${name} passes over documents without labels or without words, and takes as many bits ` +
        'as there are documents',
      () => {
        const few = takeRows(
          documents,
          Array.from({ length: 16 }, (_, r) => r),
        );
        few.labels.offsets.fill(few.labels.offsets[12]!, 13);
        few.rows.offsets.fill(few.rows.offsets[14]!, 15);
        const layers = method({ documents: few, bits: 16, seed: 1, onProgress });
        assert.equal(layers.at(-1)?.outputs, 16);
        assert.ok(
          layers.every(
            ({ weights, bias }) => weights.every(Number.isFinite) && bias.every(Number.isFinite),
          ),
        );
      },
    );

    it(`${name} stops where telling throws`, () => {
      const stop = () => {
        throw new RangeError('stopped');
      };
      assert.throws(() => method({ documents, bits: 8, seed: 1, onProgress: stop }), /stopped/);
    });
  }

  it('multiplies by the similarity of labels as all pairs do', () => {
    const some = takeRows(
      documents,
      Array.from({ length: 60 }, (_, r) => r),
    );
    const { offsets, values } = some.labels;
    const labelsOf = (r: number) => [...values.subarray(offsets[r], offsets[r + 1])];
    const v = Float64Array.from({ length: 60 }, (_, r) => Math.sin(r));
    const expected = v.map((_, i) =>
      v.reduce(
        (sum, value, j) =>
          sum + (labelsOf(i).some((label) => labelsOf(j).includes(label)) ? value : -value),
        0,
      ),
    );
    const actual = labelSimilarity(labelSets(some))(v);
    for (const [i, value] of expected.entries()) assert.ok(Math.abs(actual[i]! - value) < 1e-12);
  });

  it('shares documents out among topics', () => {
    const own = documents.rows;
    const theta = topicShares(own, documents.terms, 8, 1, onProgress);
    for (let r = 0; r < 500; r++)
      assert.ok(Math.abs(theta.subarray(8 * r, 8 * r + 8).reduce((a, b) => a + b) - 1) < 1e-9);
    // Two blocks of words that never meet: each has a topic of its own.
    const apart = {
      offsets: Int32Array.from([0, 2, 4, 6, 8]),
      terms: Int32Array.from([0, 1, 2, 3, 0, 1, 2, 3]),
      weights: new Float32Array(8).fill(1),
    };
    const shares = topicShares(apart, 4, 2, 1, onProgress);
    const [first, second] = [shares[0]! > 0.5, shares[2]! > 0.5];
    assert.ok(
      first !== second &&
        Math.abs(shares[0]! - 0.5) > 0.4 &&
        Math.abs(shares[4]! - shares[0]!) < 1e-9,
    );
  });
});
