import { fileURLToPath } from 'node:url';

/** Where the build leaves the workflow bundle. */
export const BUNDLE_FILE = fileURLToPath(new URL('../workflows.bundle.js', import.meta.url));
