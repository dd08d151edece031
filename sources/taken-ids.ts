import { Failure } from '../schemas/failures.ts';
import type { ReadingRules } from '../schemas/reading-rules.ts';

/** The ids of the vectors that were read so far, file after file. */
export interface TakenIds {
  /** Throws DataError on an id that a row before has. */
  refuse(id: string, where: string): void;
  /** An id of the file at hand. */
  take(id: string): void;
  /** At the end of a file: a file that is left out gives its ids back. */
  finish(isLeftOut: boolean): void;
}

/**
 * Where rows may be left out, the first of the rows with an id stays, in the order of files. Else
 * undefined: an id that comes twice ends the run, and is found without holding all of them.
 */
export function takenIds({ badRows }: Pick<ReadingRules, 'badRows'>): TakenIds | undefined {
  if (badRows !== 'skip') return undefined;
  const all = new Set<string>();
  let ofFile: string[] = [];
  return {
    refuse(id, where) {
      if (all.has(id))
        throw new Failure('DataError', `${where}: the id ${id} comes twice; the first stays`);
    },
    take(id) {
      all.add(id);
      ofFile.push(id);
    },
    finish(isLeftOut) {
      if (isLeftOut) for (const id of ofFile) all.delete(id);
      ofFile = [];
    },
  };
}
