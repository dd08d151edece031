import type { Neighbours, ResidentIndex } from '@hashloom/lookup';

interface Digest {
  found: number;
  digest: number;
}

/**
 * Over all (query, item, distance), modulo 2^32; no order changes it. As bench/faiss-codes.py has
 * it.
 */
export function digestOf(counts: readonly number[], answers: readonly Neighbours[]): Digest {
  let digest = 0;
  let found = 0;
  let query = 0;
  let left = counts[0] ?? 0;
  for (const { numbers, distances } of answers) {
    numbers.forEach((number, i) => {
      while (left === 0) left = counts[++query]!;
      left--;
      found++;
      digest =
        (digest +
          ((Math.imul(query, 0x9e3779b1) ^
            Math.imul(number, 0x85ebca6b) ^
            Math.imul(distances[i]!, 0xc2b2ae35)) >>>
            0)) %
        0x1_0000_0000;
    });
  }
  return { found, digest };
}

/** The digest of all exact answers of an index, asked in batches. */
export function batchDigest(index: ResidentIndex, codes: Uint8Array): Digest {
  const all = index.withinCodes(0, codes, 2);
  return digestOf(
    Array.from(all.ends, (end, q) => end - (all.ends[q - 1] ?? 0)),
    [all],
  );
}

/** Throws where another program counts otherwise than we do. */
export function checkSame(what: string, own: Digest, theirs: Record<string, number>): void {
  if (own.found !== theirs['found'] || own.digest !== theirs['digest'])
    throw new Error(`within 2: ${JSON.stringify(own)}, FAISS ${what} ${JSON.stringify(theirs)}`);
}
