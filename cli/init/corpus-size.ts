/** What is known of a corpus beside its kind; what is not known is undefined. */
export interface CorpusFigures {
  /** Words, ids of sequences, pairs; about. */
  tokens?: number;
  /** Vectors, and their dimensions. */
  vectors?: number;
  dimensions?: number;
  /** Documents that are learned from. */
  documents?: number;
  /** Of many texts that are a record or a file each: the words of the mean one. */
  textLength?: number;
  /** Of other texts: the most common words, as far as they are spread evenly over a sample. */
  commonWords?: number;
  /** Most words of one letter are of the Latin alphabet, where they say nothing. */
  hasStrayLetters?: boolean;
  /** Most ids of sequences or pairs occur once. */
  areSingle?: boolean;
  /** No list of a sample of sequences has two ids. */
  areAlone?: boolean;
  /** Of pairs: the share that is given of all that the ids of both sides could make. */
  density?: number;
}

/** The value of the first step whose least size is reached; steps fall, the last begins at 0. */
export function stepFor(size: number, steps: readonly (readonly [number, number])[]): number {
  return steps.find(([least]) => size >= least)![1];
}

/** Two digits, for what is estimated. */
export const counted = (count: number): string =>
  Number(count.toPrecision(2)).toLocaleString('en-US');
