/** The numbers of kernels/numbers/random.ts: Philox4x32-10, a stream at a time in each thread. */

let key0: u32 = 0;
let key1: u32 = 0;
let streamA: u32 = 0;
let streamB: u32 = 0;
let laneOf: u32 = 0;
let index: u32 = 0;
let used: u32 = 4;
let r0: u32 = 0;
let r1: u32 = 0;
let r2: u32 = 0;
let r3: u32 = 0;

export function openStream(seed: u32, purpose: u32, a: u32, b: u32, lane: u32): void {
  key0 = seed;
  key1 = purpose;
  streamA = a;
  streamB = b;
  laneOf = lane;
  index = 0;
  used = 4;
}

export function nextU32(): u32 {
  if (used == 4) {
    philox();
    index += 1;
    used = 0;
  }
  used += 1;
  return used == 1 ? r0 : used == 2 ? r1 : used == 3 ? r2 : r3;
}

/** Uniform over the integers [0, n), without bias. */
export function below(n: u32): u32 {
  let value = nextU32();
  let rest = value % n;
  // The last numbers, fewer than n, would favour the small ones.
  while (value - rest > 0 - n) {
    value = nextU32();
    rest = value % n;
  }
  return rest;
}

export function uniform(): f64 {
  return <f64>nextU32() / 4294967296.0;
}

function philox(): void {
  let c0 = index;
  let c1 = laneOf;
  let c2 = streamA;
  let c3 = streamB;
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < 10; round++) {
    const p0 = <u64>0xd2511f53 * <u64>c0;
    const p1 = <u64>0xcd9e8d57 * <u64>c2;
    c0 = <u32>(p1 >> 32) ^ c1 ^ k0;
    c1 = <u32>p1;
    c2 = <u32>(p0 >> 32) ^ c3 ^ k1;
    c3 = <u32>p0;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  r0 = c0;
  r1 = c1;
  r2 = c2;
  r3 = c3;
}
