/**
 * Parquet's DELTA_BINARY_PACKED (format, Encodings.md): a header (values a block, miniblocks a
 * block, count, first value), then blocks of 128 values: the least difference, four bit widths, and
 * four times 32 differences above the least one, packed in so many bits. Sorted ids take one or two
 * bytes, counts of a corpus little more. The kernels have the same coding of rows of counts
 * (kernels/wasm/delta.ts).
 */

const BLOCK = 128;
const MINIBLOCK = 32;
const MINIBLOCKS = BLOCK / MINIBLOCK;
/** Bytes of a varint at most. */
const VARINT = 10;
const TWO_32 = 0x1_0000_0000;

/** No difference of values this far from 0 is further than 2^53 from another one's. */
export const MAX_DELTA_VALUE = 2 ** 50;

/** Bytes that `count` coded values take at most. */
export function deltaBound(count: number): number {
  return 4 * VARINT + Math.ceil(count / BLOCK) * (VARINT + MINIBLOCKS + 8 * BLOCK);
}

/** Above the least one, of the block at hand; as integers where they fit in 31 bits. */
const wide = new Float64Array(BLOCK);
const narrow = new Int32Array(BLOCK);

/**
 * Codes integers of at most MAX_DELTA_VALUE in size to `out` from `at` on, which has deltaBound(to
 * - from) bytes left; returns where they end.
 */
export function encodeDeltas(
  values: Float64Array,
  from: number,
  to: number,
  out: Uint8Array,
  at: number,
): number {
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  let end = putHeader(out, at, to - from, to > from ? values[from]! : 0);
  for (let first = from + 1; first < to; first += BLOCK) {
    const count = Math.min(BLOCK, to - first);
    let least = values[first]! - values[first - 1]!;
    for (let k = 0; k < count; k++) {
      const delta = values[first + k]! - values[first + k - 1]!;
      wide[k] = delta;
      if (delta < least) least = delta;
    }
    end = putVarint(out, end, zigzag(least));
    const widthsAt = end;
    end += MINIBLOCKS;
    for (let start = 0; start < BLOCK; start += MINIBLOCK) {
      let largest = 0;
      for (let k = start; k < start + MINIBLOCK; k++) {
        wide[k] = k < count ? wide[k]! - least : 0;
        // The low 32 bits, whatever the sign.
        narrow[k] = wide[k]! | 0;
        if (wide[k]! > largest) largest = wide[k]!;
      }
      const width = bitsOf(largest);
      out[widthsAt + start / MINIBLOCK] = width;
      if (width > 0)
        end = width > 32 ? packWide(start, width, view, end) : pack(start, width, view, end);
    }
  }
  return end;
}

/**
 * The same bytes, of values that lie within 2^30 of one another and of 0: in integers all the way.
 */
export function encodeNarrow(
  values: Int32Array,
  from: number,
  to: number,
  out: Uint8Array,
  at: number,
): number {
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  let end = putHeader(out, at, to - from, to > from ? values[from]! : 0);
  for (let first = from + 1; first < to; first += BLOCK) {
    const count = Math.min(BLOCK, to - first);
    let before = values[first - 1]!;
    let least = 0x7fff_ffff;
    for (let k = 0; k < count; k++) {
      const value = values[first + k]!;
      const delta = (value - before) | 0;
      before = value;
      narrow[k] = delta;
      if (delta < least) least = delta;
    }
    end = putVarint(out, end, zigzag(least));
    const widthsAt = end;
    end += MINIBLOCKS;
    for (let start = 0; start < BLOCK; start += MINIBLOCK) {
      let bits = 0;
      for (let k = start; k < start + MINIBLOCK; k++) {
        const above = k < count ? (narrow[k]! - least) | 0 : 0;
        narrow[k] = above;
        bits |= above;
      }
      const width = 32 - Math.clz32(bits);
      out[widthsAt + start / MINIBLOCK] = width;
      if (width > 0) end = pack(start, width, view, end);
    }
  }
  return end;
}

function putHeader(out: Uint8Array, at: number, count: number, first: number): number {
  return putVarint(
    out,
    putVarint(out, putVarint(out, putVarint(out, at, BLOCK), MINIBLOCKS), count),
    zigzag(first),
  );
}

/** Puts 32 values of `width` bits each, the lowest bits first. */
function pack(start: number, width: number, view: DataView, at: number): number {
  let word = 0;
  let filled = 0;
  let end = at;
  for (let k = start; k < start + MINIBLOCK; k++) {
    const bits = narrow[k]!;
    word |= bits << filled;
    filled += width;
    if (filled < 32) continue;
    view.setInt32(end, word, true);
    end += 4;
    filled -= 32;
    word = filled === 0 ? 0 : bits >>> (width - filled);
  }
  return end;
}

/** The same of 33 to 53 bits, each value in two parts. */
function packWide(start: number, width: number, view: DataView, at: number): number {
  let word = 0;
  let filled = 0;
  let end = at;
  const put = (bits: number, size: number) => {
    word |= bits << filled;
    filled += size;
    if (filled < 32) return;
    view.setInt32(end, word, true);
    end += 4;
    filled -= 32;
    word = filled === 0 ? 0 : bits >>> (size - filled);
  };
  for (let k = start; k < start + MINIBLOCK; k++) {
    put(narrow[k]!, 32);
    put(Math.floor(wide[k]! / TWO_32), width - 32);
  }
  return end;
}

/**
 * Decodes values from `at` on to `out` from `from` on; returns where they end. Throws RangeError
 * where the bytes do not hold exactly `count` values of the coding above.
 */
export function decodeDeltas(
  bytes: Uint8Array,
  at: number,
  count: number,
  out: Int32Array | Float64Array,
  from: number,
): number {
  const cursor = { bytes, at };
  const block = takeVarint(cursor);
  const miniblocks = takeVarint(cursor);
  const total = takeVarint(cursor);
  if (block !== BLOCK || miniblocks !== MINIBLOCKS || total !== count)
    throw new RangeError(
      `deltas of ${total} values in blocks of ${block} / ${miniblocks}, expected ${count} in ` +
        `blocks of ${BLOCK} / ${MINIBLOCKS}`,
    );
  let value = unzigzag(takeVarint(cursor));
  if (count > 0) out[from] = value;
  for (let first = 1; first < count; first += BLOCK) {
    const least = unzigzag(takeVarint(cursor));
    const widthsAt = cursor.at;
    cursor.at += MINIBLOCKS;
    for (let start = first; start < Math.min(first + BLOCK, count); start += MINIBLOCK) {
      const width = bytes[widthsAt + (start - first) / MINIBLOCK]!;
      if (!(width <= 53) || cursor.at + 4 * width > bytes.length)
        throw new RangeError(`deltas of ${width} bits at byte ${cursor.at} of ${bytes.length}`);
      value = unpack(
        bytes,
        cursor.at,
        width,
        least,
        value,
        out,
        from + start,
        Math.min(MINIBLOCK, count - start),
      );
      cursor.at += 4 * width;
    }
  }
  return cursor.at;
}

function unpack(
  bytes: Uint8Array,
  at: number,
  width: number,
  least: number,
  before: number,
  out: Int32Array | Float64Array,
  start: number,
  count: number,
): number {
  let value = before;
  let bit = 0;
  for (let k = 0; k < count; k++) {
    const delta =
      width <= 24
        ? bitsAt(bytes, at, bit, width)
        : bitsAt(bytes, at, bit, 24) +
          0x100_0000 *
            (width <= 48
              ? bitsAt(bytes, at, bit + 24, width - 24)
              : bitsAt(bytes, at, bit + 24, 24) +
                0x100_0000 * bitsAt(bytes, at, bit + 48, width - 48));
    bit += width;
    value += least + delta;
    out[start + k] = value;
  }
  return value;
}

/** `width` bits, at most 24, from bit number `bit` on. */
function bitsAt(bytes: Uint8Array, at: number, bit: number, width: number): number {
  const from = at + (bit >>> 3);
  // Behind the end there are no bits of this value.
  const word =
    bytes[from]! | (bytes[from + 1]! << 8) | (bytes[from + 2]! << 16) | (bytes[from + 3]! << 24);
  return (word >>> (bit & 7)) & ((1 << width) - 1);
}

const bitsOf = (value: number): number =>
  value < TWO_32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / TWO_32));

const zigzag = (value: number): number => (value >= 0 ? 2 * value : -2 * value - 1);
const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

function putVarint(out: Uint8Array, at: number, value: number): number {
  let end = at;
  let rest = value;
  while (rest >= 128) {
    out[end++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  out[end++] = rest;
  return end;
}

function takeVarint(cursor: { bytes: Uint8Array; at: number }): number {
  let value = 0;
  for (let factor = 1; factor < 2 ** 56; factor *= 128) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) break;
    value += factor * (byte & 127);
    if (byte < 128) return value;
  }
  throw new RangeError(`no number at byte ${cursor.at} of ${cursor.bytes.length}`);
}
