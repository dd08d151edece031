import type { DocumentMethod } from '../../../schemas/documents.ts';
import { itq } from './itq.ts';
import { ksh } from './ksh.ts';
import type { LinearMethod } from './linear-input.ts';
import { lsh } from './lsh.ts';
import { shttm } from './shttm.ts';
import { sph } from './sph.ts';
import { sth } from './sth.ts';

/** The methods that need no engine, by their names in the configuration. */
export const LINEAR_METHODS: Partial<Record<DocumentMethod, LinearMethod>> = {
  lsh,
  itq,
  sph,
  sth,
  ksh,
  shttm,
};
