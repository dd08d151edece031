import type { Artifact } from '../../store/artifacts.ts';
import { type StoredCells, storedCells } from './stored-cells.ts';

/** Items that are looked at for those of a cell: those of the cells that are nearest to it. */
export const LOOKED_AT = 4096;

/** The cells of an artifact of `cells`. */
export async function openCells(artifact: Artifact): Promise<StoredCells> {
  const bytesOf = (name: string) =>
    artifact.manifest.parts.find((part) => part.name === name)?.bytes ?? 0;
  return storedCells({
    map: await artifact.part('cells.map'),
    expected: {
      items: artifact.manifest.rows,
      mapBytes: bytesOf('cells.map'),
      binBytes: bytesOf('cells.bin'),
      identity: artifact.reference.key,
    },
    read: async (start, end) => await artifact.partRange('cells.bin', start, end),
  });
}
