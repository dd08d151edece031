/**
 * The k largest of the scores that are offered; of equal scores the smaller numbers, so that the
 * order of the offers changes nothing. Best first; k entries are held.
 */
export class BestEntries {
  readonly numbers: Int32Array;
  readonly scores: Float64Array;
  size = 0;
  readonly #most: number;

  constructor(most: number) {
    if (!Number.isInteger(most) || most < 1)
      throw new RangeError(`best entries: expected an integer from 1, got ${most}`);
    this.#most = most;
    this.numbers = new Int32Array(most);
    this.scores = new Float64Array(most);
  }

  clear(): void {
    this.size = 0;
  }

  /** Each number is offered once. */
  offer(number: number, score: number): void {
    const { numbers, scores } = this;
    const isFull = this.size === this.#most;
    const last = this.size - 1;
    if (isFull && (score < scores[last] || (score === scores[last] && number > numbers[last])))
      return;
    let low = 0;
    let high = isFull ? last : this.size;
    const end = high;
    while (low < high) {
      const middle = (low + high) >> 1;
      const isBetter =
        scores[middle] > score || (scores[middle] === score && numbers[middle] < number);
      if (isBetter) low = middle + 1;
      else high = middle;
    }
    numbers.copyWithin(low + 1, low, end);
    scores.copyWithin(low + 1, low, end);
    numbers[low] = number;
    scores[low] = score;
    if (!isFull) this.size += 1;
  }
}
