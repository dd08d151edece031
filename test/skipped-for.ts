import 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test is skipped, for the end of the run. */
    skippedFor?: string;
  }
}

/**
 * Options of `it` and `describe`: skipped for a reason that the run names at its end; run where it
 * is false.
 */
export function skippedFor(reason: string | false): {
  skip: boolean;
  meta?: { skippedFor: string };
} {
  return reason === false ? { skip: false } : { skip: true, meta: { skippedFor: reason } };
}
