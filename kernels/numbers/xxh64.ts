/**
 * XXH64 with seed 0 (Collet, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md), whose
 * low 32 bits are the checksum of a frame of zstd (RFC 8878, 3.1.1). The four lanes are worked on
 * in halves of 32 bits; a BigInt a word would be fifty times as slow.
 */

import { multiplyHigh } from './multiply-high.ts';

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;
const STRIPE = 32;

const high = (value: bigint): number => Number(BigInt.asIntN(32, value >> 32n));
const low = (value: bigint): number => Number(BigInt.asIntN(32, value));
const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotated = (value: bigint, by: bigint): bigint => u64((value << by) | (value >> (64n - by)));
const round = (lane: bigint, input: bigint): bigint =>
  u64(rotated(u64(lane + input * P2), 31n) * P1);

const P1_HIGH = high(P1);
const P1_LOW = low(P1);
const P2_HIGH = high(P2);
const P2_LOW = low(P2);

interface Xxh64 {
  update(bytes: Uint8Array): void;
  /** Of all bytes so far. */
  digest(): bigint;
}

export function xxh64(): Xxh64 {
  const start = [u64(P1 + P2), P2, 0n, u64(-P1)];
  const highs = Int32Array.from(start, high);
  const lows = Int32Array.from(start, low);
  const rest = new Uint8Array(STRIPE);
  let held = 0;
  let length = 0;

  /** Whole stripes. */
  function stripes(bytes: Uint8Array, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let lane = 0; lane < 4; lane++) {
      let h = highs[lane];
      let l = lows[lane];
      for (let at = from + 8 * lane; at < to; at += STRIPE) {
        const inputLow = view.getInt32(at, true);
        const sum = (l >>> 0) + (Math.imul(inputLow, P2_LOW) >>> 0);
        h =
          (h +
            multiplyHigh(inputLow, P2_LOW) +
            Math.imul(inputLow, P2_HIGH) +
            Math.imul(view.getInt32(at + 4, true), P2_LOW) +
            (sum > 0xffff_ffff ? 1 : 0)) |
          0;
        l = sum | 0;
        const turned = (h << 31) | (l >>> 1);
        l = (l << 31) | (h >>> 1);
        h = (multiplyHigh(l, P1_LOW) + Math.imul(l, P1_HIGH) + Math.imul(turned, P1_LOW)) | 0;
        l = Math.imul(l, P1_LOW);
      }
      highs[lane] = h;
      lows[lane] = l;
    }
  }

  function update(bytes: Uint8Array): void {
    length += bytes.length;
    let from = 0;
    if (held > 0) {
      from = Math.min(STRIPE - held, bytes.length);
      rest.set(bytes.subarray(0, from), held);
      held += from;
      if (held < STRIPE) return;
      stripes(rest, 0, STRIPE);
    }
    const to = bytes.length - ((bytes.length - from) % STRIPE);
    stripes(bytes, from, to);
    rest.set(bytes.subarray(to));
    held = bytes.length - to;
  }

  function digest(): bigint {
    let hash = P5;
    if (length >= STRIPE) {
      const lanes = Array.from(
        highs,
        (h, lane) => (BigInt(h >>> 0) << 32n) | BigInt(lows[lane] >>> 0),
      );
      hash = u64(
        rotated(lanes[0], 1n) +
          rotated(lanes[1], 7n) +
          rotated(lanes[2], 12n) +
          rotated(lanes[3], 18n),
      );
      for (const lane of lanes) hash = u64((hash ^ round(0n, lane)) * P1 + P4);
    }
    hash = u64(hash + BigInt(length));
    const view = new DataView(rest.buffer);
    let at = 0;
    for (; at + 8 <= held; at += 8)
      hash = u64(rotated(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
    for (; at + 4 <= held; at += 4)
      hash = u64(rotated(hash ^ u64(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
    for (; at < held; at++) hash = u64(rotated(hash ^ u64(BigInt(rest[at]) * P5), 11n) * P1);
    hash = u64((hash ^ (hash >> 33n)) * P2);
    hash = u64((hash ^ (hash >> 29n)) * P3);
    return hash ^ (hash >> 32n);
  }

  return { update, digest };
}
