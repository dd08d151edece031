import type { SourceFile } from '../../sources/list-sources.ts';

/** What `hashloom init` calls the file it writes. */
const CONFIGURATION = /(?:^|\/)hashloom\.ya?ml$/u;

/**
 * Whether a file that a path of the corpus holds is Hashloom's own: what lies in the store, or a
 * configuration beside the texts, as in `init --corpus .`.
 */
export const isOwn = ({ uri }: Pick<SourceFile, 'uri'>, storeUri?: string): boolean =>
  (storeUri !== undefined && uri.startsWith(`${storeUri.replace(/\/+$/u, '')}/`)) ||
  CONFIGURATION.test(uri);
