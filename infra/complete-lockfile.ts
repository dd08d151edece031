import { readFileSync, writeFileSync } from 'node:fs';

/*
 * `npm run lockfile`, after every `npm install`: a registry that mirrors the packages of some
 * platforms alone leaves the others out of package-lock.json, and `npm ci` then refuses it
 * everywhere. Adds each with its version and platform, so that npm skips it where it does not
 * belong and can fetch it where it does.
 */
interface LockedPackage {
  version?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}

const SYSTEMS = 'aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32';
const PROCESSORS = 'arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|x64';

const file = new URL('../../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockedPackage> };
const added: string[] = [];

for (const [path, { optionalDependencies, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
    const platform = platformOf(name);
    if (
      !platform ||
      lock.packages[`node_modules/${name}`] ||
      lock.packages[`${path}/node_modules/${name}`]
    )
      continue;
    lock.packages[`node_modules/${name}`] = {
      version: version.replace(/^[~^]/u, ''),
      ...platform,
      ...(dev && { dev }),
      optional: true,
    };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)),
);
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
process.stdout.write(added.length > 0 ? `added ${added.join(', ')}\n` : 'nothing was missing\n');

/** What a name such as `@scope/core-linux-arm64-musl` says of where it belongs. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> | undefined {
  const match = new RegExp(`[-/](${SYSTEMS})-(${PROCESSORS})(?:-(\\w+))?$`, 'u').exec(name);
  if (!match) return undefined;
  const [, os = '', cpu = '', variant = ''] = match;
  const libc = os === 'linux' ? libcOf(variant) : undefined;
  return { os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) };
}

function libcOf(variant: string): string | undefined {
  if (variant.startsWith('musl')) return 'musl';
  return variant.startsWith('gnu') ? 'glibc' : undefined;
}
