import type { ArtifactReference } from '../../schemas/artifact.ts';
import { VOCABULARY } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';

/** The words of a vocabulary, in the order of their ids. */
export async function readWords(store: Store, vocabulary: ArtifactReference): Promise<string[]> {
  const artifact = await openArtifact(store, vocabulary);
  return (
    await decodeParquet(await artifact.part('vocabulary.parquet'), VOCABULARY, 'vocabulary.parquet')
  ).word;
}
