/**
 * The bytes of an index are not what the format says: corrupted, truncated, foreign, from the
 * future, or of another version.
 */
export class IndexFormatError extends Error {
  /** The part or file that is wrong, for example `items.pages`. */
  readonly part: string;
  /** Byte in the part where it shows; undefined for JSON files. */
  readonly offset: number | undefined;
  readonly expected: string;
  readonly actual: string;

  constructor(part: string, offset: number | undefined, expected: string, actual: string) {
    super(
      `${part}${offset === undefined ? '' : ` at byte ${offset}`}: expected ${expected}, got ` +
        actual,
    );
    this.name = 'IndexFormatError';
    this.part = part;
    this.offset = offset;
    this.expected = expected;
    this.actual = actual;
  }
}

/**
 * An index cannot be read: it is not there, or the server does not serve ranges, or changed the
 * object meanwhile.
 */
export class IndexReadError extends Error {
  readonly uri: string;
  /** Whether what was read is not there, or not any more. */
  readonly missing: boolean;

  constructor(
    uri: string,
    message: string,
    { missing = false, ...options }: ErrorOptions & { missing?: boolean } = {},
  ) {
    super(`${uri}: ${message}`, options);
    this.name = 'IndexReadError';
    this.uri = uri;
    this.missing = missing;
  }
}
