/** What a loss depends on beside the embeddings. */
export interface LossParameters {
  /** K. */
  concentration: number;
  /** d: dimensions of an embedding. */
  bits: number;
}
