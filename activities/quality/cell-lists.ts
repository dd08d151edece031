import type { Answers } from '../../evaluation/answers/way.ts';
import { nearCells } from '../../kernels/vectors/near-cells.ts';
import { nearLister } from '../../kernels/vectors/near-lists.ts';
import { LOOKED_AT, openCells } from '../vectors/open-cells.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';

/** So many as the last cut of the measure, which is fewer than are looked at. */
const LISTED = 3000;

/**
 * What the cells around each of some items hold, by the cosine of compact vectors: as published
 * lists are made, and as a vector is answered, but longer. One walk over all cells.
 */
export async function cellLists(
  store: Store,
  reference: ArtifactReference,
  queries: Uint32Array,
  onProgress: (done: number, total: number) => void,
): Promise<Map<number, Required<Answers>>> {
  const cells = await openCells(await openArtifact(store, reference));
  const near = nearCells(cells.places, LOOKED_AT);
  const list = nearLister(LISTED, cells.stride);
  const asked = new Set(queries);
  const isAsked = (number: number) => asked.has(number);
  const lists = new Map<number, Required<Answers>>();
  const all = cells.places.items.length;
  for (let cell = 0; cell < all; cell++) {
    onProgress(cell, all);
    const [own] = await cells.itemsOf([cell]);
    if (!own!.numbers.some(isAsked)) continue;
    list(own!, await cells.itemsOf(near(cell)), isAsked, (number, { size, numbers, scores }) =>
      lists.set(number, {
        items: Uint32Array.from(numbers.subarray(0, size)),
        scores: Float32Array.from(scores.subarray(0, size)),
      }),
    );
  }
  return lists;
}
