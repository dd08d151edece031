import { Failure } from '../schemas/failures.ts';
import type { IndexManifest } from '../schemas/index-manifest.ts';
import type { Store } from '../store/store.ts';
import { pointerTo } from '../activities/versions/current-pointer.ts';
import {
  indexFolder,
  listVersions,
  readIndexState,
  requireVersion,
} from '../activities/versions/current-version.ts';
import { toJson } from '../activities/stage/json-object.ts';

interface Rollback {
  index: string;
  from: number;
  to: number;
}

/**
 * Makes an earlier version current by a conditional swap; without a number, the one before the
 * current. The version must be whole. Throws IntegrityError that names a version which is not
 * there, PublishConflict when somebody published meanwhile.
 */
export async function rollback(
  store: Store,
  index: string,
  version: number | undefined,
  now: Date,
): Promise<Rollback> {
  const state = await readIndexState(store, index);
  const target = await requireVersion(
    store,
    index,
    version ?? (await versionBefore(store, index, state.current?.version)),
  );
  const { seen, current } = state;
  if (!seen || !current)
    throw new Failure(
      'PublishConflict',
      `${store.uri}/${indexFolder(index)}/current.json was removed meanwhile; look again`,
    );
  if (target.version === current.version)
    throw new Failure(
      'ConfigurationError',
      `version ${target.version} of ${index} is the current one already`,
    );
  await requireWhole(store, target);
  const pointer = pointerTo(target, {
    publishedAt: now.toISOString(),
    rolledBackFrom: current.version,
  });
  if (
    (await store.put(`${indexFolder(index)}/current.json`, toJson(pointer), {
      ifMatch: seen.etag,
    })) === undefined
  ) {
    throw new Failure(
      'PublishConflict',
      `${store.uri}/${indexFolder(index)}/current.json changed meanwhile (it named version ` +
        `${current.version}); nothing was rolled back. Look at it, then try again`,
    );
  }
  return { index, from: current.version, to: target.version };
}

async function versionBefore(
  store: Store,
  index: string,
  current: number | undefined,
): Promise<number | undefined> {
  if (current === undefined) return undefined;
  const versions = await listVersions(store, index);
  const before = versions.findLast(({ version }) => version < current);
  if (before) return before.version;
  throw new Failure(
    'ConfigurationError',
    `${index} has no version before the current ${current}; versions there: ` +
      versions.map(({ version }) => version).join(', '),
  );
}

async function requireWhole(store: Store, { index, version, parts }: IndexManifest): Promise<void> {
  for (const { path, bytes } of parts) {
    const place = `${indexFolder(index)}/versions/${version}/${path}`;
    const size = (await store.head(place))?.size;
    if (size !== bytes)
      throw new Failure(
        'IntegrityError',
        `${store.uri}/${place}: expected ${bytes} bytes, found ${size ?? 'nothing'}; version ` +
          `${version} is not whole, so it does not become current`,
      );
  }
}
