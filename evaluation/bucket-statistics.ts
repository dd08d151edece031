/** Figures of the buckets and codes alone. V items, L tables, d bits. */

import { countBuckets } from '../kernels/codes/build-buckets.ts';
import { log } from '../kernels/numbers/elementary.ts';
import type { BucketTables, Codes } from './retrieval.ts';

interface BucketStatistics {
  /** Distinct codes, summed over the tables; clusters hold two or more items, singletons one. */
  buckets: number;
  clusters: number;
  singletons: number;
  /** Items a bucket: mean, nearest-rank quantiles and largest, over the buckets of all tables. */
  meanBucket: number;
  medianBucket: number;
  bucketP90: number;
  bucketP99: number;
  largestBucket: number;
  /**
   * Mean over the L d bits of |share of ones - 1/2|: 0 is balance, 1/2 a bit that never changes;
   * and the largest.
   */
  bitImbalance: number;
  worstBitImbalance: number;
  /** Mean over the L d bits of the entropy of each alone: 1 is balance. */
  singleBitEntropy: number;
  /** Entropy of an item's code, mean over the tables; at most min(d, log2 V). */
  codeEntropyBits: number;
}

/** Statistics of at least one item. */
export function bucketStatistics(
  codes: Codes,
  { items, tables: all }: BucketTables,
): BucketStatistics {
  // One space of codes is there once.
  const tables = [...new Set(all)];
  const counts = countBuckets(tables);
  const sizes = new Uint32Array(counts.buckets);
  let at = 0;
  let entropy = 0;
  let members = 0;
  for (const { offsets } of tables) {
    const total = offsets[offsets.length - 1]!;
    members += total;
    for (let b = 0; b + 1 < offsets.length; b++) {
      const size = offsets[b + 1]! - offsets[b]!;
      sizes[at++] = size;
      entropy += (size / total) * log(total / size);
    }
  }
  sizes.sort();
  const quantile = (share: number): number =>
    sizes[Math.max(0, Math.ceil(share * sizes.length) - 1)]!;
  const ones = onesOfBits(codes, items);
  const imbalances = ones.map((share) => Math.abs(share - 0.5));
  return {
    ...counts,
    meanBucket: members / counts.buckets,
    medianBucket: quantile(0.5),
    bucketP90: quantile(0.9),
    bucketP99: quantile(0.99),
    largestBucket: sizes[sizes.length - 1]!,
    bitImbalance: imbalances.reduce((sum, value) => sum + value, 0) / imbalances.length,
    worstBitImbalance: imbalances.reduce((worst, value) => Math.max(worst, value), 0),
    singleBitEntropy: ones.reduce((sum, share) => sum + binaryEntropy(share), 0) / ones.length,
    codeEntropyBits: entropy / log(2) / tables.length,
  };
}

/** Share of ones of each bit. */
function onesOfBits({ codes, tables, codeBytes }: Codes, items: number): Float64Array {
  const stride = tables * codeBytes;
  const ones = new Uint32Array(stride * 8);
  for (let from = 0; from < codes.length; from += stride) {
    for (let k = 0; k < stride; k++) {
      const byte = codes[from + k]!;
      for (let bit = 0; bit < 8; bit++) ones[8 * k + bit]! += (byte >> (7 - bit)) & 1;
    }
  }
  return Float64Array.from(ones, (count) => count / items);
}

function binaryEntropy(share: number): number {
  return share === 0 || share === 1
    ? 0
    : -(share * log(share) + (1 - share) * log(1 - share)) / log(2);
}
