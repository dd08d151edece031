import type { Configuration } from '../schemas/configuration.ts';

/** How the files of a corpus are read: the section `source` of the configuration. */
export type SourceOptions = Configuration['source'];

/** The options that text, sequences and pairs share. */
export type ReadOptions = Pick<
  SourceOptions,
  'format' | 'field' | 'invalidUtf8' | 'nulBytes' | 'maximumRatio' | 'longestLine'
>;
