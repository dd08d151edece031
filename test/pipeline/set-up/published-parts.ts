import assert from 'node:assert/strict';
import { artifactComplete } from '../../../store/artifacts.ts';
import { openStore } from '../../../store/open-store.ts';
import type { IndexManifest } from '../../../schemas/index-manifest.ts';
import type { ManifestPart } from '../../../schemas/artifact.ts';

/**
 * SHA-256 of every part of every artifact of a store, by stage, key and name: what determinism
 * promises. Reports hold times of their runs.
 */
export async function digestsOf(storeUri: string): Promise<Record<string, string>> {
  const store = openStore(storeUri);
  const digests: Record<string, string> = {};
  for await (const { path } of store.list('artifacts/')) {
    if (!path.endsWith('/manifest.json')) continue;
    const { stage, key, parts } = JSON.parse(Buffer.from((await store.get(path))!).toString()) as {
      stage: string;
      key: string;
      parts: ManifestPart[];
    };
    if (stage === 'report') continue;
    for (const part of parts) digests[`${stage}/${key}/${part.name}`] = part.sha256;
  }
  return digests;
}

/**
 * Objects under `artifacts/` that no manifest names: what a killed or cancelled activity may have
 * left.
 */
export async function strayObjects(storeUri: string): Promise<string[]> {
  const store = openStore(storeUri);
  const named = new Set<string>();
  const present: string[] = [];
  for await (const { path } of store.list('artifacts/')) {
    present.push(path);
    if (!path.endsWith('/manifest.json')) continue;
    named.add(path);
    const { parts } = JSON.parse(Buffer.from((await store.get(path))!).toString()) as {
      parts: ManifestPart[];
    };
    for (const part of parts) named.add(path.replace('manifest.json', part.path));
  }
  return present.filter((path) => !named.has(path));
}

export async function readVersion(
  storeUri: string,
  index: string,
  version: number,
): Promise<IndexManifest | undefined> {
  const bytes = await openStore(storeUri).get(`indexes/${index}/versions/${version}/index.json`);
  return bytes && (JSON.parse(Buffer.from(bytes).toString()) as IndexManifest);
}

/**
 * Lays the list of common words of a version into a fresh store, as a run of an earlier corpus
 * would have left it there (version 1), and nothing else: what a run from nothing with the same
 * list begins with.
 */
export async function layCommon(
  version: IndexManifest,
  grownUri: string,
  freshUri: string,
): Promise<void> {
  const [from, to] = [openStore(grownUri), openStore(freshUri)];
  assert.ok(version.common && (await artifactComplete(from, version.common)));
  for await (const { path } of from.list(`artifacts/common/${version.common.key}/`))
    await to.put(path, (await from.get(path))!);
  const header = { ...version, version: 1, lineage: [], parts: [] };
  await to.put(
    `indexes/${version.index}/versions/1/index.json`,
    Buffer.from(JSON.stringify(header)),
  );
  const pointer = {
    format: 1,
    index: version.index,
    version: 1,
    path: 'versions/1',
    publishedAt: version.createdAt,
  };
  await to.put(`indexes/${version.index}/current.json`, Buffer.from(JSON.stringify(pointer)));
}
