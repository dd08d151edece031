import { log } from '../kernels/numbers/elementary.ts';
import type { BucketTables, Codes } from '../evaluation/retrieval.ts';
import type { BucketFigures } from './report-data.ts';

/**
 * Sizes of buckets in classes of powers of two, the share of ones of each bit, and figures of each
 * table.
 */
export function bucketFigures(codes: Codes, { items, tables }: BucketTables): BucketFigures {
  const sizes: BucketFigures['sizes'] = [];
  // One space of codes is there once.
  const perTable = [...new Set(tables)].map(({ table, offsets }) => {
    const total = offsets[offsets.length - 1]!;
    let [clusters, largest, entropy] = [0, 0, 0];
    for (let b = 0; b + 1 < offsets.length; b++) {
      const size = offsets[b + 1]! - offsets[b]!;
      const power = 31 - Math.clz32(size);
      for (let k = sizes.length; k <= power; k++)
        sizes.push({ from: 2 ** k, to: 2 ** (k + 1) - 1, buckets: 0, items: 0 });
      sizes[power]!.buckets += 1;
      sizes[power]!.items += size;
      clusters += size > 1 ? 1 : 0;
      largest = Math.max(largest, size);
      entropy += (size / total) * log(total / size);
    }
    return { table, buckets: offsets.length - 1, clusters, largest, entropyBits: entropy / log(2) };
  });
  return { sizes, ones: shareOfOnes(codes, items), tables: perTable };
}

function shareOfOnes({ codes, tables, codeBytes }: Codes, items: number): BucketFigures['ones'] {
  const stride = tables * codeBytes;
  const counts = new Uint32Array(stride * 8);
  for (let from = 0; from < codes.length; from += stride) {
    for (let k = 0; k < stride; k++) {
      const byte = codes[from + k]!;
      for (let bit = 0; bit < 8; bit++) counts[8 * k + bit]! += (byte >> (7 - bit)) & 1;
    }
  }
  return Array.from(counts, (count, at) => ({
    table: Math.floor(at / (8 * codeBytes)),
    bit: at % (8 * codeBytes),
    share: count / items,
  }));
}
