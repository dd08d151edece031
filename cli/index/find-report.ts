import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireVersion } from '../../activities/versions/current-version.ts';
import { Failure } from '../../schemas/failures.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { indexTarget } from '../configuration/index-target.ts';
import { toUri } from '../configuration/load-configuration.ts';

/**
 * A local file that holds the report of a version (the current one by default), or of a run that
 * was refused, whose message names the page. What lies in a bucket is copied to a folder for
 * temporary files.
 */
export async function findReport(
  named: string | undefined,
  options: { store?: string; version?: number },
): Promise<string> {
  if (named?.endsWith('.html')) {
    const uri = toUri(named, process.cwd()) ?? named;
    const slash = uri.lastIndexOf('/');
    return await localCopy(openStore(uri.slice(0, slash)), uri.slice(slash + 1));
  }
  const { store, index, version } = await indexTarget(named, options.store);
  const manifest = await requireVersion(store, index, options.version ?? version);
  const part = manifest.parts.find(({ name }) => name === 'report.html');
  const folder = `indexes/${index}/versions/${manifest.version}`;
  if (!part)
    throw new Failure(
      'IntegrityError',
      `${store.uri}/${folder} has no report: its version ${manifest.version} was published ` +
        `by ${manifest.codeVersion}, before there were any`,
    );
  return await localCopy(store, `${folder}/${part.path}`);
}

async function localCopy(store: Store, path: string): Promise<string> {
  const bytes = await store.get(path);
  if (bytes === undefined) throw new Failure('IntegrityError', `no report at ${store.uri}/${path}`);
  const local = store.localFile(path);
  if (local !== undefined) return local;
  const file = join(await mkdtemp(join(tmpdir(), 'hashloom-')), 'report.html');
  await writeFile(file, bytes);
  return file;
}
