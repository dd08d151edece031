/** Which words count as tokens. */
export interface TokenOptions {
  /** Code points. */
  minimumLength: number;
  /** Code points. */
  maximumLength: number;
  /** Keep tokens that begin with a number. */
  numbers: boolean;
  /** An apostrophe between two letters joins them. */
  apostrophes: boolean;
  /** Tell where sentences end. */
  sentences: boolean;
}

/** Takes the tokens in order. */
export interface TokenSink {
  /** A word: bytes [from, to), good until the call returns. */
  add(bytes: Uint8Array, from: number, to: number): void;
  /** A dropped token. */
  drop(): void;
  /** A sentence ends here; may come where none has begun. */
  endSentence(): void;
  /**
   * Finds by itself the words of stretches that hold ASCII and common punctuation alone; never
   * asked with `sentences`.
   */
  scanner?: StretchScanner;
}

/** Reads stretches of a text. */
export interface StretchScanner {
  /**
   * The text to come is bytes [from, to), at most 65,536, whose ends are ends of stretches or of
   * parts.
   */
  begin(bytes: Uint8Array, from: number, to: number): void;
  /**
   * Takes the words from byte `at` on up to a stretch that holds more, whose place it returns, or
   * `to`.
   */
  next(at: number): number;
}
