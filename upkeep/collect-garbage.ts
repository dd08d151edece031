import {
  indexFolder,
  listVersions,
  readIndexState,
} from '../activities/versions/current-version.ts';
import type { Configuration } from '../schemas/configuration.ts';
import { Failure } from '../schemas/failures.ts';
import type { IndexManifest } from '../schemas/index-manifest.ts';
import { artifactFolder, readManifest } from '../store/artifacts.ts';
import type { ObjectHead, Store } from '../store/store.ts';
import { neededArtifacts, versionsOfOthers, isRangeOf } from './needed-artifacts.ts';
import { readPins } from './pins.ts';

interface GarbageOptions {
  /** So many complete versions stay beside the current one and the pinned ones, the latest. */
  keep: number;
  /**
   * Nothing younger than this goes, and no version that was current so lately: readers hold on to a
   * version for a while, and runs under way have not named what they wrote.
   */
  graceMs: number;
  now: number;
  dryRun: boolean;
  /** Configurations that schedules will run; what the kept versions have for them stays. */
  scheduled: readonly Configuration[];
}

export interface Garbage {
  index: string;
  /** Versions that went, or would. */
  versions: number[];
  kept: { version: number; why: string }[];
  /** Artifacts that went, by stage. */
  artifacts: Record<string, number>;
  /** Objects that no manifest names. */
  strays: number;
  objects: number;
  bytes: number;
}

/**
 * Removes old versions of an index, then every artifact that no version of any index needs, then
 * what no manifest names. A version needs its lineage, the tokens and counts of its files, and its
 * negatives. The claims of removed versions stay, so that a number is never given twice.
 */
export async function collectGarbage(
  store: Store,
  index: string,
  options: GarbageOptions,
): Promise<Garbage> {
  const { current, currentVersion } = await readIndexState(store, index);
  if (!current || !currentVersion)
    throw new Failure(
      'IntegrityError',
      `nothing is published at ${store.uri}/${indexFolder(index)}: expected current.json there`,
    );
  const old = (object: ObjectHead) => options.now - object.modifiedMs > options.graceMs;
  const objects: ObjectHead[] = [];
  for await (const object of store.list('')) objects.push(object);
  const garbage: Garbage = {
    index,
    versions: [],
    kept: [],
    artifacts: {},
    strays: 0,
    objects: 0,
    bytes: 0,
  };
  const doomed: ObjectHead[] = [];

  const kept = await chooseVersions(store, index, current.version, options, objects, garbage);
  for (const version of garbage.versions) {
    const folder = `${indexFolder(index)}/versions/${version}/`;
    const inside = objects.filter(
      ({ path }) => path.startsWith(folder) && path !== `${folder}claim.json`,
    );
    // The header goes first: what has none is no version to anybody.
    doomed.push(
      ...inside.filter(({ path }) => path === `${folder}index.json`),
      ...inside.filter(({ path }) => path !== `${folder}index.json`),
    );
  }

  const needed = await neededArtifacts(
    store,
    [...kept, ...(await versionsOfOthers(store, index, objects))],
    options.scheduled,
  );
  const folders = new Map<string, ObjectHead[]>();
  for (const object of objects) {
    const folder = /^artifacts\/[^/]+\/[^/]+\//.exec(object.path)?.[0];
    if (folder !== undefined) folders.set(folder, [...(folders.get(folder) ?? []), object]);
  }
  for (const [folder, inside] of folders) {
    const [, stage = '', key = ''] = folder.split('/');
    const manifest = inside.find(({ path }) => path === `${folder}manifest.json`);
    if (manifest && (needed.has(folder) || (await isRangeOf(store, { stage, key }, needed)))) {
      const strays = await straysOf(store, { stage, key }, inside.filter(old));
      garbage.strays += strays.length;
      doomed.push(...strays);
    } else if (inside.every(old)) {
      if (manifest) garbage.artifacts[stage] = (garbage.artifacts[stage] ?? 0) + 1;
      else garbage.strays += inside.length;
      doomed.push(
        ...(manifest ? [manifest] : []),
        ...inside.filter((object) => object !== manifest),
      );
    }
  }

  garbage.objects = doomed.length;
  garbage.bytes = doomed.reduce((sum, { size }) => sum + size, 0);
  if (!options.dryRun) {
    const after = await readIndexState(store, index);
    if (after.current && garbage.versions.includes(after.current.version)) {
      throw new Failure(
        'PublishConflict',
        `${index} was rolled back to version ${after.current.version} meanwhile; nothing was ` +
          'removed. Try again',
      );
    }
    for (const { path } of doomed) await store.delete(path);
  }
  return garbage;
}

/** Sorts the versions of the index in those that stay, with the reason, and those that go. */
async function chooseVersions(
  store: Store,
  index: string,
  current: number,
  options: GarbageOptions,
  objects: ObjectHead[],
  garbage: Garbage,
): Promise<IndexManifest[]> {
  const versions = await listVersions(store, index);
  const pins = await readPins(store, index);
  const latest = new Set(
    versions
      .map(({ version }) => version)
      .filter((version) => version !== current)
      .slice(-options.keep || versions.length),
  );
  const replacedAt = await replacementTimes(store, index, versions, objects);
  const youngest = (version: number) =>
    objects.reduce(
      (time, { path, modifiedMs }) =>
        path.startsWith(`${indexFolder(index)}/versions/${version}/`)
          ? Math.max(time, modifiedMs)
          : time,
      0,
    );
  const kept: IndexManifest[] = [];
  const whyKept = (version: number): string | undefined => {
    if (version === current) return 'current';
    const pin = pins.get(version);
    if (pin !== undefined) return `pinned by ${pin.who}: ${pin.why}`;
    if (latest.has(version)) return `one of the last ${options.keep}`;
    const usedMs = Math.max(youngest(version), replacedAt.get(version) ?? 0);
    return options.now - usedMs <= options.graceMs ? 'within the grace' : undefined;
  };
  for (const manifest of versions) {
    const { version } = manifest;
    const why = whyKept(version);
    if (why === undefined) garbage.versions.push(version);
    else {
      garbage.kept.push({ version, why });
      kept.push(manifest);
    }
  }
  // A run that died while it published has left a folder without a header.
  const complete = new Set(versions.map(({ version }) => version));
  const begun = new Set(
    objects.flatMap(({ path }) =>
      path.startsWith(`${indexFolder(index)}/versions/`) && !path.endsWith('/claim.json')
        ? [Number(path.split('/')[3])]
        : [],
    ),
  );
  for (const version of begun)
    if (!complete.has(version) && options.now - youngest(version) > options.graceMs)
      garbage.versions.push(version);
  return kept;
}

/**
 * When each version ceased to be current at the latest, as far as anybody can tell: readers opened
 * it until then, and have the grace from then on.
 */
async function replacementTimes(
  store: Store,
  index: string,
  versions: readonly IndexManifest[],
  objects: readonly ObjectHead[],
): Promise<Map<number, number>> {
  const { current } = await readIndexState(store, index);
  const headerOf = (version: number) =>
    objects.find(({ path }) => path === `${indexFolder(index)}/versions/${version}/index.json`);
  const times = new Map<number, number>();
  for (const [at, { version }] of versions.entries()) {
    const next = versions[at + 1];
    const rolledBack = current?.rolledBackFrom === version ? Date.parse(current.publishedAt) : 0;
    times.set(version, Math.max(rolledBack, (next && headerOf(next.version)?.modifiedMs) ?? 0));
  }
  return times;
}

async function straysOf(
  store: Store,
  reference: { stage: string; key: string },
  objects: ObjectHead[],
): Promise<ObjectHead[]> {
  if (objects.length === 0) return [];
  const folder = artifactFolder(reference);
  const manifest = await readManifest(store, reference);
  const named = new Set(
    ['manifest.json', ...(manifest?.parts ?? []).map(({ path }) => path)].map(
      (path) => `${folder}/${path}`,
    ),
  );
  return manifest ? objects.filter(({ path }) => !named.has(path)) : [];
}
