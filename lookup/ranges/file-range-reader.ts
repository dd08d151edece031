import { close, fstat, open, read, type Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { IndexReadError } from '../index-errors.ts';
import type { IndexLocation, RangeReader } from './range-reader.ts';

const openFile = promisify<string, string, number>(open);
const statFile = promisify<number, Stats>(fstat);
const readAt = promisify(read);
const closeFile = promisify(close);

/** A folder, as a path or a file:// URI. */
export function fileLocation(uri: string): IndexLocation {
  const folder = uri.startsWith('file:') ? fileURLToPath(uri) : uri;
  return {
    uri,
    async readObject(path) {
      const file = join(folder, path);
      try {
        return await readFile(file);
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined;
        throw new IndexReadError(file, reason(error), { cause: error });
      }
    },
    openRange: (path) => fileRangeReader(join(folder, path)),
  };
}

/**
 * Reads ranges of a local file, which stays open from the first read until `close`. Throws
 * IndexReadError.
 */
function fileRangeReader(file: string): RangeReader {
  let opened: Promise<{ descriptor: number; size: number }> | undefined;
  let known: number | undefined;

  async function openOnce(): Promise<{ descriptor: number; size: number }> {
    const descriptor = await openFile(file, 'r');
    known = (await statFile(descriptor)).size;
    return { descriptor, size: known };
  }

  return {
    get size() {
      return known;
    },
    async read(start, end) {
      try {
        opened ??= openOnce();
        const { descriptor, size } = await opened;
        // A forged length is never allocated beyond what the file has.
        const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await readAt(
            descriptor,
            bytes,
            filled,
            bytes.length - filled,
            start + filled,
          );
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      } catch (error) {
        if (known === undefined) opened = undefined;
        const missing = codeOf(error) === 'ENOENT';
        throw new IndexReadError(file, reason(error), { cause: error, missing });
      }
    },
    async close() {
      const was = opened;
      opened = undefined;
      known = undefined;
      const file = await was?.catch(() => undefined);
      if (file) await closeFile(file.descriptor);
    },
  };
}

function reason(error: unknown): string {
  return codeOf(error) === 'ENOENT'
    ? 'no such file'
    : `cannot be read (${error instanceof Error ? error.message : String(error)})`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
