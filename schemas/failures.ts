/**
 * The one list of failures that no retry can mend, and the exit code the CLI gives each.
 * A failure's type travels through Temporal by name, so a name is never reused for another meaning.
 */
export const FAILURES = {
  /** The configuration is wrong: unknown key, ill-typed value, impossible combination. */
  ConfigurationError: { exitCode: 2 },
  /** The corpus is wrong: missing, unreadable, corrupt, or nothing is left of it. */
  DataError: { exitCode: 3 },
  /** An artifact or an index is not what its manifest says. */
  IntegrityError: { exitCode: 3 },
  /** The store refuses us: no bucket, no permission, no space. */
  StoreError: { exitCode: 3 },
  /** The finished index does not reach the thresholds of `gate:`. */
  GateRefused: { exitCode: 4 },
  /** Temporal does not answer, or nobody polls a queue that the run needs. */
  TemporalUnreachable: { exitCode: 5 },
  /** A run of the same index is under way. */
  AlreadyRunning: { exitCode: 6 },
  /** Another run published meanwhile. */
  PublishConflict: { exitCode: 1 },
} as const;

export type FailureType = keyof typeof FAILURES;

export const FAILURE_TYPES = Object.keys(FAILURES) as FailureType[];

/** An error that says what, where, expected against actual, and a hint; never worth a retry. */
export class Failure extends Error {
  readonly type: FailureType;

  constructor(type: FailureType, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = type;
    this.type = type;
  }
}

/**
 * The failure type of an error that may have crossed a thread or a process, where only its name is
 * left.
 */
export function failureTypeOf(error: unknown): FailureType | undefined {
  const name = error instanceof Error ? error.name : undefined;
  return FAILURE_TYPES.find((type) => type === name);
}
