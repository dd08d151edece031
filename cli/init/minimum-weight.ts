/** In fewer words, two that belong together often do not meet side by side. */
const FEW_WORDS = 200_000;

/**
 * The least summed weight of a pair of words that is kept (affinity.minimumWeight). Less than to
 * stand side by side once finds a little more and doubles the links, which small corpora can afford
 * (docs/results/answers.md).
 */
export function minimumWeightFor(tokens: number): number {
  return tokens < FEW_WORDS ? 0.5 : 1;
}
