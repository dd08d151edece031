import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import {
  hammingDistance,
  moduleBytes,
  scanDistances,
  scanModule,
  scanWithin,
} from '@hashloom/lookup/internal';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { inBuild } from '../../repository.ts';

describe('the scan of codes', () => {
  it('carries the module that the build makes of kernels/wasm/hamming-scan.ts', () => {
    const built = readFileSync(inBuild('kernels/hamming-scan.wasm'));
    assert.ok(
      built.equals(moduleBytes()),
      `put this in lookup/hamming/scan-module.ts: ${built.toString('base64')}`,
    );
    assert.ok(scanModule());
  });

  it('counts bits as counting them one by one does, for every width and any number of codes', () => {
    const stream = new RandomStream(6, 6);
    for (let words = 1; words <= 8; words++) {
      for (const total of [0, 7, 9, Math.floor(32_768 / words) + 3]) {
        const codes = Uint32Array.from({ length: total * words }, () => stream.u32());
        const query = Uint32Array.from({ length: words }, () => stream.u32());
        // Some near codes, and the farthest that there is.
        for (let near = 0; near < total; near += 13)
          for (let k = 0; k < words; k++)
            codes[near * words + k] = query[k]! ^ (near % 2 === 0 ? 1 << (near & 31) : 0);
        if (total > 5) for (let k = 0; k < words; k++) codes[5 * words + k] = ~query[k]!;
        const expected = Uint16Array.from({ length: total }, (_, code) =>
          hammingDistance(codes, code * words, query, 0, words),
        );
        const distances = new Uint16Array(total + 1);
        scanDistances(codes, words, query, distances);
        assert.deepEqual(distances.subarray(0, total), expected, `${words} words, ${total} codes`);
        for (const radius of [1, 12 * words, 1e6]) {
          const found: [number, number][] = [];
          scanWithin(codes, words, query, radius, (code, distance) => found.push([code, distance]));
          const all = [...expected].flatMap((distance, code): [number, number][] =>
            distance <= radius ? [[code, distance]] : [],
          );
          assert.deepEqual(found, all);
        }
      }
    }
  });
});
