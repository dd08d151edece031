import type { Configuration } from './configuration.ts';

/** What of `source` decides over a file of vectors: what is wrong in it, and what follows. */
export type ReadingRules = Pick<
  Configuration['source'],
  | 'badFiles'
  | 'badRows'
  | 'badRowsMost'
  | 'invalidUtf8'
  | 'nulBytes'
  | 'longestLine'
  | 'maximumRatio'
>;

export function readingRules(source: Configuration['source']): ReadingRules {
  const { badFiles, badRows, badRowsMost, invalidUtf8, nulBytes, longestLine, maximumRatio } =
    source;
  return { badFiles, badRows, badRowsMost, invalidUtf8, nulBytes, longestLine, maximumRatio };
}
