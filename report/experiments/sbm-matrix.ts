import type { SparseRows } from '../../kernels/training/train-rows.ts';

const CELL = 2;
const SHOWN = 200;

/**
 * Fig. 4 of paper 1: the first items of a stochastic block model, D to the left, to the right its
 * hard negatives: (D^T D)_ij > 0, D_ij = 0, i != j. SVG with the colours of the page it stands in.
 */
export function sbmMatrix({ offsets, columns }: SparseRows): string {
  const items = Math.min(SHOWN, offsets.length - 1);
  const side = CELL * items;
  const links: string[] = [];
  const hard: string[] = [];
  for (let i = 0; i < items; i++) {
    const own = new Set(columns.subarray(offsets[i], offsets[i + 1]));
    const near = new Set(
      [...own].flatMap((k) => [...columns.subarray(offsets[k], offsets[k + 1])]),
    );
    for (let j = 0; j < items; j++) {
      const cell = `M${CELL * j} ${CELL * i}h${CELL}`;
      if (own.has(j)) links.push(cell);
      else if (i !== j && near.has(j)) hard.push(cell);
    }
  }
  const panel = (x: number, title: string, cells: string[]) =>
    `<g transform="translate(${x} 24)"><text y="-8" font-size="13" ` +
    `fill="currentColor">${title}</text><rect width="${side}" height="${side}" fill="none" ` +
    `stroke="currentColor" stroke-opacity="0.4"/><path transform="translate(0 ${CELL / 2})" ` +
    `d="${cells.join('')}" stroke="var(--accent, #1f6feb)" stroke-width="${CELL}"/></g>`;
  const width = 2 * side + 40;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${side + 26}" ` +
    'font-family="system-ui, sans-serif" role="img" aria-label="Links and hard negatives of ' +
    `the first ${items} ` +
    `items">${panel(1, `D, the first ${items} items`, links)}${panel(side + 39, 'hard negatives', hard)}</svg>\n`
  );
}
