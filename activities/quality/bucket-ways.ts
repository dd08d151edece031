import { byBuckets, byHamming } from '../../evaluation/answers/code-ways.ts';
import type { MeasuredWays, WayCost } from '../../evaluation/answers/measure-ways.ts';
import type { BucketTables, Codes } from '../../evaluation/retrieval.ts';
import { permutation } from '../../evaluation/shuffled-buckets.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';

interface CodedItems {
  coded: Codes & { shared: boolean };
  buckets: BucketTables;
  /** A lookup gives no bucket of more items; all when absent. */
  maximumBucket: number | undefined;
  seed: number;
  /** Of the published files, by name, an item. */
  bytesOf: (names: RegExp) => number;
}

/** What codes give: all items by their distance, buckets, and buckets of chance. */
export function bucketWays({
  coded,
  buckets,
  maximumBucket,
  seed,
  bytesOf,
}: CodedItems): MeasuredWays {
  const cost = { bytes: bytesOf(/^(items|buckets-\d+)\.pages$/), rounds: 2 };
  return {
    codes: { way: byHamming(coded), cost: inMemory(coded.tables * coded.codeBytes) },
    buckets: { way: byBuckets(buckets, maximumBucket), cost },
    shuffledBuckets: {
      way: byBuckets(buckets, maximumBucket, permutation(buckets.items, seed, 0)),
      cost,
    },
  };
}

/** Of a way that looks at all items, which are in memory. */
export const inMemory = (bytes: number): WayCost => ({ bytes, rounds: 0 });

/** Bytes an item of the published files of some names. */
export async function bytesOfParts(
  store: Store,
  exported: ArtifactReference,
  items: number,
): Promise<(names: RegExp) => number> {
  const { parts } = (await openArtifact(store, exported)).manifest;
  return (names) =>
    parts.filter(({ name }) => names.test(name)).reduce((sum, { bytes }) => sum + bytes, 0) / items;
}
