import type { Batch } from './train-batch.ts';
import { globalRow, type BlockRows } from './train-rows.ts';

/** A loss or an embedding that is not finite: training has diverged, or its input was broken. Not worth a retry. */
export class NonFiniteError extends Error {
  readonly left: number;
  readonly right: number;
  readonly step: number;

  /** Global rows of the pair, and the Adam step of the block's first partition. */
  constructor(what: string, left: number, right: number, step: number) {
    super(`${what} at pair (${left}, ${right}) in step ${step}: expected a finite number; a lower training.rate or training.beta may help`);
    this.name = 'NonFiniteError';
    this.left = left;
    this.right = right;
    this.step = step;
  }
}

/** Stops training at pair `at` of a batch. */
export type Fail = (at: number, what: string) => never;

export function failIn(rows: BlockRows, batch: Batch, step: number): Fail {
  return (at, what) => {
    throw new NonFiniteError(what, globalRow(rows, batch.left[at]), globalRow(rows, batch.right[at]), step);
  };
}
