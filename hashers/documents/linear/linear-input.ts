import type { Layer } from '../../../kernels/documents/encode-sparse.ts';
import type { TrainingDocuments } from '../training-documents.ts';

/** What a method that needs no engine learns from. */
export interface LinearInput {
  documents: TrainingDocuments;
  bits: number;
  seed: number;
  /** Called between pieces of work; may throw to stop it. */
  onProgress: (done: number, total: number) => void;
}

/** Methods that need no engine: from documents to a stack of layers. */
export type LinearMethod = (input: LinearInput) => Layer[];
