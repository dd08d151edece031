import type { ArtifactReference } from '../../schemas/artifact.ts';
import { GROUPS } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';

/** The tokens of each group's files. */
export async function readGroups(
  store: Store,
  reference: ArtifactReference,
): Promise<ArtifactReference[][]> {
  const artifact = await openArtifact(store, reference);
  const { group, key } = await decodeParquet(
    await artifact.part('groups.parquet'),
    GROUPS,
    'groups.parquet',
  );
  const groups: ArtifactReference[][] = [];
  for (let at = 0; at < group.length; at++)
    (groups[group[at]!] ??= []).push({ stage: 'ingest', key: key[at]! });
  return groups;
}
