import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, refusal, isMissing } from './file-errors.ts';
import { statusOf, headOf } from './file-status.ts';
import { isReservedName, TEMPORARY_PREFIX } from './object-path.ts';
import type { ObjectHead } from './store.ts';

/**
 * The objects below a folder whose paths begin with a prefix, in byte order. Links are followed,
 * but not to a folder that they lie in: each way down ends.
 */
export async function* list(root: string, prefix: string): AsyncIterable<ObjectHead> {
  const path = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const realRoot = await realPathOf(root);
  const real = path === '' ? realRoot : await realPathOf(join(root, path));
  if (realRoot === undefined || real === undefined) return;
  yield* walk({ root, realRoot }, { path, real, above: [] }, prefix.slice(path.length));
}

interface Walk {
  root: string;
  realRoot: string;
}

interface Folder {
  /** Ends with a slash or is empty. */
  path: string;
  /** Where it lies when all links are followed. */
  real: string;
  /** Where the links that lead to it lie. */
  above: readonly string[];
}

async function* walk(walked: Walk, folder: Folder, namePrefix: string): AsyncIterable<ObjectHead> {
  for (const { name, isFolder, isLink, nameBytes } of await entriesOf(folder.real)) {
    const path = folder.path + name;
    const file = join(walked.root, path);
    if (isReservedName(name)) {
      if (name.startsWith(TEMPORARY_PREFIX)) await removeAbandoned(file);
      continue;
    }
    if (!name.startsWith(namePrefix)) continue;
    if (nameBytes !== undefined) {
      yield { path, size: 0, etag: '', modifiedMs: 0, nameBytes };
      continue;
    }
    const real = isLink ? await realPathOf(file) : join(folder.real, name);
    if (real === undefined) continue;
    if (isFolder) {
      const above = isLink ? [...folder.above, folder.real] : folder.above;
      const isLoop = isLink && above.some((lower) => withSlash(lower).startsWith(withSlash(real)));
      if (!isLoop) yield* walk(walked, { path: `${path}/`, real, above }, '');
      continue;
    }
    const status = await statusOf(file);
    if (!status?.isFile()) continue;
    const liesAt = isLink || folder.above.length > 0 ? below(walked.realRoot, real) : undefined;
    yield { ...headOf(path, status), ...(liesAt !== undefined && { liesAt }) };
  }
}

interface Entry {
  name: string;
  isFolder: boolean;
  isLink: boolean;
  nameBytes?: string;
}

/** In byte order of whole paths: a folder counts as its name with the slash. */
async function entriesOf(folder: string): Promise<Entry[]> {
  let entries: Dirent<Buffer>[];
  try {
    entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    if (isMissing(error)) return [];
    throw refusal(error, folder, 'list');
  }
  const keyed = await Promise.all(
    entries.map(async (entry) => {
      const name = entry.name.toString();
      const isText = isUtf8(entry.name);
      const isLink = entry.isSymbolicLink();
      const isFolder =
        entry.isDirectory() || (isLink && isText && (await isFolderAt(join(folder, name))));
      return {
        name,
        isFolder,
        isLink,
        ...(!isText && { nameBytes: escaped(entry.name) }),
        key: isFolder ? Buffer.concat([entry.name, SLASH]) : entry.name,
      };
    }),
  );
  return keyed.toSorted((a, b) => Buffer.compare(a.key, b.key));
}

const SLASH = Buffer.from('/');

/** As a shell takes it in `$'...'`. */
function escaped(name: Buffer): string {
  return name
    .toString('latin1')
    .replace(/[^ -~]|[\\']/gu, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

async function isFolderAt(link: string): Promise<boolean> {
  const real = await realPathOf(link);
  return real !== undefined && (await statusOf(real))?.isDirectory() === true;
}

/** Undefined where a link leads nowhere, or to itself. */
async function realPathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissing(error) || codeOf(error) === 'ELOOP') return undefined;
    throw refusal(error, path, 'list');
  }
}

function below(root: string, real: string): string {
  const folder = withSlash(root);
  return real.startsWith(folder) ? real.slice(folder.length) : real;
}

function withSlash(folder: string): string {
  return folder.endsWith('/') ? folder : `${folder}/`;
}

/** Nothing else ever sees what a killed writer left. */
async function removeAbandoned(file: string): Promise<void> {
  const status = await statusOf(file);
  if (status !== undefined && Date.now() - Number(status.mtimeMs) > ABANDONED_MS)
    await rm(file, { force: true }).catch(() => undefined);
}

/** A temporary file older than this was left by a crash. */
const ABANDONED_MS = 24 * 3_600_000;
