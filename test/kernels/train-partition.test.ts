import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { initializePartition, joinStates, splitState } from '../../kernels/train-partition.ts';

describe('initializePartition', () => {
  it('gives a row the same values however rows are split', () => {
    const whole = initializePartition(3, 0, 10, 2, 8);
    const part = initializePartition(3, 7, 3, 2, 8);
    assert.deepEqual(part.embeddings, whole.embeddings.slice(7 * 16));
    assert.equal(part.firstRow, 7);
    assert.notDeepEqual(initializePartition(4, 7, 3, 2, 8).embeddings, part.embeddings);
  });

  it('draws from N(0, 0.05^2), and moments begin at 0', () => {
    const { embeddings, moment1, moment2, steps } = initializePartition(1, 0, 2000, 3, 32);
    const mean = embeddings.reduce((sum, value) => sum + value, 0) / embeddings.length;
    const deviation = Math.sqrt(embeddings.reduce((sum, value) => sum + (value - mean) ** 2, 0) / embeddings.length);
    const within = embeddings.filter((value) => Math.abs(value) < 0.05).length / embeddings.length;
    assert.ok(Math.abs(mean) < 5e-4 && Math.abs(deviation - 0.05) < 5e-4 && Math.abs(within - 0.6827) < 0.005, `${mean} ${deviation} ${within}`);
    assert.ok([...moment1, ...moment2].every((value) => value === 0));
    assert.equal(steps, 0);
  });
});

it('splitState undoes joinStates', () => {
  const states = [initializePartition(1, 0, 3, 1, 8), { ...initializePartition(1, 5, 4, 1, 8), steps: 9 }];
  assert.deepEqual(splitState(states, joinStates(states)), states);
});
