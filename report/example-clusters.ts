import type { BucketTables } from '../evaluation/retrieval.ts';
import { PURPOSE, RandomStream } from '../kernels/numbers/random.ts';
import type { ExampleCluster } from './report-data.ts';

const EXAMPLES = 16;
const WORDS_SHOWN = 24;
const SMALLEST = 3;
const LARGEST = 40;

/**
 * The largest bucket, then clusters drawn evenly from those of 3 to 40 items: what the index is
 * like, not its best side. Two draws of one set of words, which tables may share, count once.
 */
export function exampleClusters(
  { tables: spaces }: BucketTables,
  words: readonly string[],
  seed: number,
): ExampleCluster[] {
  const tables = [...new Set(spaces)];
  const all = tables.flatMap((table, t) =>
    Array.from({ length: table.offsets.length - 1 }, (_, bucket) => ({ t, bucket })),
  );
  const sizeOf = ({ t, bucket }: { t: number; bucket: number }) =>
    tables[t]!.offsets[bucket + 1]! - tables[t]!.offsets[bucket]!;
  const largest = all.reduce<(typeof all)[number] | undefined>(
    (best, each) => (best && sizeOf(best) >= sizeOf(each) ? best : each),
    undefined,
  );
  const pool = all.filter((each) => sizeOf(each) >= SMALLEST && sizeOf(each) <= LARGEST);
  const random = new RandomStream(seed, PURPOSE.report);
  const chosen = largest && sizeOf(largest) > LARGEST ? [largest] : [];
  const seen = new Set<string>();
  for (let left = pool.length; left > 0 && chosen.length < EXAMPLES; left--) {
    const at = random.below(left);
    const [drawn, last] = [pool[at]!, pool[left - 1]!];
    pool[at] = last;
    const members = membersOf(drawn).join(' ');
    if (!seen.has(members)) chosen.push(drawn);
    seen.add(members);
  }
  return chosen.map((each) => {
    const { codes, codeBytes, table } = tables[each.t]!;
    const code = Buffer.from(
      codes.subarray(each.bucket * codeBytes, (each.bucket + 1) * codeBytes),
    ).toString('hex');
    return {
      table,
      code,
      size: sizeOf(each),
      words: [...membersOf(each).subarray(0, WORDS_SHOWN)].map((id) => words[id]!),
    };
  });

  function membersOf({ t, bucket }: { t: number; bucket: number }): Uint32Array {
    const { items, offsets } = tables[t]!;
    return items.subarray(offsets[bucket], offsets[bucket + 1]);
  }
}
