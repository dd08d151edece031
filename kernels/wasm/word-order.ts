/**
 * Words in the order of their bytes (kernels/words/order-scanned.ts): a radix sort by seven bytes
 * at a time, runs of equal ones again by the next seven. Word i is bytes [offsets[i], offsets[i +
 * 1]); behind the last one 16 bytes more can be read, behind what is written 16 more written.
 */

/** So few words are put in order by comparison. */
const FEW: u32 = 24;
/**
 * The length of what is left of a word counts up to here, so words with equal keys go on behind the
 * seven bytes.
 */
const MORE: u32 = 8;

let offsets: usize = 0;
let bytes: usize = 0;
let keys: usize = 0;
let order: usize = 0;
let spareKeys: usize = 0;
let spareOrder: usize = 0;
let histograms: usize = 0;

/**
 * order: u32 (count), the ids of the words in order; keys, spareKeys: u64 (count); spareOrder: u32
 * (count); histograms: u32 (8 * 256).
 */
export function sortWords(
  count: u32,
  offsetsAt: usize,
  bytesAt: usize,
  orderAt: usize,
  keysAt: usize,
  spareOrderAt: usize,
  spareKeysAt: usize,
  histogramsAt: usize,
): void {
  offsets = offsetsAt;
  bytes = bytesAt;
  order = orderAt;
  keys = keysAt;
  spareOrder = spareOrderAt;
  spareKeys = spareKeysAt;
  histograms = histogramsAt;
  for (let id: u32 = 0; id < count; id++) store<u32>(order + (<usize>id << 2), id);
  sortRange(0, count, 0);
}

/**
 * Seven bytes of a word from `depth` on, the first one highest, zeros behind its end; then how many
 * bytes are left, MORE for more than seven.
 */
@inline
function keyAt(id: u32, depth: u32): u64 {
  const start = load<u32>(offsets + (<usize>id << 2)) + depth;
  const left = load<u32>(offsets + (<usize>id << 2), 4) - start;
  if (left == 0) return 0;
  const high = bswap<u64>(load<u64>(bytes + <usize>start));
  return (high & (~(<u64>0) << <u64>(64 - 8 * min<u32>(left, 7)))) | <u64>min<u32>(left, MORE);
}

/** Words order[from, to), which agree in their first `depth` bytes. */
function sortRange(from: u32, to: u32, depth: u32): void {
  const count = to - from;
  if (count <= FEW) {
    sortFew(from, to, depth);
    return;
  }
  memory.fill(histograms, 0, 8 * 1024);
  for (let k = from; k < to; k++) {
    const key = keyAt(load<u32>(order + (<usize>k << 2)), depth);
    store<u64>(keys + (<usize>k << 3), key);
    for (let digit: u32 = 0; digit < 8; digit++) {
      const at =
        histograms
        + (<usize>digit << 10)
        + (<usize>((key >> <u64>(digit << 3)) & 255) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  let keysNow = keys;
  let orderNow = order;
  let keysNext = spareKeys;
  let orderNext = spareOrder;
  const sample = load<u64>(keys + (<usize>from << 3));
  for (let digit: u32 = 0; digit < 8; digit++) {
    const histogram = histograms + (<usize>digit << 10);
    const shift = <u64>(digit << 3);
    if (load<u32>(histogram + (<usize>((sample >> shift) & 255) << 2)) == count) continue;
    let place = from;
    for (let value: usize = 0; value < 1024; value += 4) {
      const here = load<u32>(histogram + value);
      store<u32>(histogram + value, place);
      place += here;
    }
    for (let k = from; k < to; k++) {
      const key = load<u64>(keysNow + (<usize>k << 3));
      const at = histogram + (<usize>((key >> shift) & 255) << 2);
      const place = load<u32>(at);
      store<u32>(at, place + 1);
      store<u64>(keysNext + (<usize>place << 3), key);
      store<u32>(orderNext + (<usize>place << 2), load<u32>(orderNow + (<usize>k << 2)));
    }
    const keysBefore = keysNow;
    const orderBefore = orderNow;
    keysNow = keysNext;
    orderNow = orderNext;
    keysNext = keysBefore;
    orderNext = orderBefore;
  }
  if (orderNow != order) {
    memory.copy(order + (<usize>from << 2), orderNow + (<usize>from << 2), <usize>count << 2);
    memory.copy(keys + (<usize>from << 3), keysNow + (<usize>from << 3), <usize>count << 3);
  }
  let run = from;
  for (let k = from + 1; k <= to; k++) {
    if (k < to && load<u64>(keys + (<usize>k << 3)) == load<u64>(keys + (<usize>run << 3))) {
      continue;
    }
    if (k - run > 1) sortRange(run, k, depth + 7);
    run = k;
  }
}

function sortFew(from: u32, to: u32, depth: u32): void {
  for (let k = from + 1; k < to; k++) {
    const id = load<u32>(order + (<usize>k << 2));
    let at = k;
    while (at > from) {
      const before = load<u32>(order + (<usize>(at - 1) << 2));
      if (!isLess(id, before, depth)) break;
      store<u32>(order + (<usize>at << 2), before);
      at--;
    }
    store<u32>(order + (<usize>at << 2), id);
  }
}

function isLess(left: u32, right: u32, depth: u32): bool {
  let from = depth;
  let a = keyAt(left, from);
  let b = keyAt(right, from);
  while (a == b) {
    if ((<u32>a & 255) < MORE) return false;
    from += 7;
    a = keyAt(left, from);
    b = keyAt(right, from);
  }
  return a < b;
}

/**
 * The words in order, with what is known of each: outOffsets: u32 (count + 1); outCounts,
 * outDocuments: u32 (count); places: i32 (count), the place of each id, and before it -1 for a
 * dropped token.
 */
export function arrangeWords(
  count: u32,
  counts: usize,
  documents: usize,
  outOffsets: usize,
  outBytes: usize,
  outCounts: usize,
  outDocuments: usize,
  places: usize,
): void {
  let end: u32 = 0;
  store<i32>(places - 4, -1);
  store<u32>(outOffsets, 0);
  for (let to: u32 = 0; to < count; to++) {
    const id = <usize>load<u32>(order + (<usize>to << 2)) << 2;
    const start = load<u32>(offsets + id);
    const length = load<u32>(offsets + id, 4) - start;
    for (let k: usize = 0; k < <usize>length; k += 16) {
      v128.store(outBytes + <usize>end + k, v128.load(bytes + <usize>start + k));
    }
    end += length;
    const at = <usize>to << 2;
    store<u32>(outOffsets + at, end, 4);
    store<u32>(outCounts + at, load<u32>(counts + id));
    store<u32>(outDocuments + at, load<u32>(documents + id));
    store<i32>(places + id, to);
  }
}

/** Ids of tokens to the places of their words, in place. */
export function placeTokens(tokens: usize, count: u32, places: usize): void {
  for (let k: usize = 0; k < <usize>count << 2; k += 4) {
    store<i32>(tokens + k, load<i32>(places + (<usize>load<i32>(tokens + k) << 2)));
  }
}
