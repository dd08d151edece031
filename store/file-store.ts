import { createHash, randomUUID } from 'node:crypto';
import {
  constants,
  copyFile,
  type FileHandle,
  link,
  mkdir,
  open,
  rename,
  rmdir,
  stat,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure } from '../schemas/failures.ts';
import { refusal, codeOf, isMissing } from './file-errors.ts';
import { withFileLock } from './file-lock.ts';
import { statusOf, etagOf, headOf } from './file-status.ts';
import { list } from './list-folder.ts';
import { checkedPath, checkedPrefix, LOCK_PREFIX, TEMPORARY_PREFIX } from './object-path.ts';
import type { PutCondition, Store } from './store.ts';

const FOLDER_ATTEMPTS = 50;

/**
 * A store in a folder, `file://`. Every write goes to a temporary name beside its target and is
 * renamed, so a reader sees the whole object or none; conditions are kept between processes.
 * Folders are made when needed and removed when empty. `localFile` names the file of a path whether
 * or not it is there.
 */
export function openFileStore(root: string): Store {
  const locate = (path: string): string => join(root, checkedPath(path));

  async function put(
    path: string,
    bytes: Uint8Array,
    condition?: PutCondition,
  ): Promise<string | undefined> {
    const target = locate(path);
    return await written(
      target,
      (temporary) => writeFile(temporary, bytes, { flag: 'wx' }),
      condition,
    );
  }

  return {
    uri: pathToFileURL(root).href.replace(/\/+$/, ''),
    get: (path) => readObject(locate(path), 0, Number.MAX_SAFE_INTEGER),
    getRange: (path, start, end) => readObject(locate(path), start, end),
    async stream(path) {
      const opened = await openObject(locate(path));
      return opened?.handle.createReadStream();
    },
    async head(path) {
      const status = await statusOf(locate(path));
      return status?.isFile() ? headOf(path, status) : undefined;
    },
    put,
    async putFile(path, localFile) {
      return await unconditional(locate(path), (temporary) =>
        copyFile(localFile, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE),
      );
    },
    async copy(from, to) {
      const source = locate(from);
      if (!(await statusOf(source))?.isFile())
        throw new Failure('StoreError', `copy: nothing at ${source}`);
      // A copy and no hard link: its own time of modification is what a grace period counts from.
      await unconditional(locate(to), (temporary) =>
        copyFile(source, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE),
      );
    },
    delete: (path) => remove(root, locate(path)),
    list: (prefix) => list(root, checkedPrefix(prefix)),
    // Links and O_EXCL keep conditions on every local file system.
    conditional: async () => true,
    localFile: locate,
  };
}

async function unconditional(
  target: string,
  write: (temporary: string) => Promise<void>,
): Promise<string> {
  const etag = await written(target, write);
  if (etag === undefined) throw new Error(`${target}: a write without a condition was refused`);
  return etag;
}

/**
 * Lets `write` fill a temporary file and moves it to the target when the condition holds; returns
 * the etag.
 */
async function written(
  target: string,
  write: (temporary: string) => Promise<void>,
  condition: PutCondition = {},
): Promise<string | undefined> {
  const temporary = join(dirname(target), TEMPORARY_PREFIX + randomUUID());
  let etag: string | undefined;
  let isMoved = false;
  try {
    await writeInFolder(temporary, write);
    if (condition.ifMatch !== undefined) {
      etag = await withFileLock(lockOf(target), async () => {
        const current = await statusOf(target);
        return current !== undefined && etagOf(current) === condition.ifMatch
          ? await replace(temporary, target)
          : undefined;
      });
    } else if (condition.ifAbsent) {
      etag = await place(temporary, target);
    } else {
      etag = await replace(temporary, target);
      isMoved = true;
    }
  } catch (error) {
    throw refusal(error, target, 'write');
  } finally {
    // The first error is the one to tell.
    if (!isMoved) await unlink(temporary).catch(() => undefined);
  }
  return etag;
}

/** The folder is there mostly. */
async function writeInFolder(
  temporary: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (attempt > 1) await mkdir(dirname(temporary), { recursive: true });
      return await write(temporary);
    } catch (error) {
      // Deletes may prune the folder while or after it is made.
      if (codeOf(error) !== 'ENOENT' || attempt === FOLDER_ATTEMPTS) throw error;
    }
  }
}

/**
 * Renames over the target. The etag must change even within one tick of the file system's clock, so
 * the time of modification always grows.
 */
async function replace(temporary: string, target: string): Promise<string> {
  const old = await statusOf(target);
  let fresh = await stat(temporary, { bigint: true });
  if (old !== undefined && fresh.mtimeNs <= old.mtimeNs) {
    const laterSeconds = (Number(old.mtimeMs) + 2) / 1000;
    await utimes(temporary, laterSeconds, laterSeconds);
    fresh = await stat(temporary, { bigint: true });
  }
  await rename(temporary, target);
  return etagOf(fresh);
}

/** A link, unlike a rename, fails when the target is there. */
async function place(temporary: string, target: string): Promise<string | undefined> {
  const etag = etagOf(await stat(temporary, { bigint: true }));
  try {
    await link(temporary, target);
    return etag;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return undefined;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS')
      throw error;
    // The file system has no hard links.
    return await withFileLock(lockOf(target), async () =>
      (await statusOf(target)) === undefined ? await replace(temporary, target) : undefined,
    );
  }
}

function lockOf(target: string): string {
  return join(
    dirname(target),
    LOCK_PREFIX + createHash('sha256').update(basename(target)).digest('hex').slice(0, 32),
  );
}

async function openObject(file: string): Promise<{ handle: FileHandle; size: number } | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw refusal(error, file, 'read');
  }
  const status = await handle.stat();
  if (status.isFile()) return { handle, size: status.size };
  await handle.close();
  return undefined;
}

/** Into an array of its own, so that typed views of it are aligned. */
async function readObject(
  file: string,
  start: number,
  end: number,
): Promise<Uint8Array | undefined> {
  const opened = await openObject(file);
  if (opened === undefined) return undefined;
  const { handle, size } = opened;
  try {
    const from = Math.min(start, size);
    const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - from));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(
        bytes,
        filled,
        Math.min(bytes.length - filled, 0x4000_0000),
        from + filled,
      );
      if (bytesRead === 0)
        throw new Error(
          `${file} ended at byte ${from + filled} while being read, expected ` +
            `${from + bytes.length}`,
        );
      filled += bytesRead;
    }
    return bytes;
  } catch (error) {
    throw refusal(error, file, 'read');
  } finally {
    await handle.close();
  }
}

async function remove(root: string, file: string): Promise<void> {
  try {
    await unlink(file);
  } catch (error) {
    if (isMissing(error) || (await statusOf(file))?.isDirectory()) return;
    throw refusal(error, file, 'delete');
  }
  try {
    for (
      let folder = dirname(file);
      folder !== root && folder.startsWith(root);
      folder = dirname(folder)
    )
      await rmdir(folder);
  } catch {
    // A folder that is not empty ends the pruning.
  }
}
