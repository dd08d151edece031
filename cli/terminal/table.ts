import { cutDisplay, displayWidth, padDisplay } from './display-width.ts';

export interface Column {
  title: string;
  align?: 'left' | 'right';
}

/**
 * Lines of a table for a terminal, never wider than `width`: the widest left-aligned column gives
 * way first, then whatever is widest. Cells may hold colours.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const natural = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[index] ?? ''))),
  );
  const widths = fit(natural, columns, width - GAP.length * (columns.length - 1));
  const line = (cells: readonly string[]) => {
    const padded = columns.map((column, index) => {
      const room = widths[index] ?? 0;
      return padDisplay(cutDisplay(cells[index] ?? '', room), room, column.align);
    });
    return cutDisplay(padded.join(GAP).trimEnd(), width);
  };
  const rule = cutDisplay(widths.map((size) => '─'.repeat(size)).join(GAP), width);
  return [line(columns.map((column) => column.title)), rule, ...rows.map(line)];
}

const GAP = '  ';
const LEAST = 3;

function fit(natural: readonly number[], columns: readonly Column[], room: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, size) => sum + size, 0) - room;
  while (excess > 0) {
    let widest = -1;
    for (const [index, size] of widths.entries()) {
      if (size <= LEAST) continue;
      const yields = (columns[index]?.align ?? 'left') === 'left';
      const best = widths[widest] ?? -1;
      const bestYields = (columns[widest]?.align ?? 'left') === 'left';
      if (widest < 0 || (yields && !bestYields) || (yields === bestYields && size > best))
        widest = index;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}
