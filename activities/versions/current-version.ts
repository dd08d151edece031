import type { ArtifactReference } from '../../schemas/artifact.ts';
import {
  type CurrentPointer,
  currentPointer,
  type IndexManifest,
  indexManifest,
} from '../../schemas/index-manifest.ts';
import { Failure } from '../../schemas/failures.ts';
import type { ObjectHead, Store } from '../../store/store.ts';
import { readJson } from '../stage/json-object.ts';

/** What is current in an index, as one look found it. */
interface IndexState {
  /** indexes/NAME */
  folder: string;
  /** `current.json`, for the conditional swap. */
  seen: ObjectHead | undefined;
  current: CurrentPointer | undefined;
  currentVersion: IndexManifest | undefined;
}

export async function readIndexState(store: Store, index: string): Promise<IndexState> {
  const folder = indexFolder(index);
  const seen = await store.head(`${folder}/current.json`);
  const current = seen && (await readJson(store, `${folder}/current.json`, currentPointer));
  const currentVersion =
    current && (await readJson(store, `${folder}/${current.path}/index.json`, indexManifest));
  return { folder, seen, current, currentVersion };
}

export async function readVersion(
  store: Store,
  index: string,
  version: number,
): Promise<IndexManifest | undefined> {
  return await readJson(
    store,
    `${indexFolder(index)}/versions/${version}/index.json`,
    indexManifest,
  );
}

/**
 * A version, the current one unless one is named. Throws IntegrityError that names it when it is
 * not there.
 */
export async function requireVersion(
  store: Store,
  index: string,
  version?: number,
): Promise<IndexManifest> {
  const { current, currentVersion } = await readIndexState(store, index);
  if (!current)
    throw new Failure(
      'IntegrityError',
      `nothing is published at ${store.uri}/${indexFolder(index)}: expected current.json there`,
    );
  const manifest =
    version === undefined ? currentVersion : await readVersion(store, index, version);
  if (manifest) return manifest;
  const there = (await listVersions(store, index)).map((each) => each.version);
  const gone =
    version === undefined || version <= Math.max(current.version, ...there)
      ? 'is gone: gc has removed it, or its run never finished'
      : 'was never published';
  throw new Failure(
    'IntegrityError',
    `version ${version ?? current.version} of ${index} ${gone}; versions at ` +
      `${store.uri}/${indexFolder(index)}: ${there.join(', ') || 'none'}`,
  );
}

/** The versions that are complete, rising. */
export async function listVersions(store: Store, index: string): Promise<IndexManifest[]> {
  const prefix = `${indexFolder(index)}/versions/`;
  const versions: IndexManifest[] = [];
  for await (const { path } of store.list(prefix)) {
    if (!/^\d+\/index\.json$/.test(path.slice(prefix.length))) continue;
    const manifest = await readJson(store, path, indexManifest);
    if (manifest) versions.push(manifest);
  }
  return versions.toSorted((a, b) => a.version - b.version);
}

/** Whether a version was made from these very artifacts. */
export function isMadeFrom(
  currentVersion: IndexManifest,
  lineage: readonly ArtifactReference[],
): boolean {
  return (
    JSON.stringify(currentVersion.lineage.map(({ key }) => key)) ===
    JSON.stringify(lineage.map(({ key }) => key))
  );
}

export const indexFolder = (index: string): string => `indexes/${index}`;
