import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import { TENSORFLOW_VERSION } from './tensorflow-wheels.ts';

export const TFJS_VERSION = '4.22.0';

/**
 * Raised when what `hashloom setup tensorflow` makes changes, so that an older folder is not taken.
 */
const LAYOUT = 1;

/** What a staged folder can compute on. */
export type StagedFor = 'cpu' | 'cuda';

/** What `staged.json` says; it is written last, so a folder without it is not whole. */
export interface StagedRecord {
  tensorflow: string;
  tfjs: string;
  stagedFor: StagedFor;
}

/** Holds the staged folders and what is under way. */
export const tensorflowCache = (environment: NodeJS.ProcessEnv): string =>
  join(cacheFolder(environment), 'tensorflow');

/** Where the staged TensorFlow for a kind of device lies, or will lie. */
export function stagedFolder(stagedFor: StagedFor, environment: NodeJS.ProcessEnv): string {
  return join(
    tensorflowCache(environment),
    `${TENSORFLOW_VERSION}-tfjs-${TFJS_VERSION}-${stagedFor}-${LAYOUT}`,
  );
}

export const RECORD_FILE = 'staged.json';

/** The record of a staged folder; undefined when it is not whole. */
export async function readRecord(folder: string): Promise<StagedRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, RECORD_FILE), 'utf8')) as StagedRecord;
  } catch {
    return undefined;
  }
}
