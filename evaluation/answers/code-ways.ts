import { askedDistancesOf, codeDistancesOf } from '../../kernels/codes/code-distances.ts';
import { largestCosinesOf } from '../../kernels/codes/largest-cosines.ts';
import type { UnitVectors } from '../hit-rate.ts';
import { type BucketTables, type Codes, retrieveByCode } from '../retrieval.ts';
import type { Way } from './way.ts';

/**
 * The buckets of the query, what shares most tables first. With a permutation item i has the codes
 * of item permutation[i]: what chance reaches with buckets of the same sizes.
 */
export function byBuckets(
  buckets: BucketTables,
  maximumBucket: number | undefined,
  permutation?: Uint32Array,
): Way {
  const retrieve = retrieveByCode(buckets, permutation, maximumBucket);
  const { bucketOf } = buckets;
  const codeHolder = (item: number): number => (permutation ? permutation[item]! : item);
  const scores = new Float32Array(buckets.items);
  return (query) => {
    const items = retrieve(query);
    const own = codeHolder(query);
    for (let at = 0; at < items.length; at++) {
      const other = codeHolder(items[at]!);
      let shared = 0;
      for (const table of bucketOf) if (table[own] === table[other]) shared++;
      scores[at] = shared;
    }
    return { items, scores: scores.subarray(0, items.length) };
  };
}

/** All items by the least Hamming distance of their codes. */
export function byHamming({ codes, tables, codeBytes, shared }: Codes & { shared: boolean }): Way {
  const distancesTo = codeDistancesOf(codes, tables, codeBytes, shared, [codeBytes]);
  const scores = new Float32Array(codes.length / (tables * codeBytes));
  return (query) => {
    const { distances } = distancesTo(query);
    for (let item = 0; item < scores.length; item++) scores[item] = -distances[item]!;
    return { scores };
  };
}

/** All items by the Hamming distance of their answering codes to the asking code of the query. */
export function byTwoCodes(
  codes: { asking: Uint8Array; answering: Uint8Array },
  codeBytes: number,
): Way {
  const distancesTo = askedDistancesOf(codes, codeBytes);
  const scores = new Float32Array(codes.answering.length / codeBytes);
  return (query) => {
    const distances = distancesTo(query);
    for (let item = 0; item < scores.length; item++) scores[item] = -distances[item]!;
    return { scores };
  };
}

/** All items by the largest of the L x L cosines of what the codes were made of. */
export function byVectors({ values, tables, bits }: UnitVectors): Way {
  const cosinesTo = largestCosinesOf(values, tables, bits);
  return (query) => ({ scores: cosinesTo(query) });
}
