import { FAILURE_TYPES, FAILURES } from '../../schemas/failures.ts';
import type { FailureType } from '../../schemas/failures.ts';

/** What a person, a script and the shell learn of an error. */
interface ErrorReport {
  /** A FailureType where the error has one. */
  type: string;
  message: string;
  exitCode: number;
}

/** Exit code of what is neither a known failure nor a success. */
const EXIT_OTHER = 1;

/** Errors of Temporal's client that say less than what they wrap. */
const WRAPPERS = new Set(['WorkflowFailedError', 'ServiceError']);

/** gRPC: deadline exceeded, permission denied, unavailable, unauthenticated. */
const UNREACHABLE_CODES = new Set([4, 7, 14, 16]);

/**
 * Reads an error of any origin. What failed inside a workflow arrives as a chain (workflow, child
 * workflow, activity, failure), whose wrappers say nothing: the first link of a known type tells
 * what happened, else the innermost one.
 */
export function describeError(error: unknown): ErrorReport {
  const chain = causes(error);
  const outermost = chain[0];
  for (const cause of chain) {
    const type = failureType(cause);
    if (type !== undefined)
      return { type, message: cause.message, exitCode: FAILURES[type].exitCode };
  }
  if (outermost !== undefined && isUsageError(outermost)) {
    const message = `${outermost.message.replace(/^error: /, '')}\nhint: --help shows the usage`;
    return { type: 'ConfigurationError', message, exitCode: FAILURES.ConfigurationError.exitCode };
  }
  if (chain.some((cause) => cause.name === 'CancelledFailure'))
    return { type: 'Cancelled', message: 'the run was cancelled', exitCode: EXIT_OTHER };
  if (chain.some((cause) => cause.name === 'TerminatedFailure')) {
    return { type: 'Terminated', message: 'the run was terminated', exitCode: EXIT_OTHER };
  }
  const refusal = chain.find((cause) =>
    UNREACHABLE_CODES.has((cause as { code?: unknown }).code as number),
  );
  if (refusal !== undefined) {
    const message =
      `Temporal does not answer: ${refusal.message}\n` +
      'hint: is it running, and are the address and the namespace right?';
    return {
      type: 'TemporalUnreachable',
      message,
      exitCode: FAILURES.TemporalUnreachable.exitCode,
    };
  }
  if (outermost === undefined)
    return { type: 'Error', message: String(error), exitCode: EXIT_OTHER };
  const telling = WRAPPERS.has(outermost.name) ? chain.at(-1) : outermost;
  return {
    type: outermost.name,
    message: telling?.message || outermost.message,
    exitCode: EXIT_OTHER,
  };
}

/**
 * Prints an error: one JSON line on stdout for `--json`, else `error: message` on stderr; the stack
 * only for HASHLOOM_DEBUG=1.
 */
export function reportError(error: unknown, json: boolean): number {
  const { type, message, exitCode } = describeError(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: { type, message } })}\n`);
  else process.stderr.write(`error: ${message}\n`);
  if (process.env['HASHLOOM_DEBUG'] === '1')
    for (const cause of causes(error)) process.stderr.write(`${cause.stack ?? cause.message}\n`);
  return exitCode;
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && !chain.includes(at); at = at.cause) chain.push(at);
  return chain;
}

/** By name or, for what came through Temporal, by the `type` of an ApplicationFailure. */
function failureType(error: Error): FailureType | undefined {
  const { type } = error as { type?: unknown };
  return FAILURE_TYPES.find((known) => known === type || known === error.name);
}

function isUsageError(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('commander.');
}
