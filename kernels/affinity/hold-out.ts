interface HoldOutOptions {
  /** V, rows of D. */
  words: number;
  /** Nonzeros of D. */
  entries: number;
  /** The pairs to take, as chooseHeldOut numbers them. */
  chosen: Float64Array;
}

interface HoldOut {
  /**
   * The next entries of D, in order; those that stay are moved to the front, and their number is
   * returned. Throws RangeError where D is not as said.
   */
  add(rows: Int32Array, columns: Int32Array): number;
  /**
   * The held-out pairs, left < right, sorted by (left, right). Throws RangeError where D was not
   * symmetric.
   */
  finish(): { left: Int32Array; right: Int32Array };
}

/**
 * Takes unordered pairs out of D, in both orders, to measure hit rates on. D is square, symmetric,
 * without diagonal, and comes by (row, column); in memory are the held-out pairs and a few numbers
 * a row.
 */
export function holdOut({ words, entries, chosen }: HoldOutOptions): HoldOut {
  const left = new Int32Array(chosen.length);
  const right = new Int32Array(chosen.length);
  /**
   * The held-out pairs (i, j) of each j as a list, i rising: its first and last pair, and the one
   * behind each.
   */
  const first = new Int32Array(words).fill(-1);
  const last = new Int32Array(words);
  const behind = new Int32Array(chosen.length).fill(-1);
  /** Of each row the columns below it that its mirror images promise: how many, and their sum. */
  const promised = new Int32Array(words);
  const promisedSums = new Float64Array(words);
  let pair = 0;
  let taken = 0;
  let seen = 0;
  let row = 0;
  let column = -1;

  function add(rows: Int32Array, columns: Int32Array): number {
    let kept = 0;
    for (let at = 0; at < rows.length; at++) {
      const i = rows[at];
      const j = columns[at];
      if (i === j || i < row || (i === row && j <= column) || i >= words || j < 0 || j >= words) {
        throw new RangeError(
          `D holds (${i}, ${j}) behind (${row}, ${column}); expected rising rows and columns ` +
            `of a square of ${words} rows, and no diagonal`,
        );
      }
      row = i;
      column = j;
      seen += 1;
      if (isTaken(i, j)) continue;
      rows[kept] = i;
      columns[kept++] = j;
    }
    return kept;
  }

  /** Every pair is chosen or not in the upper half, which comes first; the other half follows. */
  function isTaken(i: number, j: number): boolean {
    if (j < i) {
      promised[i] -= 1;
      promisedSums[i] -= j;
      const waiting = first[i];
      if (waiting < 0 || left[waiting] !== j) return false;
      first[i] = behind[waiting];
      return true;
    }
    promised[j] += 1;
    promisedSums[j] += i;
    if (pair++ !== chosen[taken]) return false;
    left[taken] = i;
    right[taken] = j;
    if (first[j] < 0) first[j] = taken;
    else behind[last[j]] = taken;
    last[j] = taken++;
    return true;
  }

  return {
    add,
    finish() {
      const wrong = promised.findIndex(
        (count, at) => count !== 0 || promisedSums[at] !== 0 || first[at] >= 0,
      );
      if (wrong >= 0)
        throw new RangeError(
          `D is not symmetric: row ${wrong} has other columns below ${wrong} than the ` +
            `columns ${wrong} above it`,
        );
      if (seen !== entries) throw new RangeError(`D has ${seen} entries, expected ${entries}`);
      return { left, right };
    },
  };
}
