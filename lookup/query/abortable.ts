import type { QuerySignal } from './types.ts';

/**
 * What `work` gives, unless the signal aborts before: then its reason is thrown. What is being read
 * goes on, since other queries may wait for the same pages.
 */
export async function abortable<Result>(
  work: () => Promise<Result>,
  signal: QuerySignal | undefined,
): Promise<Result> {
  if (!signal) return await work();
  if (signal.aborted) throw signal.reason as Error;
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort!);
  }
}
