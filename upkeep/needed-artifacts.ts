import { countArtifact } from '../activities/affinity/name-counts.ts';
import { readGroups } from '../activities/affinity/read-groups.ts';
import { readListedFiles } from '../activities/corpus/listed-files.ts';
import { ingestArtifact } from '../activities/corpus/name-shards.ts';
import { listVersions } from '../activities/versions/current-version.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import type { Configuration } from '../schemas/configuration.ts';
import { recordedConfiguration } from '../schemas/recorded-configuration.ts';
import type { StageName } from '../schemas/activities.ts';
import type { IndexManifest } from '../schemas/index-manifest.ts';
import { artifactFolder, readManifest } from '../store/artifacts.ts';
import type { ObjectHead, Store } from '../store/store.ts';

/** Folders of the artifacts that versions need. */
export async function neededArtifacts(
  store: Store,
  versions: readonly IndexManifest[],
  scheduled: readonly Configuration[],
): Promise<Set<string>> {
  const needed = new Set<string>();
  const need = (reference: ArtifactReference) => needed.add(`${artifactFolder(reference)}/`);
  for (const manifest of versions) {
    for (const reference of [
      ...manifest.lineage,
      ...(manifest.common ? [manifest.common] : []),
      ...(manifest.report ? [manifest.report] : []),
    ])
      need(reference);
    await needCounts(store, manifest, scheduled, need);
    const listing = manifest.lineage.find(({ stage }) => stage === 'list');
    if (!listing || !(await readManifest(store, listing))) continue;
    const files = await readListedFiles(store, listing);
    const own = recordedConfiguration.safeParse(manifest.configuration);
    const planned = scheduled.filter(({ index }) => index === manifest.index);
    for (const { source, tokens, documents } of [...(own.success ? [own.data] : []), ...planned]) {
      if (source.kind === 'vectors') continue;
      for (const file of files) need(ingestArtifact(file, { source, tokens, documents }).artifact);
    }
  }
  return needed;
}

/** The counts of a version's groups of files: what an increment begins with. */
async function needCounts(
  store: Store,
  manifest: IndexManifest,
  scheduled: readonly Configuration[],
  need: (reference: ArtifactReference) => unknown,
): Promise<void> {
  const grouping = manifest.lineage.find(({ stage }) => stage === 'group');
  const { common } = manifest;
  if (!grouping || !common || !(await readManifest(store, grouping))) return;
  const groups = await readGroups(store, grouping);
  const own = recordedConfiguration.safeParse(manifest.configuration);
  const planned = scheduled.filter(({ index }) => index === manifest.index);
  for (const { cooccurrence } of [...(own.success ? [own.data] : []), ...planned]) {
    for (const members of groups)
      need(countArtifact(members, { common, ...cooccurrence }).artifact);
  }
}

/** Stages whose artifacts are each of a range of rows. */
const RANGED = new Set<string>([
  'mine',
  'relate',
  'relate-documents',
  'relate-vectors',
  'merge',
  'filter',
] satisfies StageName[]);

/**
 * Ranges of rows (negatives, lists, merged and filtered rows) are named by their inputs alone: they
 * stay with them.
 */
export async function isRangeOf(
  store: Store,
  reference: { stage: string; key: string },
  needed: ReadonlySet<string>,
): Promise<boolean> {
  if (!RANGED.has(reference.stage)) return false;
  const manifest = await readManifest(store, reference);
  return manifest?.inputs.every((input) => needed.has(`${artifactFolder(input)}/`)) ?? false;
}

/** Every version of every other index of the store. */
export async function versionsOfOthers(
  store: Store,
  index: string,
  objects: ObjectHead[],
): Promise<IndexManifest[]> {
  const others = new Set(
    objects.flatMap(({ path }) =>
      path.startsWith('indexes/') && path.split('/')[1] !== index ? [path.split('/')[1]!] : [],
    ),
  );
  return (await Promise.all([...others].map((other) => listVersions(store, other)))).flat();
}
