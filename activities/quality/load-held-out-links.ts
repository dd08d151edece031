import {
  type HeldOutLinks,
  heldOutLinks,
  someLinks,
} from '../../evaluation/answers/held-out-links.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { HELD_OUT } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import { readSparseRows } from '../affinity/load-sparse-rows.ts';

/**
 * Items that ask. With 20,000 held-out pairs that many ask for as many links, and the standard
 * error of a fair share is below half a point, so that its interval of 95% is below a point to
 * either side (docs/results/answers.md).
 */
const MOST_QUERIES = 8000;

/** D without the held-out pairs, and these, of as many items as are asked; the same for a seed. */
export async function loadHeldOutLinks(
  store: Store,
  pairs: ArtifactReference,
  seed: number,
): Promise<HeldOutLinks> {
  const artifact = await openArtifact(store, pairs);
  const words = Number(artifact.manifest.facts['words']);
  const known = await readSparseRows(artifact, 'training.parquet', words);
  const part = await artifact.part('held-out.parquet');
  const links = heldOutLinks(await decodeParquet(part, HELD_OUT, 'held-out.parquet'), known);
  return someLinks(links, MOST_QUERIES, seed);
}

/** Of each item 0 where it is of the first of two sides; undefined where there is one. */
export function sidesOfWords(words: readonly string[], leftSide: string): Uint8Array | undefined {
  if (leftSide === '') return undefined;
  return Uint8Array.from(words, (word) => Number(!word.startsWith(`${leftSide}:`)));
}
