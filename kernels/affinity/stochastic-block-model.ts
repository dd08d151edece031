/**
 * Stochastic block model (Holland et al. 1983) as paper 1, section 4.1 sets it up: items in
 * factions, a link inside a faction with one probability, between factions at distance 1 to `reach`
 * with another, else none. Distances do not wrap around.
 */
import { PURPOSE, RandomStream } from '../numbers/random.ts';
import type { SparseRows } from '../training/train-rows.ts';

export interface BlockModel {
  factions: number;
  /** Items a faction: item i belongs to faction floor(i / size). */
  size: number;
  inside: number;
  near: number;
  reach: number;
  /** D_ij = D_ji, drawn once; else each is drawn for itself. */
  symmetric: boolean;
}

/** D without a diagonal; columns rise within a row. Item i draws from the stream (seed, sbm, i). */
export function drawBlockModel(
  { factions, size, inside, near, reach, symmetric }: BlockModel,
  seed: number,
): SparseRows {
  const items = factions * size;
  const rows: number[][] = Array.from({ length: items }, () => []);
  for (let i = 0; i < items; i++) {
    const random = new RandomStream(seed, PURPOSE.sbm, i);
    const faction = Math.floor(i / size);
    const first = symmetric ? i + 1 : Math.max(0, faction - reach) * size;
    const end = Math.min(factions, faction + reach + 1) * size;
    for (let j = first; j < end; j++) {
      if (j === i || random.uniform() >= (Math.floor(j / size) === faction ? inside : near))
        continue;
      rows[i].push(j);
      if (symmetric) rows[j].push(i);
    }
  }
  return toRows(rows);
}

/** Who belongs together: all of a faction but the item itself. */
export function factionsOf({ factions, size }: BlockModel): SparseRows {
  const mates = (i: number) => {
    const first = i - (i % size);
    return Array.from({ length: size }, (_, k) => first + k).filter((j) => j !== i);
  };
  return toRows(Array.from({ length: factions * size }, (_, i) => mates(i)));
}

function toRows(rows: number[][]): SparseRows {
  const offsets = new Uint32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) offsets[i + 1] = offsets[i] + rows[i].length;
  const columns = new Uint32Array(offsets[rows.length]);
  for (let i = 0; i < rows.length; i++)
    columns.set(
      rows[i].sort((a, b) => a - b),
      offsets[i],
    );
  return { offsets, columns };
}
