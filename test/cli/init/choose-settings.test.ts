import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { chooseSettings } from '../../../cli/init/choose-settings.ts';
import type { CorpusFigures } from '../../../cli/init/corpus-size.ts';
import type { Kind } from '../../../cli/init/choice.ts';
import { minimumWeightFor } from '../../../cli/init/text-settings.ts';

const settingsFor = (kind: Kind, figures: CorpusFigures): Record<string, unknown> =>
  Object.fromEntries(chooseSettings(kind, figures).map(({ key, value }) => [key, value]));

describe('chooseSettings', () => {
  it('keeps every pair that is given, and every id where there are few', () => {
    const few = settingsFor('pairs', { tokens: 500 });
    assert.deepEqual(few, {
      'vocabulary.common': 0,
      'vocabulary.minimumCount': 1,
      'affinity.minimumWeight': 0,
      'affinity.minimumPmi': 0,
    });
    assert.equal(settingsFor('pairs', { tokens: 1e6 })['vocabulary.minimumCount'], 2);
    assert.equal(settingsFor('pairs', {})['vocabulary.minimumCount'], 2);
    for (const kind of ['pairs', 'sequences'] as const)
      assert.equal(
        settingsFor(kind, { tokens: 1e6, areSingle: true })['vocabulary.minimumCount'],
        1,
      );
  });

  it('drops what meets by chance, but where all meet or there is little', () => {
    const leastPmi = (kind: Kind, figures: CorpusFigures) =>
      settingsFor(kind, figures)['affinity.minimumPmi'];
    assert.equal(leastPmi('pairs', { tokens: 1e6 }), 1);
    assert.equal(leastPmi('pairs', { tokens: 1e6, density: 0.01 }), 1);
    assert.equal(leastPmi('pairs', { tokens: 1e6, density: 0.5 }), 0);
    assert.equal(leastPmi('sequences', { tokens: 1e5 }), 0);
    const { 'affinity.minimumWeight': few } = settingsFor('sequences', { tokens: 1e5 });
    const { 'affinity.minimumWeight': many } = settingsFor('sequences', { tokens: 1e7 });
    assert.deepEqual([few, many], [0, 0.5]);
  });

  it('asks more of words the larger the corpus is', () => {
    const sizes = [1000, 50_000, 200_000, 1e6, 1e7, 1e9];
    for (const key of ['vocabulary.minimumCount', 'affinity.minimumWeight']) {
      const values = sizes.map((tokens) => settingsFor('text', { tokens })[key] as number);
      assert.deepEqual(
        values,
        values.toSorted((a, b) => a - b),
        key,
      );
      assert.ok(values.at(0) < values.at(-1), key);
    }
    assert.equal(minimumWeightFor(1e7), 1);
  });

  it('drops common words by the share of texts where these are records, else by count', () => {
    const shareOf = (textLength: number) =>
      settingsFor('text', { tokens: 1e6, textLength, commonWords: 19 });
    assert.equal(shareOf(300)['vocabulary.common'], 0);
    assert.equal(shareOf(300)['vocabulary.commonShare'], 0.25);
    assert.equal(shareOf(8)['vocabulary.commonShare'], 0.25);
    assert.equal(shareOf(1000)['vocabulary.commonShare'], 0.39);
    assert.equal(shareOf(5000)['vocabulary.commonShare'], 0.92);
    const books = settingsFor('text', { tokens: 1e6, commonWords: 190 });
    assert.equal(books['vocabulary.common'], 190);
    assert.equal(books['vocabulary.commonShare'], undefined);
  });

  it('drops letters that stand alone where they are Latin', () => {
    const least = (hasStrayLetters: boolean) =>
      settingsFor('text', { hasStrayLetters })['tokens.minimumLength'];
    assert.deepEqual([least(true), least(false)], [2, undefined]);
  });

  it('asks of few documents what they can give', () => {
    assert.deepEqual(settingsFor('documents', { documents: 10 }), {
      'documents.minimumDocuments': 1,
      'training.bits': 8,
      'hashing.method': 'lsh',
    });
    const fifty = { 'documents.minimumDocuments': 2, 'training.bits': 24 };
    assert.deepEqual(settingsFor('documents', { documents: 50 }), fifty);
    for (const figures of [{ documents: 5000 }, {}])
      assert.deepEqual(settingsFor('documents', figures), { 'training.bits': 32 });
  });

  it('gives vectors about as many codes as there are items', () => {
    const bits = (vectors: number) => settingsFor('vectors', { vectors, dimensions: 64 });
    assert.equal(bits(50)['training.bits'], 8);
    assert.equal(bits(50_000)['training.bits'], 16);
    assert.equal(bits(5e6)['training.bits'], 24);
    assert.equal(bits(1e6)['vectors.method'], 'itq');
    assert.equal(settingsFor('vectors', { vectors: 1e6, dimensions: 8 })['vectors.method'], 'lsh');
  });
});
