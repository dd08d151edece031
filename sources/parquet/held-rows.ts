import type { ColumnPiece, LeafValues } from './decode-run.ts';

/**
 * Rows of lists whose last one may go on in the piece that follows: it is held until that is known.
 */
export function heldRows() {
  let held: ColumnPiece | undefined;

  /**
   * The rows that are whole now. Of a piece that goes on, the first row begins with a value more.
   */
  function add(piece: ColumnPiece, isContinued: boolean): ColumnPiece[] {
    if (piece.rows === 0) return [];
    const whole: ColumnPiece[] = [];
    let from = 0;
    if (isContinued) {
      from = 1;
      const rest = sliceItems(piece, piece.offsets![0]! + 1, piece.offsets![1]!);
      if (held && rest.length > 0) held = joinRow(held, rest);
      if (piece.rows === 1) return [];
    }
    if (held) whole.push(held);
    const last = piece.rows - 1;
    if (last > from) whole.push(sliceRows(piece, from, last));
    held = sliceRows(piece, last, last + 1);
    return whole;
  }

  function finish(): ColumnPiece[] {
    return held ? [held] : [];
  }

  return { add, finish };
}

function sliceRows(piece: ColumnPiece, from: number, to: number): ColumnPiece {
  if (from === 0 && to === piece.rows) return piece;
  const [first, last] = [piece.offsets![from]!, piece.offsets![to]!];
  return {
    rows: to - from,
    present: piece.present?.subarray(from, to),
    offsets: offsetsFrom(piece.offsets!, from, to),
    items: sliceItems(piece, first, last),
  };
}

/** Views, but for offsets. */
function sliceItems({ items }: ColumnPiece, from: number, to: number): LeafValues {
  const { offsets, width, data } = items;
  return {
    length: to - from,
    present: items.present?.subarray(from, to),
    offsets: offsets && offsetsFrom(offsets, from, to),
    width,
    data: offsets
      ? data.subarray(offsets[from], offsets[to])
      : data.subarray(from * width, to * width),
  };
}

function offsetsFrom(offsets: Int32Array, from: number, to: number): Int32Array {
  const first = offsets[from]!;
  return offsets.slice(from, to + 1).map((offset) => offset - first);
}

/** The row with more items at its end. */
function joinRow(row: ColumnPiece, rest: LeafValues): ColumnPiece {
  const { items } = row;
  const length = items.length + rest.length;
  const offsets = items.offsets && new Int32Array(length + 1);
  if (items.offsets && offsets) {
    const end = items.offsets[items.length];
    offsets.set(items.offsets);
    for (let k = 1; k <= rest.length; k++) offsets[items.length + k] = end! + rest.offsets![k]!;
  }
  const present =
    items.present || rest.present ? joined(presentIn(items), presentIn(rest)) : undefined;
  return {
    rows: 1,
    present: undefined,
    offsets: Int32Array.of(0, length),
    items: { length, present, offsets, width: items.width, data: joined(items.data, rest.data) },
  };
}

function presentIn({ present, length }: LeafValues): Uint8Array {
  return present ?? new Uint8Array(length).fill(1);
}

/** Both are of one type: they come out of one column. */
function joined<T extends LeafValues['data']>(first: T, second: T): T {
  const Type = first.constructor as new (length: number) => T;
  const all = new Type(first.length + second.length);
  all.set(first as never);
  all.set(second as never, first.length);
  return all;
}
