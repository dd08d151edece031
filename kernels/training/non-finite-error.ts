/**
 * A loss or an embedding that is not finite: training has diverged, or its input was broken. Not
 * worth a retry.
 */
export class NonFiniteError extends Error {
  readonly left: number;
  readonly right: number;
  readonly step: number;

  /** Global rows of the pair, and the Adam step of the block's first partition. */
  constructor(what: string, left: number, right: number, step: number) {
    super(
      `${what} at pair (${left}, ${right}) in step ${step}: expected a finite number; lower ` +
        'training.rate, training.beta or training.lambda',
    );
    this.name = 'NonFiniteError';
    this.left = left;
    this.right = right;
    this.step = step;
  }
}
