import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../schemas/failures.ts';
import { configuredIndex, findFile, get, NO_INDEX } from './package-index.ts';
import { downloadWithPip, findPip } from './pip.ts';
import type { PinnedWheel } from '../tensorflow/tensorflow-wheels.ts';

/** A connection that says nothing for so long is taken for dead. */
const SILENCE_MS = 60_000;
/** Connections that break without a byte, one after another, before it is given up. */
const FRUITLESS = 3;

interface FetchOptions {
  /** Where wheels go and parts of them wait for the next attempt. */
  folder: string;
  environment: NodeJS.ProcessEnv;
  /** Bytes of the wheel that are here. */
  onBytes: (done: number) => void;
}

/**
 * The wheel's file in a folder that somebody filled. Throws ConfigurationError when it is not there
 * or is another.
 */
export async function takeWheel(wheel: PinnedWheel, from: string): Promise<string> {
  const file = join(from, wheel.file);
  const size = await sizeOf(file);
  if (size === undefined) {
    const others = (await readdir(from).catch(() => [])).filter((name) => name.endsWith('.whl'));
    throw new Failure(
      'ConfigurationError',
      `${from} has no ` +
        `${wheel.file}${others.length > 0 ? ` (it has ${others.slice(0, 4).join(', ')})` : ''}\n` +
        `hint: on a machine with a network: ${pipCommand(wheel)}`,
    );
  }
  const sha256 = await sha256Of(file);
  if (sha256 !== wheel.sha256)
    throw new Failure(
      'ConfigurationError',
      `${file} has sha256 ${sha256}, expected ${wheel.sha256}; fetch it again: ` +
        pipCommand(wheel),
    );
  return file;
}

/**
 * Fetches a wheel, going on where an earlier call ended: from the configured package index, and
 * where that fails with pip, which may know proxies and keyrings. Throws with what each of the two
 * said.
 */
export async function fetchPinned(wheel: PinnedWheel, options: FetchOptions): Promise<string> {
  const file = join(options.folder, wheel.file);
  if ((await sizeOf(file)) === wheel.bytes && (await sha256Of(file)) === wheel.sha256) return file;
  const said: string[] = [];
  for (const way of [fromIndex, withPip]) {
    try {
      const part = await way(wheel, options);
      const sha256 = await sha256Of(part);
      if (sha256 === wheel.sha256) {
        await rename(part, file);
        return file;
      }
      await rm(part, { force: true });
      throw new Error(`${wheel.file} has sha256 ${sha256}, expected ${wheel.sha256}`);
    } catch (error) {
      said.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    `cannot fetch ${wheel.file}:\n` +
      `  ${said.join('\n  ')}\n` +
      `hint: run the command again to go on, or fetch it elsewhere (${pipCommand(wheel)}) and ` +
      'give its folder with --from',
  );
}

async function fromIndex(
  wheel: PinnedWheel,
  { folder, environment, onBytes }: FetchOptions,
): Promise<string> {
  const index = await configuredIndex(environment);
  if (index === undefined) throw new Error(NO_INDEX);
  const url = await findFile(index, wheel.packageName, wheel.file);
  const part = join(folder, `${wheel.file}.part`);
  let fruitless = 0;
  for (;;) {
    const before = (await sizeOf(part)) ?? 0;
    if (before === wheel.bytes) return part;
    try {
      await append(url, index, part, before, onBytes);
      const size = (await sizeOf(part)) ?? 0;
      if (size > wheel.bytes) await rm(part);
      if (size !== wheel.bytes)
        throw new Error(
          `${wheel.file} from ${url.host} has ${size} bytes, expected ${wheel.bytes}`,
        );
    } catch (error) {
      const gained = ((await sizeOf(part)) ?? 0) > before;
      fruitless = gained ? 0 : fruitless + 1;
      if (fruitless === FRUITLESS) throw error;
    }
  }
}

/** Asks for the bytes from `offset` on; where the server sends all of them, begins anew. */
async function append(
  url: URL,
  index: URL,
  part: string,
  offset: number,
  onBytes: (done: number) => void,
): Promise<void> {
  const silence = new AbortController();
  const timer = setTimeout(
    () => silence.abort(new Error(`${url.host} was silent for ${SILENCE_MS / 1000} s`)),
    SILENCE_MS,
  );
  try {
    const response = await get(
      url,
      index,
      { accept: '*/*', ...(offset > 0 && { range: `bytes=${offset}-` }) },
      silence.signal,
    );
    if (response.body === null) throw new Error(`${url.host} sent nothing`);
    let done = response.status === 206 ? offset : 0;
    const counted = new Transform({
      transform(chunk: Uint8Array, _encoding, next) {
        timer.refresh();
        onBytes((done += chunk.length));
        next(null, chunk);
      },
    });
    await pipeline(
      Readable.from(response.body),
      counted,
      createWriteStream(part, { flags: done > 0 ? 'a' : 'w' }),
    );
  } finally {
    clearTimeout(timer);
  }
}

async function withPip(
  wheel: PinnedWheel,
  { folder, environment, onBytes }: FetchOptions,
): Promise<string> {
  const pip = await findPip(environment);
  const scratch = await mkdtemp(join(folder, 'pip-'));
  try {
    await downloadWithPip(
      pip,
      `${wheel.packageName}==${wheel.version}`,
      scratch,
      pipOptions(wheel),
      environment,
    );
    const part = join(folder, `${wheel.file}.part`);
    await rename(join(scratch, wheel.file), part);
    onBytes(wheel.bytes);
    return part;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** So that pip takes this very file, whatever Python it runs on. */
function pipOptions(wheel: PinnedWheel): string[] {
  const [python, abi, platforms] = wheel.file.slice(0, -'.whl'.length).split('-').slice(2) as [
    string,
    string,
    string,
  ];
  return [
    ...(abi === 'none'
      ? []
      : ['--implementation', 'cp', '--python-version', python.replace('cp', ''), '--abi', abi]),
    ...platforms.split('.').flatMap((platform) => ['--platform', platform]),
  ];
}

function pipCommand(wheel: PinnedWheel): string {
  return (
    `pip download --no-deps --only-binary :all: ${pipOptions(wheel).join(' ')} ` +
    `${wheel.packageName}==${wheel.version}`
  );
}

async function sizeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.size;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
