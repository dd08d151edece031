/**
 * Repetition and definition levels of a required list of required elements, as Parquet's v1 pages
 * hold them: each four bytes of length, then runs (2 x length as a varint, level). A row is one
 * level of repetition 0 and, where it has elements, definition 1; each further element repeats.
 */

/**
 * The levels of rows [from, to), which are lists of values [offsets[r], offsets[r + 1]); `count`:
 * levels.
 */
export function encodeLevels(
  offsets: Int32Array,
  from: number,
  to: number,
): { bytes: Uint8Array; count: number } {
  const repetition = runs();
  const definition = runs();
  let count = 0;
  for (let row = from; row < to; row++) {
    const length = offsets[row + 1]! - offsets[row]!;
    repetition.add(0, 1);
    if (length > 1) repetition.add(1, length - 1);
    definition.add(length > 0 ? 1 : 0, Math.max(length, 1));
    count += Math.max(length, 1);
  }
  return { bytes: Buffer.concat([repetition.finish(), definition.finish()]), count };
}

function runs() {
  const bytes: number[] = [0, 0, 0, 0];
  let level = 0;
  let length = 0;
  function put(): void {
    if (length === 0) return;
    let rest = 2 * length;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
    bytes.push(rest, level);
  }
  return {
    add(next: number, more: number): void {
      if (next !== level) {
        put();
        level = next;
        length = 0;
      }
      length += more;
    },
    finish(): Uint8Array {
      put();
      const whole = Uint8Array.from(bytes);
      new DataView(whole.buffer).setUint32(0, bytes.length - 4, true);
      return whole;
    },
  };
}

/**
 * Offsets of `rows` lists from `count` levels at the start of a page, and where the levels end.
 * Throws RangeError where they are not those of that many.
 */
export function decodeLevels(
  page: Uint8Array,
  count: number,
  rows: number,
): { offsets: Int32Array; at: number } {
  const offsets = new Int32Array(rows + 1);
  const repetition = openRuns(page, 0);
  const definition = openRuns(page, repetition.end);
  let row = -1;
  let values = 0;
  for (let left = count; left > 0;) {
    const taken = Math.min(left, repetition.left(), definition.left());
    const isEmpty = definition.level() === 0;
    if (repetition.level() === 1) {
      if (isEmpty || row < 0) throw new RangeError('a list goes on without an element');
      values += taken;
      offsets[row + 1] = values;
    } else {
      if (row + taken >= rows) throw new RangeError(`more than ${rows} lists`);
      for (let k = 0; k < taken; k++) {
        if (!isEmpty) values += 1;
        offsets[++row + 1] = values;
      }
    }
    repetition.take(taken);
    definition.take(taken);
    left -= taken;
  }
  if (row + 1 !== rows) throw new RangeError(`${row + 1} lists, expected ${rows}`);
  return { offsets, at: definition.end };
}

function openRuns(page: Uint8Array, from: number) {
  if (from + 4 > page.length) throw new RangeError(`no levels at byte ${from} of ${page.length}`);
  let at = from + 4;
  const end = at + new DataView(page.buffer, page.byteOffset + from, 4).getUint32(0, true);
  let left = 0;
  let level = 0;
  function next(): void {
    let head = 0;
    let byte = 128;
    for (let factor = 1; byte >= 128; factor *= 128) {
      if (at >= Math.min(end, page.length)) throw new RangeError(`levels end at byte ${at}`);
      byte = page[at++]!;
      head += (byte & 127) * factor;
    }
    if (head % 2 === 1 || head === 0) throw new RangeError(`levels at byte ${at} are not in runs`);
    left = head / 2;
    level = page[at++]!;
  }
  return {
    end,
    left(): number {
      if (left === 0) next();
      return left;
    },
    level: () => level,
    take(count: number): void {
      left -= count;
    },
  };
}
