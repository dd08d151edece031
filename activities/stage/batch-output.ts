/** Figures of a batch of shards or rows. */
export interface BatchOutput {
  /** Every artifact of the batch was there. */
  cached: boolean;
  rows: number;
  bytes: number;
}
