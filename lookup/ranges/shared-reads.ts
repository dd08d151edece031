import type { IsWanted } from './range-reader.ts';
import type { ReadMeter } from './read-meter.ts';

/** Reads on their way by what they are of, so that a thousand queries at once make each once. */
export interface SharedReads<Key, Result> {
  /** What is on its way under this key, which is wanted by one query more from now on. */
  join(key: Key, meter: ReadMeter | undefined): Promise<Result> | undefined;
  /**
   * Starts what reads all these keys, and shares the result of each. `isWanted` says whether any
   * query that asked for one of them still waits; once it was not so, whoever comes starts anew.
   */
  start(
    keys: readonly Key[],
    meter: ReadMeter | undefined,
    read: (isWanted: IsWanted) => Promise<Result[]>,
  ): Promise<Result>[];
}

export function sharedReads<Key, Result>(): SharedReads<Key, Result> {
  const coming = new Map<Key, { result: Promise<Result>; meters: (ReadMeter | undefined)[] }>();
  return {
    join(key, meter) {
      const found = coming.get(key);
      if (!found) return undefined;
      if (meter) meter.cached++;
      found.meters.push(meter);
      return found.result;
    },
    start(keys, meter, read) {
      const meters = [meter];
      let isForgotten = false;
      const forget = (): void => {
        if (!isForgotten) for (const key of keys) coming.delete(key);
        isForgotten = true;
      };
      const all = read(() => {
        const isWanted = meters.some((each) => each?.isAborted() !== true);
        if (!isWanted) forget();
        return isWanted;
      });
      const results = keys.map(async (_, at) => (await all)[at]!);
      // A read of a query that was called off before may be dropped at once.
      if (!isForgotten)
        keys.forEach((key, at) => coming.set(key, { result: results[at]!, meters }));
      // Who asked sees the failure; here it only ends the sharing.
      all.then(forget, forget);
      for (const result of results) result.catch(() => undefined);
      return results;
    },
  };
}
