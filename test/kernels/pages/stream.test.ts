import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { MAXIMUM_REACH } from '../../../format/page-header.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { trySpreads } from '../../../kernels/pages/stream.ts';

describe('trySpreads', () => {
  it('reaches no further than a reader goes, however small pages are for the read', () => {
    const random = new RandomStream(1, 1);
    const hashes = Uint32Array.from({ length: 400_000 }, () => random.u32()).sort();
    const size = 290;
    for (const readBytes of [4096, 49_152, 2 ** 20]) {
      const trial = trySpreads(hashes.length * (size + 2), 2048, readBytes);
      let spread: ReturnType<typeof trial.end>;
      do {
        for (const hash of hashes) trial.add(hash, size);
        spread = trial.end();
      } while (!spread);
      assert.ok(spread.reach <= MAXIMUM_REACH, `${readBytes}: ${spread.reach}`);
    }
  });
});
