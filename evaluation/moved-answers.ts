/** The answers to one item, the best first, in two versions. */
export interface AnswersOfItem {
  item: string;
  before: readonly string[];
  after: readonly string[];
}

export interface MovedAnswers {
  /** Items that were asked for. */
  asked: number;
  /** Of these, those whose answers are the same items, in whatever order. */
  unchanged: number;
  /**
   * Mean over the items of the share of answers that both versions give, of the longer list; 1 for
   * two empty ones.
   */
  meanOverlap: number;
  /** Items by their overlap, the smallest first, then in the order in which they came. */
  most: (AnswersOfItem & { overlap: number })[];
}

/** How far the answers of two versions differ. `shown`: entries of `most`. */
export function movedAnswers(answers: readonly AnswersOfItem[], shown: number): MovedAnswers {
  const compared = answers.map((each) => ({ ...each, overlap: overlapOf(each) }));
  const total = compared.reduce((sum, { overlap }) => sum + overlap, 0);
  const moved = compared.filter(({ overlap }) => overlap < 1);
  return {
    asked: compared.length,
    unchanged: compared.length - moved.length,
    meanOverlap: compared.length === 0 ? 1 : total / compared.length,
    most: moved.toSorted((a, b) => a.overlap - b.overlap).slice(0, shown),
  };
}

function overlapOf({ before, after }: AnswersOfItem): number {
  const longest = Math.max(before.length, after.length);
  if (longest === 0) return 1;
  const old = new Set(before);
  return after.filter((answer) => old.has(answer)).length / longest;
}
