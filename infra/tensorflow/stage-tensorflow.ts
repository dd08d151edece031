import { copyFile, mkdir, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../schemas/failures.ts';
import { requireCacheFolder } from '../cache-folder.ts';
import { compileBinding, findCompiler } from './compile-binding.ts';
import { fetchPinned, takeWheel } from '../wheels/fetch-wheels.ts';
import { findOnPath, lastLine, runProgram } from '../programs.ts';
import { type StartLock, tryStartLock } from '../server/start-lock.ts';
import {
  readRecord,
  RECORD_FILE,
  stagedFolder,
  type StagedRecord,
  tensorflowCache,
  TFJS_VERSION,
} from './tensorflow-folder.ts';
import { type PinnedWheel, TENSORFLOW_VERSION, wheelsFor } from './tensorflow-wheels.ts';
import { tryTensorflow } from './try-tensorflow.ts';
import { unpackZip } from '../wheels/unpack-zip.ts';

/** package.json and its lockfile: the binding's package and all that it needs, by digest. */
const PACKAGES = fileURLToPath(new URL('../../../infra/tensorflow/packages/', import.meta.url));
const NPM_MS = 1_800_000;
const POLL_MS = 500;
/**
 * Unpacked libraries are about three times their wheel; beside them lie the wheels themselves and
 * 300 MB of packages.
 */
const DISK_FACTOR = 4;
const DISK_BASE = 300_000_000;

interface StageOptions {
  cuda: boolean;
  /** A folder of wheels, instead of the package index. */
  from?: string;
  /** Stage anew, though it is there. */
  force: boolean;
  environment: NodeJS.ProcessEnv;
  /** A step begins. */
  onStep: (message: string) => void;
  /** Bytes of all wheels that are here. */
  onBytes: (done: number, total: number) => void;
}

interface StagedTensorflow extends StagedRecord {
  folder: string;
  /** It was there before. */
  present: boolean;
  /** TensorFlow sees a CUDA device here, now. */
  gpu: boolean;
}

/**
 * Brings TensorFlow and its binding for Node into the cache folder: packages by npm, libtensorflow
 * out of its Python wheels, the binding compiled and tried. One at a time on a machine; what was
 * fetched is kept when it is interrupted, and what is whole is left as it is. Throws
 * ConfigurationError where the machine lacks something.
 */
export async function stageTensorflow(options: StageOptions): Promise<StagedTensorflow> {
  const { environment } = options;
  const wheels = requirePlatform(options.cuda);
  const cache = tensorflowCache(environment);
  const folder = stagedFolder(options.cuda ? 'cuda' : 'cpu', environment);
  await requireCacheFolder(cache, 'HASHLOOM_TENSORFLOW to a folder that was set up elsewhere');
  const lock = await takeLock(cache, options.onStep);
  try {
    const present = options.force ? undefined : await readRecord(folder);
    if (present !== undefined)
      return {
        ...present,
        folder,
        present: true,
        gpu: (await tryTensorflow(folder, environment)) === 'cuda',
      };
    const record: StagedRecord = {
      tensorflow: TENSORFLOW_VERSION,
      tfjs: TFJS_VERSION,
      stagedFor: options.cuda ? 'cuda' : 'cpu',
    };
    const gpu = await stageInto(folder, cache, wheels, record, options);
    return { ...record, folder, present: false, gpu };
  } finally {
    lock.release();
  }
}

function requirePlatform(cuda: boolean): PinnedWheel[] {
  const platform = `${process.platform}-${process.arch}`;
  const wheels = wheelsFor(platform, cuda);
  const { glibcVersionRuntime } = (
    process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  ).header;
  if (wheels !== undefined && glibcVersionRuntime !== undefined) return wheels;
  const kind = wheels === undefined ? platform : `${platform} without glibc`;
  throw new Failure(
    'ConfigurationError',
    `TensorFlow ${cuda ? 'with CUDA ' : ''}is staged for ` +
      `${cuda ? 'Linux x64' : 'Linux x64 and arm64'} with glibc alone, and this is ${kind}\n` +
      'hint: engine wasm needs nothing and runs here',
  );
}

async function takeLock(cache: string, say: (message: string) => void): Promise<StartLock> {
  for (let waited = false; ; waited = true) {
    const lock = await tryStartLock(cache, 'setup');
    if (lock !== undefined) return lock;
    if (!waited) say('waiting for another process that sets TensorFlow up here');
    await pause(POLL_MS);
  }
}

async function stageInto(
  folder: string,
  cache: string,
  wheels: PinnedWheel[],
  record: StagedRecord,
  options: StageOptions,
): Promise<boolean> {
  const { environment, onStep } = options;
  const given = options.from === undefined ? undefined : await takeAll(wheels, options.from);
  const compiler = await findCompiler(environment);
  const npm = await findNpm(environment);
  const total = wheels.reduce((sum, { bytes }) => sum + bytes, 0);
  await requireDisk(cache, total);

  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  onStep(`installing @tensorflow/tfjs-node ${TFJS_VERSION} with npm`);
  await installPackages(npm, partial, environment);

  const tfjsNode = join(partial, 'node_modules', '@tensorflow', 'tfjs-node');
  const downloads = join(cache, 'downloads');
  await mkdir(downloads, { recursive: true });
  const files = given ?? (await fetchAll(wheels, downloads, total, options));
  onStep('unpacking');
  for (const file of files) await unpackZip(file, (name) => placeOf(name, join(tfjsNode, 'deps')));
  onStep('compiling the binding');
  await compileBinding(
    compiler,
    { tfjsNode, nodeHeaders: join(partial, 'node_modules', 'node-api-headers', 'include') },
    environment,
  );
  onStep('trying it');
  const gpu = (await tryTensorflow(partial, environment)) === 'cuda';
  await writeFile(join(partial, RECORD_FILE), `${JSON.stringify(record)}\n`);
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
  await rm(downloads, { recursive: true, force: true });
  return gpu;
}

async function takeAll(wheels: PinnedWheel[], from: string): Promise<string[]> {
  const files: string[] = [];
  for (const wheel of wheels) files.push(await takeWheel(wheel, from));
  return files;
}

async function fetchAll(
  wheels: PinnedWheel[],
  folder: string,
  total: number,
  { environment, onStep, onBytes }: StageOptions,
): Promise<string[]> {
  onStep(`fetching libtensorflow ${TENSORFLOW_VERSION}`);
  const files: string[] = [];
  let before = 0;
  for (const wheel of wheels) {
    const start = before;
    files.push(
      await fetchPinned(wheel, {
        folder,
        environment,
        onBytes: (done) => onBytes(start + done, total),
      }),
    );
    onBytes((before += wheel.bytes), total);
  }
  return files;
}

/**
 * Libraries, the headers that the binding reads, and what TensorFlow looks for beside them: its
 * RUNPATH is `$ORIGIN/../nvidia/NAME/lib`.
 */
function placeOf(name: string, deps: string): string | undefined {
  if (name.split('/').includes('..')) return undefined;
  const [, library] = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/.exec(name) ?? [];
  if (library !== undefined) return join(deps, 'lib', library);
  const [, header] =
    /^tensorflow\/include\/((?:tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/c)\/.*\.h)$/.exec(
      name,
    ) ?? [];
  if (header !== undefined) return join(deps, 'include', header);
  return /^nvidia\/[^/]+\/(lib|bin|nvvm)\/.*[^/]$/.test(name) && !name.endsWith('.py')
    ? join(deps, name)
    : undefined;
}

async function findNpm(environment: NodeJS.ProcessEnv): Promise<string> {
  const npm = await findOnPath('npm', environment);
  if (npm === undefined)
    throw new Failure(
      'ConfigurationError',
      'npm is not on PATH, and the package @tensorflow/tfjs-node is installed with it; it ' +
        'comes with Node',
    );
  return npm;
}

async function requireDisk(folder: string, wheels: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const needed = wheels * DISK_FACTOR + DISK_BASE;
  if (bavail * bsize >= needed) return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new Failure(
    'ConfigurationError',
    `${folder} has ${gigabytes(bavail * bsize)} free, and staging needs ` +
      `${gigabytes(needed)}\n` +
      'hint: XDG_CACHE_HOME names another place',
  );
}

/** No install script runs: the package's own would download another libtensorflow. */
async function installPackages(
  npm: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  for (const name of ['package.json', 'package-lock.json'])
    await copyFile(join(PACKAGES, name), join(folder, name));
  const args = [
    'ci',
    '--ignore-scripts',
    '--omit=dev',
    '--no-audit',
    '--no-fund',
    '--prefix',
    folder,
  ];
  const result = await runProgram(npm, args, { environment, timeoutMs: NPM_MS });
  if (result.code !== 0)
    throw new Error(
      'npm cannot install @tensorflow/tfjs-node: ' +
        (result.reason ?? (npmError(result.stderr) || lastLine(result.stdout))),
    );
  // Source maps are two thirds of what npm installs.
  for (const name of await readdir(join(folder, 'node_modules'), { recursive: true })) {
    if (name.endsWith('.map')) await rm(join(folder, 'node_modules', name));
  }
}

function npmError(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter((line) => line.startsWith('npm error') && !line.includes('A complete log'));
  return lines.slice(0, 3).join('; ').replaceAll('npm error ', '') || lastLine(stderr);
}
