import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { xxh64 } from '../../../kernels/numbers/xxh64.ts';

function hashOf(bytes: Uint8Array, step = 1000): string {
  const hash = xxh64();
  for (let at = 0; at < bytes.length; at += step) hash.update(bytes.subarray(at, at + step));
  return hash.digest().toString(16).padStart(16, '0');
}

/** As the specification writes it, for whole stripes and their rest, over BigInts. */
function reference(bytes: Uint8Array): string {
  const [p1, p2, p3, p4, p5] = [
    0x9e3779b185ebca87n,
    0xc2b2ae3d27d4eb4fn,
    0x165667b19e3779f9n,
    0x85ebca77c2b2ae63n,
    0x27d4eb2f165667c5n,
  ];
  const u64 = (value: bigint) => BigInt.asUintN(64, value);
  const turn = (value: bigint, by: bigint) => u64((value << by) | (value >> (64n - by)));
  const round = (lane: bigint, input: bigint) => u64(turn(u64(lane + input * p2), 31n) * p1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const lanes = [u64(p1 + p2), p2, 0n, u64(-p1)];
  let at = 0;
  for (; at + 32 <= bytes.length; at += 32)
    for (let k = 0; k < 4; k++) lanes[k] = round(lanes[k]!, view.getBigUint64(at + 8 * k, true));
  let hash = p5;
  if (bytes.length >= 32) {
    hash = u64(
      turn(lanes[0]!, 1n) + turn(lanes[1]!, 7n) + turn(lanes[2]!, 12n) + turn(lanes[3]!, 18n),
    );
    for (const lane of lanes) hash = u64((hash ^ round(0n, lane)) * p1 + p4);
  }
  hash = u64(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8)
    hash = u64(turn(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * p1 + p4);
  for (; at + 4 <= bytes.length; at += 4)
    hash = u64(turn(hash ^ u64(BigInt(view.getUint32(at, true)) * p1), 23n) * p2 + p3);
  for (; at < bytes.length; at++) hash = u64(turn(hash ^ u64(BigInt(bytes[at]!) * p5), 11n) * p1);
  hash = u64((hash ^ (hash >> 33n)) * p2);
  hash = u64((hash ^ (hash >> 29n)) * p3);
  return (hash ^ (hash >> 32n)).toString(16).padStart(16, '0');
}

describe('xxh64', () => {
  it('has the published values', () => {
    assert.equal(hashOf(Buffer.from('')), 'ef46db3751d8e999');
    assert.equal(hashOf(Buffer.from('a')), 'd24ec4f1a98c6e5b');
    assert.equal(hashOf(Buffer.from('abc')), '44bc2cf5ad770999');
  });

  it('agrees with the specification, however the bytes come', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300, size: 'max' }),
        fc.integer({ min: 1, max: 70 }),
        (bytes, step) => {
          assert.equal(hashOf(bytes, step), reference(bytes));
        },
      ),
      { numRuns: 300 },
    );
  });
});
