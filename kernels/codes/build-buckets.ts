/**
 * Codes to buckets: for each table the items that share a code, codes ascending as unsigned bytes,
 * items by id.
 *
 * codes: (V, L, w) row-major bytes, w = d / 8. A table's buckets are a CSR: bucket b has the code
 * at b * w and the items [offsets[b], offsets[b + 1]). V items, L tables, B buckets of a table.
 */

import { checkCodeShape } from '../numbers/binarize.ts';
import { sortByU32 } from '../numbers/radix-order.ts';

export interface TableBuckets {
  table: number;
  codeBytes: number;
  /** (B, w): distinct codes, ascending. */
  codes: Uint8Array;
  /** B + 1 ends of buckets in `items`. */
  offsets: Uint32Array;
  /** V item ids, ascending within a bucket. */
  items: Uint32Array;
}

interface BucketCounts {
  /** Distinct codes, over all tables. */
  buckets: number;
  /** Buckets of two or more items. */
  clusters: number;
  /** Buckets of one item. */
  singletons: number;
}

/** The buckets of one table. Throws RangeError on a shape that cannot be. */
export function buildBuckets(
  codes: Uint8Array,
  tables: number,
  codeBytes: number,
  table: number,
): TableBuckets {
  checkCodeShape(tables, codeBytes * 8);
  const stride = tables * codeBytes;
  const rows = codes.length / stride;
  if (!Number.isInteger(rows) || rows > 0x8000_0000)
    throw new RangeError(
      `codes: ${codes.length} bytes are no whole rows of ${tables} x ${codeBytes}, at most 2^31`,
    );
  if (!Number.isInteger(table) || table < 0 || table >= tables)
    throw new RangeError(`table: expected 0 to ${tables - 1}, got ${table}`);
  const items = orderByCode(codes, stride, table * codeBytes, codeBytes, rows);
  const starts = bucketStarts(codes, stride, table * codeBytes, codeBytes, items);
  const distinct = new Uint8Array((starts.length - 1) * codeBytes);
  for (let b = 0; b < starts.length - 1; b++) {
    const from = items[starts[b]] * stride + table * codeBytes;
    for (let k = 0; k < codeBytes; k++) distinct[b * codeBytes + k] = codes[from + k];
  }
  return { table, codeBytes, codes: distinct, offsets: starts, items };
}

/** Exact counts over the buckets of any number of tables. */
export function countBuckets(tables: readonly TableBuckets[]): BucketCounts {
  let buckets = 0;
  let singletons = 0;
  for (const { offsets } of tables) {
    buckets += offsets.length - 1;
    for (let b = 1; b < offsets.length; b++) if (offsets[b] - offsets[b - 1] === 1) singletons++;
  }
  return { buckets, clusters: buckets - singletons, singletons };
}

/** Ids in the order of their codes, by four bytes at a time from the last. */
function orderByCode(
  codes: Uint8Array,
  stride: number,
  from: number,
  codeBytes: number,
  rows: number,
): Uint32Array {
  const order = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) order[i] = i;
  const keys = new Uint32Array(rows);
  const keysScratch = new Uint32Array(rows);
  const orderScratch = new Uint32Array(rows);
  for (let end = codeBytes; end > 0; end -= 4) {
    const start = Math.max(0, end - 4);
    for (let i = 0; i < rows; i++) {
      const at = order[i] * stride + from;
      let key = 0;
      for (let k = start; k < end; k++) key = (key << 8) | codes[at + k];
      keys[i] = key;
    }
    sortByU32(keys, order, keysScratch, orderScratch);
  }
  return order;
}

function bucketStarts(
  codes: Uint8Array,
  stride: number,
  from: number,
  codeBytes: number,
  items: Uint32Array,
): Uint32Array {
  const starts = new Uint32Array(items.length + 1);
  let buckets = 0;
  for (let i = 0; i < items.length; i++) {
    let same = i > 0;
    for (let k = 0; same && k < codeBytes; k++)
      same = codes[items[i] * stride + from + k] === codes[items[i - 1] * stride + from + k];
    if (!same) starts[buckets++] = i;
  }
  starts[buckets] = items.length;
  return starts.slice(0, buckets + 1);
}
