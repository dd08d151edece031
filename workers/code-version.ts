import { readFileSync } from 'node:fs';

/** The package's version, written into every manifest. */
export const CODE_VERSION: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  }
).version;
