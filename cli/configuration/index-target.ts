import { Failure } from '../../schemas/failures.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { CONFIGURATION_FILE, toUri } from './load-configuration.ts';
import { configuredIndex, storeLocation } from './published-location.ts';

/** An index in a store, and a version where the command line named one. */
export interface IndexTarget {
  store: Store;
  index: string;
  version: number | undefined;
}

/**
 * What a person means by NAME, by a URI .../indexes/NAME or .../indexes/NAME/versions/V, or by
 * nothing: the index of ./hashloom.yaml. Throws ConfigurationError at a name that could leave its
 * folder.
 */
export async function indexTarget(
  named: string | undefined,
  storeOption: string | undefined,
): Promise<IndexTarget> {
  if (named === undefined) {
    const { store, index } = await configuredIndex('the name of an index');
    return {
      store: openStore(storeOption === undefined ? store : await storeLocation(storeOption)),
      index,
      version: undefined,
    };
  }
  if (INDEX_NAME.test(named))
    return { store: openStore(await storeLocation(storeOption)), index: named, version: undefined };
  const location =
    /^(?<store>.+)\/indexes\/(?<index>[^/]+)(?:\/versions\/(?<version>\d+))?\/*$/.exec(
      toUri(named, process.cwd()) ?? '',
    )?.groups;
  if (location === undefined || !INDEX_NAME.test(location['index']!)) {
    const expected =
      'a name (lower-case letters, digits, dots, dashes and underscores) or .../indexes/NAME';
    throw new Failure(
      'ConfigurationError',
      `no name of an index: ${JSON.stringify(named)}; expected ${expected}, or nothing where ` +
        `a ${CONFIGURATION_FILE} is`,
    );
  }
  return {
    store: openStore(location['store']!),
    index: location['index']!,
    version: location['version'] === undefined ? undefined : Number(location['version']),
  };
}

/** As the configuration has it. */
const INDEX_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
