/**
 * Data beyond what a kernel can hold or add up: the same at every retry, and no bug. A RangeError
 * that is no LimitError means that a caller gave what cannot be.
 */
export class LimitError extends RangeError {
  override readonly name = 'LimitError';
}
