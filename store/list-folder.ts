import type { Dirent } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal, isMissing } from './file-errors.ts';
import { statusOf, headOf } from './file-status.ts';
import { isReservedName, TEMPORARY_PREFIX } from './object-path.ts';
import type { ObjectHead } from './store.ts';

/** The objects below a folder whose paths begin with a prefix, in byte order. */
export async function* list(root: string, prefix: string): AsyncIterable<ObjectHead> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  yield* walk(root, folder, prefix.slice(folder.length));
}

/** `folder` ends with a slash or is empty. */
async function* walk(root: string, folder: string, namePrefix: string): AsyncIterable<ObjectHead> {
  for (const { name, isFolder } of await entriesOf(join(root, folder))) {
    const path = folder + name;
    if (isReservedName(name)) {
      if (name.startsWith(TEMPORARY_PREFIX)) await removeAbandoned(join(root, path));
    } else if (name.startsWith(namePrefix)) {
      if (isFolder) {
        yield* walk(root, `${path}/`, '');
      } else {
        const status = await statusOf(join(root, path));
        if (status?.isFile()) yield headOf(path, status);
      }
    }
  }
}

/** In byte order of whole paths: a folder counts as its name with the slash. */
async function entriesOf(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw refusal(error, folder, 'list');
  }
  const keyed = await Promise.all(
    entries.map(async (entry) => {
      const isFolder =
        entry.isDirectory() ||
        (entry.isSymbolicLink() &&
          (await statusOf(join(folder, entry.name)))?.isDirectory() === true);
      return {
        name: entry.name,
        isFolder,
        key: Buffer.from(isFolder ? `${entry.name}/` : entry.name),
      };
    }),
  );
  return keyed.toSorted((a, b) => Buffer.compare(a.key, b.key));
}

/** Nothing else ever sees what a killed writer left. */
async function removeAbandoned(file: string): Promise<void> {
  const status = await statusOf(file);
  if (status !== undefined && Date.now() - Number(status.mtimeMs) > ABANDONED_MS)
    await rm(file, { force: true }).catch(() => undefined);
}

/** A temporary file older than this was left by a crash. */
const ABANDONED_MS = 24 * 3_600_000;
