import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TEMPORARY_PREFIX } from './object-path.ts';

/** A holder works for milliseconds; a lock this old belongs to a process that died or hangs. */
const STALE_MS = 30_000;
const POLL_MS = 5;

/**
 * Runs `work` while holding the lock file, made with O_EXCL so that it holds between processes and
 * over NFS. The lock of a dead process (same host) or an old one is taken over. Waits as long as
 * live holders come first.
 */
export async function withFileLock<T>(lockFile: string, work: () => Promise<T>): Promise<T> {
  const token = `${process.pid} ${hostname()} ${randomUUID()}`;
  while (!(await acquire(lockFile, token))) {
    const holder = await readHolder(lockFile);
    if (holder !== undefined && isStale(holder)) await removeStale(lockFile, holder.token);
    else await delay(POLL_MS * (1 + Math.random()));
  }
  try {
    return await work();
  } finally {
    // Who was taken over (a stopped process that woke) must not remove its successor's lock.
    if ((await readHolder(lockFile))?.token === token) await rm(lockFile, { force: true });
  }
}

async function acquire(lockFile: string, token: string): Promise<boolean> {
  try {
    const handle = await open(lockFile, 'wx');
    try {
      await handle.writeFile(token);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return false;
    if (code !== 'ENOENT') throw error;
    // A delete pruned the folder meanwhile.
    await mkdir(dirname(lockFile), { recursive: true });
    return false;
  }
}

interface Holder {
  token: string;
  ageMs: number;
}

async function readHolder(lockFile: string): Promise<Holder | undefined> {
  try {
    const [token, { mtimeMs }] = await Promise.all([readFile(lockFile, 'utf8'), stat(lockFile)]);
    return { token, ageMs: Date.now() - mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isStale({ token, ageMs }: Holder): boolean {
  if (ageMs > STALE_MS) return true;
  const [pid, host] = token.split(' ');
  // An empty lock is one between its creation and its first write.
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/**
 * Moves the stale lock aside. When another process was faster and a live lock was moved, puts it
 * back.
 */
async function removeStale(lockFile: string, staleToken: string): Promise<void> {
  const aside = `${dirname(lockFile)}/${TEMPORARY_PREFIX}${randomUUID()}`;
  try {
    await rename(lockFile, aside);
    if ((await readFile(aside, 'utf8')) !== staleToken) await link(aside, lockFile);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    await rm(aside, { force: true });
  }
}
