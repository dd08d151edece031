import type { QuerySignal } from './types.ts';

/** One listener a signal: with one a query Node warns of a leak from the eleventh on. */
interface Waiting {
  acts: Set<() => void>;
  listener: () => void;
}

const waitingFor = new WeakMap<QuerySignal, Waiting>();

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
  let stopWaiting: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stopWaiting = whenAborted(signal, () => reject(signal.reason));
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    stopWaiting?.();
  }
}

/** Calls `act` when the signal aborts, unless what this gives is called before. */
function whenAborted(signal: QuerySignal, act: () => void): () => void {
  const { acts, listener } = waitingFor.get(signal) ?? startWaiting(signal);
  acts.add(act);
  return () => {
    acts.delete(act);
    if (acts.size > 0) return;
    signal.removeEventListener('abort', listener);
    waitingFor.delete(signal);
  };
}

function startWaiting(signal: QuerySignal): Waiting {
  const acts = new Set<() => void>();
  const listener = (): void => acts.forEach((act) => act());
  const waiting = { acts, listener };
  signal.addEventListener('abort', listener);
  waitingFor.set(signal, waiting);
  return waiting;
}
