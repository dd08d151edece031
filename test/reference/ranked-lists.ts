/**
 * Figures of ranked lists as one would say them: over every order of the ties, with plain loops.
 */

export interface Ranked {
  distance: number;
  relevant: boolean;
  gain: number;
}

/** Every order of a list in which equal distances stand in any order; for lists of few ties. */
export function* ordersOf(list: readonly Ranked[]): Generator<Ranked[]> {
  const distances = [...new Set(list.map((each) => each.distance))].sort((a, b) => a - b);
  yield* combine(distances.map((distance) => list.filter((each) => each.distance === distance)));
}

function* combine(groups: Ranked[][]): Generator<Ranked[]> {
  const [first, ...rest] = groups;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const head of permutations(first))
    for (const tail of combine(rest)) yield [...head, ...tail];
}

function* permutations(list: Ranked[]): Generator<Ranked[]> {
  if (list.length < 2) {
    yield list;
    return;
  }
  for (const [at, each] of list.entries())
    for (const rest of permutations(list.toSpliced(at, 1))) yield [each, ...rest];
}

/** The mean of a figure over all orders. */
export function expectation(list: readonly Ranked[], figure: (order: Ranked[]) => number): number {
  let [sum, count] = [0, 0];
  for (const order of ordersOf(list)) {
    sum += figure(order);
    count++;
  }
  return sum / count;
}

export function precisionOf(order: Ranked[], k: number): number {
  const first = order.slice(0, k);
  return first.length === 0 ? 0 : first.filter((each) => each.relevant).length / first.length;
}

export function averagePrecisionOf(
  order: Ranked[],
  R: number,
  divisor: 'retrieved' | 'relevant',
): number {
  const ranks = order.slice(0, R).flatMap((each, at) => (each.relevant ? [at + 1] : []));
  const by =
    divisor === 'retrieved'
      ? ranks.length
      : Math.min(R, order.filter((each) => each.relevant).length);
  return by === 0 ? 0 : ranks.reduce((sum, rank) => sum + precisionOf(order, rank), 0) / by;
}

export function hierarchicalPrecisionOf(order: Ranked[], K: number): number {
  const best = order.map((each) => each.gain).toSorted((a, b) => b - a);
  const total = (values: number[], k: number) =>
    values.slice(0, k).reduce((sum, value) => sum + value, 0);
  const gains = order.map((each) => each.gain);
  const ks = Array.from({ length: Math.min(K, order.length) }, (_, at) => at + 1);
  return ks.length === 0
    ? 0
    : ks.reduce(
        (sum, k) => sum + (total(best, k) === 0 ? 0 : total(gains, k) / total(best, k)),
        0,
      ) / ks.length;
}

export function kendallTauOf(x: readonly number[], y: readonly number[]): number {
  let [difference, pairsX, pairsY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [Math.sign(x[i]! - x[j]!), Math.sign(y[i]! - y[j]!)];
      difference += a * b;
      pairsX += a * a;
      pairsY += b * b;
    }
  }
  return pairsX === 0 || pairsY === 0 ? 0 : difference / Math.sqrt(pairsX * pairsY);
}

/**
 * Average hierarchical precision at K with ties: within a tie everybody has the mean similarity, as
 * sums over random orders are linear.
 */
export function hierarchicalPrecisionMeanOf(
  distances: readonly number[],
  gains: readonly number[],
  K: number,
): number {
  const mean = (distance: number) => {
    const tied = gains.filter((_, k) => distances[k] === distance);
    return tied.reduce((sum, gain) => sum + gain, 0) / tied.length;
  };
  const expected = distances.toSorted((a, b) => a - b).map(mean);
  const best = gains.toSorted((a, b) => b - a);
  const sum = (values: number[], k: number) =>
    values.slice(0, k).reduce((total, value) => total + value, 0);
  const ks = Array.from({ length: Math.min(K, gains.length) }, (_, at) => at + 1);
  return ks.reduce((total, k) => total + sum(expected, k) / sum(best, k), 0) / ks.length;
}
