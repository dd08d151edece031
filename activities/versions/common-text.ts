import { createHash } from 'node:crypto';
import type { ArtifactReference, ManifestPart } from '../../schemas/artifact.ts';
import { COMMON } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';

/**
 * `common.txt`: the words that were left out of the vocabulary, one a line in their order, so that
 * readers can say of one of them why it is not there.
 */
export async function commonText(
  store: Store,
  reference: ArtifactReference,
): Promise<{ part: ManifestPart; bytes: Uint8Array }> {
  const artifact = await openArtifact(store, reference);
  const { word } = await decodeParquet(
    await artifact.part('words.parquet'),
    COMMON,
    'words.parquet',
  );
  const bytes = new TextEncoder().encode(word.map((each) => `${each}\n`).join(''));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const name = 'common.txt';
  return { part: { name, path: name, bytes: bytes.length, rows: word.length, sha256 }, bytes };
}
