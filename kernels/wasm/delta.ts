/**
 * Parquet's DELTA_BINARY_PACKED for columns and sums of rows (kernels/affinity/delta-coding.ts; the
 * same coding over plain arrays is store/tables/delta-coding.ts): blocks of 128 values, four
 * miniblocks of 32, differences above the block's least one in as few bits as a miniblock needs.
 * Arithmetic wraps at 64 bits, so every value is coded. Behind what is decoded 8 bytes more can be
 * read.
 */

const BLOCK: u32 = 128;
const MINIBLOCK: u32 = 32;
/** Where the differences of a block lie: the first 1024 bytes, below what loaders lay out. */
const deltas: usize = 0;

function putVarint(at: usize, value: u64): usize {
  while (value >= 128) {
    store<u8>(at++, <u8>(value | 128));
    value >>= 7;
  }
  store<u8>(at++, <u8>value);
  return at;
}

@inline
function zigzag(value: i64): u64 {
  return (<u64>value << 1) ^ <u64>(value >> 63);
}

@inline
function unzigzag(value: u64): i64 {
  return <i64>(value >> 1) ^ -(<i64>(value & 1));
}

/** Codes u32 values; returns where they end. */
export function encode32(values: usize, count: u32, out: usize): usize {
  return encode<u32>(values, count, out);
}

/** Codes u64 values; returns where they end. */
export function encode64(values: usize, count: u32, out: usize): usize {
  return encode<u64>(values, count, out);
}

function encode<T>(values: usize, count: u32, out: usize): usize {
  let end = putVarint(putVarint(putVarint(out, BLOCK), BLOCK / MINIBLOCK), count);
  let before: i64 = count > 0 ? <i64>load<T>(values) : 0;
  end = putVarint(end, zigzag(before));
  for (let first: u32 = 1; first < count; first += BLOCK) {
    const filled = min(BLOCK, count - first);
    const from = values + <usize>first * sizeof<T>();
    let least: i64 = i64.MAX_VALUE;
    for (let k: u32 = 0; k < filled; k++) {
      const value = <i64>load<T>(from + <usize>k * sizeof<T>());
      const delta = value - before;
      before = value;
      store<i64>(deltas + (<usize>k << 3), delta);
      least = min(least, delta);
    }
    end = putVarint(end, zigzag(least));
    const widths = end;
    store<u32>(end, 0);
    end += 4;
    for (let m: u32 = 0; m < filled; m += MINIBLOCK) {
      const to = min(m + MINIBLOCK, filled);
      let bits: u64 = 0;
      for (let k = m; k < to; k++) {
        const at = deltas + (<usize>k << 3);
        const above = <u64>(load<i64>(at) - least);
        store<u64>(at, above);
        bits |= above;
      }
      for (let k = to; k < m + MINIBLOCK; k++) store<u64>(deltas + (<usize>k << 3), 0);
      const width = 64 - <u32>clz(bits);
      store<u8>(widths + <usize>(m >> 5), <u8>width);
      if (width > 0) end = pack(deltas + (<usize>m << 3), width, end);
    }
  }
  return end;
}

/** 32 values of `width` bits, the lowest first: 4 bytes a bit of width. */
function pack(from: usize, width: u32, out: usize): usize {
  let word: u64 = 0;
  let filled: u32 = 0;
  let end = out;
  for (let k: usize = 0; k < 256; k += 8) {
    const value = load<u64>(from + k);
    word |= value << <u64>filled;
    filled += width;
    if (filled < 64) continue;
    store<u64>(end, word);
    end += 8;
    filled -= 64;
    word = filled == 0 ? 0 : value >> <u64>(width - filled);
  }
  // Of an odd number of bits half a word is left.
  if (filled > 0) store<u64>(end, word);
  return out + (<usize>width << 2);
}

/*
 * A stream being decoded: state: 6 x 8 bytes: at, end, value before, values left, block's values
 * decoded, of these taken. One block is decoded at once, to `buffer` of 128 values.
 */
const AT = 0;
const END = 8;
const BEFORE = 16;
const LEFT = 24;
const FILLED = 32;
const TAKEN = 40;

let position: usize = 0;
let broken: bool = false;

function takeVarint(end: usize): u64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 70; shift += 7) {
    if (position >= end) break;
    const byte = load<u8>(position++);
    value |= (<u64>byte & 127) << shift;
    if (byte < 128) return value;
  }
  broken = true;
  return 0;
}

/**
 * Begins a stream of u32 or u64 values at bytes [at, end); false where these are not `count`
 * values.
 */
export function openStream(
  state: usize,
  buffer: usize,
  at: usize,
  end: usize,
  count: u32,
  isWide: bool,
): bool {
  broken = false;
  position = at;
  const block = takeVarint(end);
  const miniblocks = takeVarint(end);
  const total = takeVarint(end);
  const first = unzigzag(takeVarint(end));
  if (broken || block != BLOCK || miniblocks != BLOCK / MINIBLOCK || total != <u64>count) {
    return false;
  }
  store<u64>(state, position, AT);
  store<u64>(state, end, END);
  store<i64>(state, first, BEFORE);
  store<u64>(state, count > 0 ? <u64>count - 1 : 0, LEFT);
  store<u64>(state, count > 0 ? 1 : 0, FILLED);
  store<u64>(state, 0, TAKEN);
  if (isWide) store<i64>(buffer, first);
  else store<u32>(buffer, <u32>first);
  return true;
}

/**
 * Decodes the next block of a stream to its buffer; false where the bytes are broken or at their
 * end.
 */
@inline
export function fill<T>(state: usize, buffer: usize): bool {
  const left = load<u64>(state, LEFT);
  const end = <usize>load<u64>(state, END);
  if (left == 0) return false;
  broken = false;
  position = <usize>load<u64>(state, AT);
  const least = unzigzag(takeVarint(end));
  const widths = position;
  position += 4;
  let before = load<i64>(state, BEFORE);
  const filled = <u32>min<u64>(left, BLOCK);
  for (let m: u32 = 0; m < filled; m += MINIBLOCK) {
    const width = <u32>load<u8>(widths + <usize>(m >> 5));
    if (width > 64 || position + (<usize>width << 2) > end) return false;
    before = unpack<T>(
      position,
      width,
      least,
      before,
      buffer + <usize>m * sizeof<T>(),
      min(MINIBLOCK, filled - m)
    );
    position += <usize>width << 2;
  }
  store<u64>(state, position, AT);
  store<i64>(state, before, BEFORE);
  store<u64>(state, left - filled, LEFT);
  store<u64>(state, filled, FILLED);
  store<u64>(state, 0, TAKEN);
  return !broken;
}

@inline
function unpack<T>(from: usize, width: u32, least: i64, before: i64, out: usize, count: u32): i64 {
  let value = before;
  if (width <= 57) {
    const mask = (<u64>1 << <u64>width) - 1;
    let bit: u32 = 0;
    for (let k: u32 = 0; k < count; k++) {
      const above = (load<u64>(from + <usize>(bit >> 3)) >> <u64>(bit & 7)) & mask;
      value += least + <i64>above;
      store<T>(out + <usize>k * sizeof<T>(), <T>value);
      bit += width;
    }
    return value;
  }
  for (let k: u32 = 0; k < count; k++) {
    let above: u64 = 0;
    for (let b: u32 = 0; b < width; b++) {
      const bit = k * width + b;
      above |= <u64>((load<u8>(from + <usize>(bit >> 3)) >> <u8>(bit & 7)) & 1) << <u64>b;
    }
    value += least + <i64>above;
    store<T>(out + <usize>k * sizeof<T>(), <T>value);
  }
  return value;
}

export function fill32(state: usize, buffer: usize): bool {
  return fill<u32>(state, buffer);
}

export function fill64(state: usize, buffer: usize): bool {
  return fill<u64>(state, buffer);
}

/** Values of a stream's buffer that are not taken yet. */
@inline
export function available(state: usize): u32 {
  return <u32>(load<u64>(state, FILLED) - load<u64>(state, TAKEN));
}

@inline
export function taken(state: usize): u32 {
  return <u32>load<u64>(state, TAKEN);
}

@inline
export function take(state: usize, count: u32): void {
  store<u64>(state, load<u64>(state, TAKEN) + count, TAKEN);
}

/**
 * Decodes all values of bytes [at, end) to `out`; false where they are not `count` values in
 * exactly so many bytes.
 */
export function decode32(state: usize, at: usize, end: usize, count: u32, out: usize): bool {
  return decode<u32>(state, at, end, count, out);
}

export function decode64(state: usize, at: usize, end: usize, count: u32, out: usize): bool {
  return decode<u64>(state, at, end, count, out);
}

function decode<T>(state: usize, at: usize, end: usize, count: u32, out: usize): bool {
  if (!openStream(state, out, at, end, count, sizeof<T>() == 8)) return false;
  for (let done: u32 = 1; done < count; done += BLOCK) {
    if (!fill<T>(state, out + <usize>done * sizeof<T>())) return false;
  }
  return <usize>load<u64>(state, AT) == end;
}
