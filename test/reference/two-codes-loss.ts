/** The softmax loss of two codes an item and its gradient, entry by entry in float64. */

/** A side: vectors (B, d), weights (d, bits) and offsets (bits). */
export interface CodeSide {
  rows: number[][];
  weights: number[][];
  offsets: number[];
}

export interface CodeBatch {
  asking: CodeSide;
  answering: CodeSide;
  targets: number[];
  discounts: number[];
}

export interface CodeGradient {
  weights: number[][];
  offsets: number[];
}

/** Values of tanh, (B, bits). */
export function bendRows({ rows, weights, offsets }: CodeSide, slope: number): number[][] {
  return rows.map((row) =>
    offsets.map((offset, bit) =>
      Math.tanh(slope * row.reduce((sum, x, k) => sum + x * weights[k]![bit]!, offset)),
    ),
  );
}

/** Mean loss of the links, without the part that balances bits; probabilities (B, B) beside it. */
function softmaxOf(batch: CodeBatch, slope: number): { loss: number; shares: number[][] } {
  const a = bendRows(batch.asking, slope);
  const b = bendRows(batch.answering, slope);
  const bits = batch.asking.offsets.length;
  let loss = 0;
  const shares = a.map((own, i) => {
    const weights = b.map((other, j) => {
      if (i !== j && batch.targets[i] === batch.targets[j]) return 0;
      const product = own.reduce((sum, value, bit) => sum + value * other[bit]!, 0);
      return Math.exp((12 / bits) * product - batch.discounts[j]!);
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    loss -= Math.log(weights[i]! / total) / a.length;
    return weights.map((weight) => weight / total);
  });
  return { loss, shares };
}

export function twoCodesLoss(batch: CodeBatch, slope: number): number {
  const bits = batch.asking.offsets.length;
  let loss = softmaxOf(batch, slope).loss;
  for (const side of [batch.asking, batch.answering])
    for (const mean of meansOf(bendRows(side, slope))) loss += (0.4 / bits) * mean ** 2;
  return loss;
}

export function twoCodesGradient(
  batch: CodeBatch,
  slope: number,
): { asking: CodeGradient; answering: CodeGradient } {
  const { shares } = softmaxOf(batch, slope);
  const bits = batch.asking.offsets.length;
  const size = shares.length;
  const a = bendRows(batch.asking, slope);
  const b = bendRows(batch.answering, slope);
  const slopes = shares.map((row, i) =>
    row.map((share, j) => ((12 / bits) * (share - (i === j ? 1 : 0))) / size),
  );
  const turned = slopes.map((_, j) => slopes.map((row) => row[j]!));
  return {
    asking: through(batch.asking, a, slopes, b, slope),
    answering: through(batch.answering, b, turned, a, slope),
  };
}

/** Through the logits, the balance and tanh to the weights of a side. */
function through(
  { rows, weights, offsets }: CodeSide,
  values: number[][],
  slopes: number[][],
  others: number[][],
  slope: number,
): CodeGradient {
  const means = meansOf(values);
  const bits = offsets.length;
  const before = values.map((row, i) =>
    row.map((value, bit) => {
      const direct = others.reduce((sum, other, j) => sum + slopes[i]![j]! * other[bit]!, 0);
      const balance = ((0.8 / bits) * means[bit]!) / values.length;
      return (direct + balance) * slope * (1 - value * value);
    }),
  );
  return {
    weights: weights.map((row, k) =>
      row.map((_, bit) => before.reduce((sum, own, i) => sum + rows[i]![k]! * own[bit]!, 0)),
    ),
    offsets: offsets.map((_, bit) => before.reduce((sum, own) => sum + own[bit]!, 0)),
  };
}

function meansOf(values: number[][]): number[] {
  return values[0]!.map(
    (_, bit) => values.reduce((sum, row) => sum + row[bit]!, 0) / values.length,
  );
}
