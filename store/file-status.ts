import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { refusal, isMissing } from './file-errors.ts';
import type { ObjectHead } from './store.ts';

/** What the file system knows of a file; undefined where there is none. */
export async function statusOf(file: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(file, { bigint: true });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw refusal(error, file, 'read');
  }
}

/** The head of an object by the status of its file. */
export function headOf(path: string, status: BigIntStats): ObjectHead {
  return {
    path,
    size: Number(status.size),
    etag: etagOf(status),
    modifiedMs: Number(status.mtimeMs),
  };
}

/** An etag that changes whenever the file does. */
export function etagOf(status: BigIntStats): string {
  return `${status.size.toString(16)}-${status.mtimeNs.toString(16)}`;
}
