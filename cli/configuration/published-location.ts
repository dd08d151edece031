import { Failure } from '../../schemas/failures.ts';
import { CONFIGURATION_FILE, loadConfiguration, toUri } from './load-configuration.ts';

/** URI of the store named on the command line, else of ./hashloom.yaml. */
export async function storeLocation(named: string | undefined): Promise<string> {
  if (named === undefined) return (await configuredIndex('--store')).store;
  return absolute(named, '--store');
}

/**
 * URI of the published index named on the command line, else of the one that ./hashloom.yaml makes.
 */
export async function indexLocation(named: string | undefined): Promise<string> {
  if (named !== undefined) return /^https?:\/\//.test(named) ? named : absolute(named, '--index');
  const { store, index } = await configuredIndex('--index');
  return `${store.replace(/\/+$/, '')}/indexes/${index}`;
}

function absolute(location: string, option: string): string {
  const uri = toUri(location, process.cwd());
  if (uri !== undefined) return uri;
  throw new Failure(
    'ConfigurationError',
    `${option}: expected a path, file:// or s3://bucket/prefix, got ${JSON.stringify(location)}`,
  );
}

/** The index of ./hashloom.yaml and its store; `option` is what to give where there is none. */
export async function configuredIndex(option: string): Promise<{ store: string; index: string }> {
  try {
    return await loadConfiguration(CONFIGURATION_FILE);
  } catch (error) {
    throw new Failure(
      'ConfigurationError',
      `set ${option}, or be where a ${CONFIGURATION_FILE} is: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
