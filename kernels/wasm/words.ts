/**
 * Words of ASCII text and their ids (kernels/words/scan-words.ts, which owns the memory; every
 * array lies where `layout` was told, in bytes). 64 bytes are classed at once to bits, runs of bits
 * are words. Ids are given in the order of arrival by open addressing, at most half full.
 *
 * slots: i32 (mostMask + 1), of which mask + 1 are in use, so that few words lie in few cache
 * lines; -1 where free; hashes: u32 (most); offsets: u32 (most + 1): word i is arena bytes
 * [offsets[i], offsets[i + 1]); counts, documents, latest: u32 (most); tokens: i32; word: bytes of
 * the word at hand. Behind the text, the plain stretch and the word 64 bytes more can be read,
 * behind the arena's bytes 16.
 */

export { arrangeWords, placeTokens, sortWords } from './word-order';

let mask: u32 = 0;
let mostMask: u32 = 0;
let most: u32 = 0;
let slots: usize = 0;
let hashes: usize = 0;
let offsets: usize = 0;
let counts: usize = 0;
let documents: usize = 0;
let latest: usize = 0;
let arena: usize = 0;
let arenaEnd: u32 = 0;
let tokens: usize = 0;
let word: usize = 0;
let plain: usize = 0;

let size: u32 = 0;
let length: u32 = 0;
let document: u32 = 1;

let minimumLength: u32 = 1;
let maximumLength: u32 = 64;
let numbers: bool = false;
let apostrophes: bool = true;

/** Slots in use at first, less one. */
const MIN_MASK: u32 = 0x3fff;
/**
 * A word that is not longer finds room in the arena and in the table as long as there is so much
 * left.
 */
const LONGEST: u32 = 256;

export function layout(
  maskIs: u32,
  slotsAt: usize,
  hashesAt: usize,
  offsetsAt: usize,
  countsAt: usize,
  documentsAt: usize,
  latestAt: usize,
  arenaAt: usize,
  arenaBytes: u32,
): void {
  mostMask = maskIs;
  most = (maskIs + 1) >> 1;
  slots = slotsAt;
  hashes = hashesAt;
  offsets = offsetsAt;
  counts = countsAt;
  documents = documentsAt;
  latest = latestAt;
  arena = arenaAt;
  arenaEnd = arenaBytes;
}

export function buffers(wordAt: usize, plainAt: usize, tokensAt: usize): void {
  word = wordAt;
  plain = plainAt;
  tokens = tokensAt;
}

/** Forgets all words. */
export function begin(min: u32, max: u32, keepsNumbers: bool, joinsApostrophes: bool): void {
  minimumLength = min;
  maximumLength = max;
  numbers = keepsNumbers;
  apostrophes = joinsApostrophes;
  size = 0;
  length = 0;
  document = 1;
  mask = mostMask < MIN_MASK ? mostMask : MIN_MASK;
  memory.fill(slots, 0xff, (<usize>mask + 1) << 2);
  store<u32>(offsets, 0);
}

/**
 * Places of the words known so far by their hashes, after more slots came in use or the table was
 * laid out larger.
 */
export function rehash(): void {
  memory.fill(slots, 0xff, (<usize>mask + 1) << 2);
  for (let id: u32 = 0; id < size; id++) {
    let slot = load<u32>(hashes + (<usize>id << 2)) & mask;
    while (load<i32>(slots + (<usize>slot << 2)) >= 0) slot = (slot + 1) & mask;
    store<i32>(slots + (<usize>slot << 2), id);
  }
}

export function words(): u32 {
  return size;
}

export function wordBytes(): u32 {
  return load<u32>(offsets + (<usize>size << 2));
}

/** Tokens since the last call of `takeTokens`. */
export function pending(): u32 {
  return length;
}

export function takeTokens(): void {
  length = 0;
}

export function endDocument(): void {
  document++;
}

/** Whether all words of `bytes` more of text find room. */
export function hasRoom(bytes: u32): bool {
  return (
    size + 1 + (bytes >> 1) < most
    && load<u32>(offsets + (<usize>size << 2)) + bytes + LONGEST < arenaEnd
  );
}

/** Adds the word that lies in `word`. */
export function addWord(bytes: u32): void {
  token(find(bytes));
}

export function drop(): void {
  token(-1);
}

/**
 * Takes the words of bytes [at, to), both ends of stretches, and returns where it stopped: at `to`,
 * or at a stretch that holds more than ASCII and common punctuation. There must be room for as many
 * tokens and words as have place in these bytes: hasRoom(to - at).
 */
export function scan(at: usize, to: usize): usize {
  while (at < to) {
    const high = nextHigh(at, to);
    let start = high;
    if (high < to) while (start > at && load<u8>(start - 1) > 0x20) start--;
    ascii(at, start);
    if (high == to) return to;
    let end = high;
    while (end < to && load<u8>(end) > 0x20) end++;
    const simple = simplify(start, end);
    if (simple < 0) return start;
    ascii(plain, plain + <usize>simple);
    at = end;
  }
  return to;
}

function nextHigh(from: usize, to: usize): usize {
  for (let at = from; at < to; at += 16) {
    const bits = i8x16.bitmask(v128.load(at));
    if (bits != 0) {
      const found = at + <usize>ctz(bits);
      return found < to ? found : to;
    }
  }
  return to;
}

/**
 * U+2010 to U+201F, U+2026, U+202A to U+202E become ASCII that means the same: U+2019 an
 * apostrophe, the others a separator; -1 where there is more.
 */
function simplify(from: usize, to: usize): i32 {
  let out = plain;
  for (let at = from; at < to; at++) {
    const byte = load<u8>(at);
    if (byte < 0x80) {
      store<u8>(out++, byte);
      continue;
    }
    if (byte != 0xe2 || at + 2 >= to || load<u8>(at + 1) != 0x80) return -1;
    const last = load<u8>(at + 2);
    if (!((last >= 0x90 && last <= 0x9f) || last == 0xa6 || (last >= 0xaa && last <= 0xae))) {
      return -1;
    }
    store<u8>(out++, last == 0x99 ? 0x27 : 0x22);
    at += 2;
  }
  return <i32>(out - plain);
}

@inline
function isAlphanumeric(byte: u8): bool {
  return <u8>((byte | 0x20) - 0x61) < 26 || <u8>(byte - 0x30) < 10;
}

@inline
function alphanumeric(chunk: v128): u64 {
  const letters = i8x16.lt_u(
    i8x16.sub(v128.or(chunk, i8x16.splat(0x20)), i8x16.splat(0x61)),
    i8x16.splat(26)
  );
  const digits = i8x16.lt_u(i8x16.sub(chunk, i8x16.splat(0x30)), i8x16.splat(10));
  return <u64>i8x16.bitmask(v128.or(letters, digits));
}

@inline
function quotes(chunk: v128): u64 {
  return <u64>i8x16.bitmask(i8x16.eq(chunk, i8x16.splat(0x27)));
}

function ascii(from: usize, to: usize): void {
  let open: usize = 0;
  let before: u64 = 0;
  for (let block = from; block < to; block += 64) {
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);
    const left = to - block;
    const valid: u64 = left < 64 ? (<u64>1 << <u64>left) - 1 : ~(<u64>0);
    const letters =
      (
        alphanumeric(a) | (alphanumeric(b) << 16) | (alphanumeric(c) << 32) | (
          alphanumeric(d) << 48
        )
      )
      & valid;
    let bits = letters;
    if (apostrophes) {
      const q = quotes(a) | (quotes(b) << 16) | (quotes(c) << 32) | (quotes(d) << 48);
      if (q != 0) {
        const next: u64 = left > 64 && isAlphanumeric(load<u8>(block + 64)) ? 1 : 0;
        bits |= q & ((letters << 1) | before) & ((letters >> 1) | (next << 63));
      }
    }
    before = letters >> 63;
    if (open != 0) {
      const end = ctz(~bits);
      if (bits == ~(<u64>0)) continue;
      emit(open, block + <usize>end);
      open = 0;
      bits &= ~(<u64>0) << end;
    }
    while (bits != 0) {
      const start = ctz(bits);
      const run = ctz(~(bits >> start));
      const end = start + run;
      if (end >= 64) {
        open = block + <usize>start;
        break;
      }
      emit(block + <usize>start, block + <usize>end);
      bits &= ~(<u64>0) << end;
    }
  }
  if (open != 0) emit(open, to);
}

/**
 * A run of letters, digits and apostrophes: bit 5 makes each of them lower case, and changes none
 * that is.
 */
@inline
function emit(from: usize, to: usize): void {
  const bytes = <u32>(to - from);
  if (bytes < minimumLength || bytes > maximumLength || (!numbers && load<u8>(from) < 0x40)) {
    token(-1);
    return;
  }
  for (let k: usize = 0; k < <usize>bytes; k += 16) {
    v128.store(word + k, v128.or(v128.load(from + k), i8x16.splat(0x20)));
  }
  token(find(bytes));
}

@inline
function token(id: i32): void {
  store<i32>(tokens + (<usize>length << 2), id);
  length++;
}

/** The last bytes of a word as a number, without what lies behind. */
@inline
function tail(at: usize, bytes: u32): u64 {
  return load<u64>(at) & (~(<u64>0) >> (<u64>(8 - bytes) << 3));
}

function find(bytes: u32): i32 {
  let hash: u64 = <u64>bytes * 0x9e3779b97f4a7c15;
  let k: u32 = 0;
  for (; k + 8 < bytes; k += 8) {
    hash = (hash ^ load<u64>(word + <usize>k)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
  }
  if (bytes > k) hash = (hash ^ tail(word + <usize>k, bytes - k)) * 0x9e3779b97f4a7c15;
  hash ^= hash >> 32;
  const short = <u32>hash;
  for (let slot = short & mask; ; slot = (slot + 1) & mask) {
    const id = load<i32>(slots + (<usize>slot << 2));
    if (id < 0) return insert(bytes, short, slot);
    if (load<u32>(hashes + (<usize>id << 2)) != short) continue;
    const start = load<u32>(offsets + (<usize>id << 2));
    if (
      load<u32>(offsets + (<usize>id << 2), 4) - start != bytes || !isSame(
        arena + <usize>start,
        bytes
      )
    ) {
      continue;
    }
    const at = <usize>id << 2;
    store<u32>(counts + at, load<u32>(counts + at) + 1);
    if (load<u32>(latest + at) != document) {
      store<u32>(latest + at, document);
      store<u32>(documents + at, load<u32>(documents + at) + 1);
    }
    return id;
  }
}

@inline
function isSame(at: usize, bytes: u32): bool {
  let k: u32 = 0;
  for (; k + 8 < bytes; k += 8) {
    if (load<u64>(at + <usize>k) != load<u64>(word + <usize>k)) return false;
  }
  return k == bytes || tail(at + <usize>k, bytes - k) == tail(word + <usize>k, bytes - k);
}

function insert(bytes: u32, hash: u32, slot: u32): i32 {
  const start = load<u32>(offsets + (<usize>size << 2));
  memory.copy(arena + <usize>start, word, bytes);
  const at = <usize>size << 2;
  store<u32>(offsets + at, start + bytes, 4);
  store<u32>(hashes + at, hash);
  store<u32>(counts + at, 1);
  store<u32>(documents + at, 1);
  store<u32>(latest + at, document);
  store<i32>(slots + (<usize>slot << 2), size);
  if (++size > mask >> 1 && mask < mostMask) {
    mask = 2 * mask + 1;
    rehash();
  }
  return size - 1;
}
