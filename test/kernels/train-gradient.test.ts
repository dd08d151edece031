import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLoss } from '../../hashers/loss.ts';
import { PURPOSE, RandomStream } from '../../kernels/random.ts';
import { type Batch, createBatch, EASY, HARD, POSITIVE } from '../../kernels/train-batch.ts';
import { backward, createWorkspace, forward, pairLosses } from '../../kernels/train-gradient.ts';
import { batchGradient, batchLoss, drawMasks, type ReferenceSettings } from './train-reference.ts';

const ROWS = 6;

function batchOf(pairs: [left: number, right: number, kind: number][]): Batch {
  const batch = createBatch(pairs.length, 0, 0);
  for (const [at, [left, right, kind]] of pairs.entries()) {
    batch.left[at] = left;
    batch.right[at] = right;
    batch.kind[at] = kind;
  }
  batch.pairs = pairs.length;
  return batch;
}

/** Row 4 is in no pair; rows 0 and 1 are in many. */
const BATCH = batchOf([
  [0, 1, POSITIVE],
  [1, 0, POSITIVE],
  [0, 2, HARD],
  [1, 3, EASY],
  [5, 2, POSITIVE],
  [5, 0, EASY],
  [3, 1, HARD],
]);

const stop = (at: number, what: string): never => {
  throw new Error(`${what} at ${at}`);
};

function randomEmbeddings(size: number, spread: number): Float32Array {
  const random = new RandomStream(5, PURPOSE.initialize);
  return Float32Array.from({ length: size }, () => spread * (2 * random.uniform() - 1));
}

function kernelGradient(E: Float32Array, settings: ReferenceSettings): { loss: number; gradient: Map<number, Float64Array> } {
  const { tables, bits, lambda, temperature } = settings;
  const workspace = createWorkspace(ROWS, ROWS, tables, bits);
  const full = { ...settings, loss: createLoss(settings) };
  forward(workspace, BATCH, E, full);
  const entropy = pairLosses(workspace, BATCH, full, lambda, temperature, new RandomStream(3, PURPOSE.dropout), stop);
  const loss = entropy + backward(workspace, full);
  const width = tables * bits;
  const gradient = new Map<number, Float64Array>();
  for (let slot = 0; slot < workspace.slots; slot++) gradient.set(workspace.row[slot]!, workspace.gradient.slice(slot * width, (slot + 1) * width));
  return { loss, gradient };
}

function compare(settings: ReferenceSettings): void {
  const width = settings.tables * settings.bits;
  const E = randomEmbeddings(ROWS * width, 1.2);
  const masks = drawMasks(BATCH, settings, new RandomStream(3, PURPOSE.dropout));
  const { loss, gradient } = kernelGradient(E, settings);
  const expectedLoss = batchLoss([...E], BATCH, settings, masks);
  assert.ok(Math.abs(loss - expectedLoss) < 1e-10 * Math.abs(expectedLoss), `loss ${loss} instead of ${expectedLoss}`);
  const expected = batchGradient([...E], BATCH, settings, masks);
  const largest = Math.max(...expected.map(Math.abs));
  for (const [k, value] of expected.entries()) {
    const actual = gradient.get(Math.floor(k / width))?.[k % width] ?? 0;
    assert.ok(Math.abs(actual - value) < 1e-7 * largest, `row ${Math.floor(k / width)}, value ${k % width}: ${actual} instead of ${value}`);
  }
  assert.equal(gradient.has(4), false);
}

const BASE: Omit<ReferenceSettings, 'method'> = { concentration: 4, tables: 3, bits: 8, beta: 2.5, betaOn: 'all', lambda: 0.3, temperature: 0, dropout: 0 };

describe('the gradient of a batch agrees with finite differences', () => {
  for (const method of ['lse', 'cos', 'dch', 'dhn'] as const) {
    it(`${method}, one table`, () => compare({ ...BASE, method, tables: 1 }));
    it(`${method}, three tables`, () => compare({ ...BASE, method }));
    it(`${method}, beta on hard negatives alone, no quantization`, () => compare({ ...BASE, method, betaOn: 'hard', lambda: 0 }));
    it(`${method}, gradient shared by temperature`, () => compare({ ...BASE, method, temperature: 0.1 }));
    it(`${method}, dropout`, () => compare({ ...BASE, method, dropout: 0.25 }));
    it(`${method}, dropout and temperature`, () => compare({ ...BASE, method, dropout: 0.25, temperature: 0.2, concentration: 6 }));
  }
});

describe('a batch', () => {
  it('of equal embeddings has a finite gradient', () => {
    for (const method of ['lse', 'cos', 'dch', 'dhn'] as const) {
      const settings = { ...BASE, method };
      const E = new Float32Array(ROWS * 24).fill(0.5);
      const { loss, gradient } = kernelGradient(E, settings);
      assert.ok(Number.isFinite(loss));
      for (const values of gradient.values()) assert.ok(values.every(Number.isFinite));
    }
  });

  it('of opposite or zero embeddings has a finite gradient', () => {
    for (const method of ['lse', 'cos', 'dch', 'dhn'] as const) {
      const settings = { ...BASE, method, tables: 1, concentration: 30 };
      const E = Float32Array.from({ length: ROWS * 8 }, (_, k) => (Math.floor(k / 8) === 2 ? 0 : Math.floor(k / 8) % 2 === 0 ? 2 : -2));
      const { loss, gradient } = kernelGradient(E, settings);
      assert.ok(Number.isFinite(loss));
      for (const values of gradient.values()) assert.ok(values.every(Number.isFinite));
    }
  });

  it('stops at a pair whose embedding is not a number', () => {
    const E = randomEmbeddings(ROWS * 24, 1);
    E[5 * 24 + 3] = NaN;
    assert.throws(() => kernelGradient(E, { ...BASE, method: 'lse' }), /^Error: loss NaN, slope NaN at 4$/);
  });

  it('needs a multiple of four bits', () => {
    assert.throws(() => createWorkspace(ROWS, ROWS, 1, 6), { name: 'RangeError', message: /bits.*6/ });
  });
});
