import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LineCounter, parseDocument } from 'yaml';
import { configuration } from '../../schemas/configuration.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { WORDNET_PACKAGE } from '../../evaluation/words/open-dictionary.ts';
import { Failure } from '../../schemas/failures.ts';
import { isBucketName } from '../../store/open-store.ts';
import { explainIssues, positionOf } from './problems.ts';
import type { ConfigurationProblem } from './problems.ts';

export const CONFIGURATION_FILE = 'hashloom.yaml';

/**
 * Reads a configuration (YAML or JSON), fills in the defaults, and makes `store` and `source.path`
 * absolute URIs; relative ones are relative to the file. Throws a ConfigurationError that names
 * every problem with file, line and column.
 */
export async function loadConfiguration(file: string): Promise<Configuration> {
  return parseConfiguration(await readText(file), file);
}

/** The same for a text that was read from `file`. */
export function parseConfiguration(text: string, file: string): Configuration {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { line, column: col, message: `not valid YAML: ${error.message}` };
    });
    throw failure(file, problems);
  }
  const values: unknown = document.toJS();
  const parsed = configuration.safeParse(values);
  if (!parsed.success)
    throw failure(file, explainIssues(parsed.error.issues, document, lines, values));

  const problems: ConfigurationProblem[] = [];
  const folder = dirname(resolve(file));
  const locate = (path: readonly string[], value: string): string => {
    const uri = toUri(value, folder);
    const bucket = uri === undefined ? undefined : /^s3:\/\/([^/]*)/.exec(uri)?.[1];
    if (uri === undefined || (bucket !== undefined && !isBucketName(bucket))) {
      const expected =
        uri === undefined
          ? 'a path, file:// or s3://bucket/prefix'
          : 's3:// and the name of a bucket: 2 to 63 letters, digits, dots, dashes, underscores';
      const message = `${path.join('.')}: expected ${expected}, got ${JSON.stringify(value)}`;
      problems.push({ ...positionOf(document, lines, path), message });
    }
    return uri ?? value;
  };
  const { data } = parsed;
  data.store = locate(['store'], data.store);
  data.source.path = locate(['source', 'path'], data.source.path);
  data.source.also = data.source.also.map((path, at) =>
    locate(['source', 'also', String(at)], path),
  );
  data.evaluation.wordnet = locateDictionary(data.evaluation.wordnet, dirname(resolve(file)));
  if (problems.length > 0) throw failure(file, problems);
  return data;
}

/** A folder that workers read as it is, so a path and no URI; a bare name is that of a package. */
function locateDictionary(named: string, folder: string): string {
  return named === '' || named === WORDNET_PACKAGE ? named : resolve(folder, named);
}

/**
 * An absolute URI of a path (relative to `folder`, or to the home folder after `~/`), a file:// or an
 * s3:// location; undefined for anything else. Globs are kept.
 */
export function toUri(location: string, folder: string): string | undefined {
  if (/^s3:\/\/[^/]+/.test(location)) return location;
  if (location.startsWith('file:///')) return location;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) return undefined;
  // A slash at the end says that a folder is meant.
  const path = /^~(?=\/|$)/u.test(location) ? join(homedir(), location.slice(1)) : location;
  return pathToFileURL(resolve(folder, path)).href + (/[^/]\/+$/.test(location) ? '/' : '');
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new Failure(
        'ConfigurationError',
        `no configuration at ${resolve(file)}\nhint: \`hashloom init\` writes one`,
        { cause: error },
      );
    }
    if (code === 'EISDIR') {
      throw new Failure(
        'ConfigurationError',
        `${resolve(file)} is a folder; expected a YAML or JSON file`,
        { cause: error },
      );
    }
    throw new Failure(
      'ConfigurationError',
      `cannot read ${resolve(file)}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function failure(file: string, problems: readonly ConfigurationProblem[]): Failure {
  const lines = problems.map(
    (problem) => `${file}:${problem.line}:${problem.column}: ${problem.message}`,
  );
  const [first] = lines;
  if (lines.length === 1 && first !== undefined) return new Failure('ConfigurationError', first);
  return new Failure(
    'ConfigurationError',
    `${lines.length} problems in ${file}\n${lines.map((line) => `  ${line}`).join('\n')}`,
  );
}
