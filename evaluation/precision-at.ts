/**
 * Precision of the n documents nearest in Hamming distance. Documents at the distance where the
 * n-th lies are tied: the figure is the exact expectation over all orders of the tied, (relevant
 * nearer + relevant tied x places left / tied) / n; `plain` is that of a stable sort, ties in the
 * order of the database. Relevant: any label shared. A query's figures divide by n, or by the size
 * of a smaller database.
 */

interface LabelledCodes {
  /** (rows, d / 8) bytes. */
  codes: Uint8Array;
  /** Labels of row r: values[offsets[r]] to values[offsets[r + 1]]. */
  labels: { offsets: Int32Array; values: Int32Array };
}

interface PrecisionAt {
  /** Means over the queries. */
  expected: number;
  plain: number;
  /** What no codes can surpass: fewer documents may be relevant than are asked for. */
  bound: number;
  queries: number;
  /** By query: the expectation, for intervals. */
  each: Float64Array;
}

/**
 * Throws RangeError where there is no query or no database, or where codes do not fit the labels.
 * `tell` is called between blocks of queries.
 */
export function precisionAt(
  queries: LabelledCodes,
  database: LabelledCodes,
  bits: number,
  n: number,
  onProgress?: (done: number, total: number) => void,
): PrecisionAt {
  const [q, m] = [rowsOf(queries, bits, 'queries'), rowsOf(database, bits, 'database')];
  const labelCount =
    1 + Math.max(-1, maximum(queries.labels.values), maximum(database.labels.values));
  const holders = holdersOf(database.labels, labelCount, m);
  const words = Math.ceil(bits / 32);
  const [a, b] = [toWords(queries.codes, q, bits, words), toWords(database.codes, m, bits, words)];
  const distances = new Uint16Array(m);
  const relevant = new Uint8Array(m);
  const total = new Int32Array(bits + 1);
  const good = new Int32Array(bits + 1);
  const each = new Float64Array(q);
  const places = Math.min(n, m);
  let plainSum = 0;
  let boundSum = 0;
  for (let query = 0; query < q; query++) {
    if (query % QUERIES_A_STEP === 0) onProgress?.(query, q);
    relevant.fill(0);
    for (let at = queries.labels.offsets[query]!; at < queries.labels.offsets[query + 1]!; at++)
      for (const row of holders[queries.labels.values[at]!]!) relevant[row] = 1;
    total.fill(0);
    good.fill(0);
    for (let row = 0; row < m; row++) {
      let distance = 0;
      for (let w = 0; w < words; w++) distance += ones(a[query * words + w]! ^ b[row * words + w]!);
      distances[row] = distance;
      total[distance]! += 1;
      good[distance]! += relevant[row]!;
    }
    let nearer = 0;
    let found = 0;
    let cut = 0;
    while (nearer + total[cut]! < places) {
      nearer += total[cut]!;
      found += good[cut++]!;
    }
    each[query] = (found + (good[cut]! * (places - nearer)) / total[cut]!) / places;
    let left = places - nearer;
    for (let row = 0; left > 0; row++) {
      if (distances[row] !== cut) continue;
      found += relevant[row]!;
      left -= 1;
    }
    plainSum += found / places;
    boundSum +=
      Math.min(
        places,
        good.reduce((sum, count) => sum + count, 0),
      ) / places;
  }
  return {
    expected: each.reduce((sum, value) => sum + value, 0) / q,
    plain: plainSum / q,
    bound: boundSum / q,
    queries: q,
    each,
  };
}

const QUERIES_A_STEP = 256;

function rowsOf({ codes, labels }: LabelledCodes, bits: number, what: string): number {
  const rows = labels.offsets.length - 1;
  if (rows < 1 || codes.length * 8 !== rows * bits)
    throw new RangeError(
      `precision: ${what}: ${codes.length} bytes of codes of ${bits} bits for ${rows} rows ` +
        'of labels',
    );
  return rows;
}

function maximum(values: Int32Array): number {
  let most = -1;
  for (const value of values) if (value > most) most = value;
  return most;
}

/** Rows of each label. */
function holdersOf(
  { offsets, values }: LabelledCodes['labels'],
  labels: number,
  rows: number,
): Int32Array[] {
  const lists = Array.from({ length: labels }, () => [] as number[]);
  for (let row = 0; row < rows; row++)
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) lists[values[at]!]!.push(row);
  return lists.map((list) => Int32Array.from(list));
}

function toWords(codes: Uint8Array, rows: number, bits: number, words: number): Int32Array {
  const out = new Int32Array(rows * words);
  const bytes = bits / 8;
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < bytes; k++)
      out[row * words + (k >> 2)]! |= codes[row * bytes + k]! << (8 * (k & 3));
  return out;
}

function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
