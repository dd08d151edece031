import type { Layer } from '../../../kernels/documents/encode-sparse.ts';
import type { DocumentMethod } from '../../../schemas/documents.ts';
import { itq } from './itq.ts';
import { ksh } from './ksh.ts';
import { lsh } from './lsh.ts';
import { shttm } from './shttm.ts';
import { sph } from './sph.ts';
import { sth } from './sth.ts';
import type { TrainingDocuments } from '../training-documents.ts';

export interface LinearInput {
  documents: TrainingDocuments;
  bits: number;
  seed: number;
  /** Called between pieces of work; may throw to stop it. */
  tell: (done: number, total: number) => void;
}

/** Methods that need no engine: from documents to a stack of layers. */
export type LinearMethod = (input: LinearInput) => Layer[];

export const LINEAR_METHODS: Partial<Record<DocumentMethod, LinearMethod>> = {
  lsh,
  itq,
  sph,
  sth,
  ksh,
  shttm,
};
