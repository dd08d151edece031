import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';

/**
 * Unpacks from a zip archive the files for which `place` gives a path, one after another, in the
 * memory of a stream; returns those paths. Throws on an archive that holds a name which leads out
 * of it (absolute, or with `..`), and when a file has not the length that the archive states.
 */
export async function unpackZip(
  file: string,
  place: (name: string) => string | undefined,
): Promise<string[]> {
  const archive = await openArchive(file);
  try {
    const written: string[] = [];
    for await (const entry of archive.eachEntry()) {
      const name = entry.fileName;
      const target = name.endsWith('/') ? undefined : place(name);
      if (target === undefined) continue;
      await mkdir(dirname(target), { recursive: true });
      await unpackEntry(archive, entry, target);
      written.push(target);
    }
    return written;
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  } finally {
    archive.close();
  }
}

async function openArchive(file: string): Promise<ZipFile> {
  try {
    return await openPromise(file, { lazyEntries: true, autoClose: false, strictFileNames: true });
  } catch (error) {
    throw new Error(`${file} is no zip archive: ${(error as Error).message}`, { cause: error });
  }
}

async function unpackEntry(archive: ZipFile, entry: Entry, target: string): Promise<void> {
  // Archives made elsewhere than on Unix state no mode.
  const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644;
  try {
    await pipeline(await archive.openReadStreamPromise(entry), createWriteStream(target, { mode }));
  } catch (error) {
    throw new Error(`${entry.fileName}: ${(error as Error).message}`, { cause: error });
  }
}
