/**
 * A query that cannot be answered as it is put: a wrong value, or one that this index has no means
 * for.
 */
export class QueryError extends RangeError {
  /** The field of the query. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.name = 'QueryError';
    this.field = field;
  }
}
