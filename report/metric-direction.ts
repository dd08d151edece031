/** Whether more of a metric is better (1), worse (-1), or neither (0). */
export function metricDirection(name: string): -1 | 0 | 1 {
  if (BETTER.has(name)) return 1;
  return WORSE.has(name) ? -1 : 0;
}

const BETTER = new Set(['precision', 'recall', 'f1', 'hr50', 'hr500', 'codeEntropyBits']);
const WORSE = new Set(['emptyShare', 'largestBucket', 'bitImbalance', 'worstBitImbalance']);
