/** CRC-32C bit by bit, as RFC 3720 writes it. */
export function crc32cByBits(bytes: Uint8Array): number {
  let c = 0xffff_ffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let bit = 0; bit < 8; bit++) c = (c & 1) === 1 ? (c >>> 1) ^ 0x82f6_3b78 : c >>> 1;
  }
  return ~c >>> 0;
}

const P1 = 0x9e3779b1n;
const P2 = 0x85ebca77n;
const P3 = 0xc2b2ae3dn;
const P4 = 0x27d4eb2fn;
const P5 = 0x165667b1n;

/** XXH32 with seed 0 in big integers, step by step as the specification has it. */
export function xxh32ByBigInts(bytes: Uint8Array): number {
  const word = (at: number): bigint =>
    BigInt(new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true));
  let at = 0;
  let h = P5;
  if (bytes.length >= 16) {
    const lanes = [P1 + P2, P2, 0n, -P1].map((lane) => BigInt.asUintN(32, lane));
    for (; at + 16 <= bytes.length; at += 16)
      for (let k = 0; k < 4; k++)
        lanes[k] = times(rotate(plus(lanes[k]!, times(word(at + 4 * k), P2)), 13n), P1);
    h = [1n, 7n, 12n, 18n].reduce((sum, by, k) => plus(sum, rotate(lanes[k]!, by)), 0n);
  }
  h = plus(h, BigInt(bytes.length));
  for (; at + 4 <= bytes.length; at += 4) h = times(rotate(plus(h, times(word(at), P3)), 17n), P4);
  for (; at < bytes.length; at++)
    h = times(rotate(plus(h, times(BigInt(bytes[at]!), P5)), 11n), P1);
  h = times(h ^ (h >> 15n), P2);
  h = times(h ^ (h >> 13n), P3);
  return Number(h ^ (h >> 16n));
}

const plus = (a: bigint, b: bigint): bigint => BigInt.asUintN(32, a + b);
const times = (a: bigint, b: bigint): bigint => BigInt.asUintN(32, a * b);
const rotate = (value: bigint, by: bigint): bigint =>
  BigInt.asUintN(32, value << by) | (value >> (32n - by));
