/** Counts the reads that one query makes, and tells whether it still waits for them. */
export interface ReadMeter {
  requests: number;
  bytes: number;
  /** The longest chain of reads of which each began after another had ended. */
  rounds: number;
  /** Reads that were there already, or on their way for another query. */
  cached: number;
  /** Whether the query has been called off. */
  isAborted(): boolean;
  /** Notes a read that begins; what it gives is to be called with its bytes when it has ended. */
  begin(): (bytes: number) => void;
}

export function readMeter(isAborted: () => boolean = () => false): ReadMeter {
  let ended = 0;
  return {
    requests: 0,
    bytes: 0,
    rounds: 0,
    cached: 0,
    isAborted,
    begin() {
      this.requests++;
      const round = ended + 1;
      this.rounds = Math.max(this.rounds, round);
      return (bytes) => {
        this.bytes += bytes;
        ended = Math.max(ended, round);
      };
    },
  };
}
