import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNpm } from './run-npm.ts';

/** A package as a registry would get it. */
export interface PackedPackage {
  name: string;
  version: string;
  /** The tarball. */
  file: string;
  /** Bytes of the tarball, and of its files. */
  bytes: number;
  unpackedBytes: number;
  files: { path: string; bytes: number }[];
}

/**
 * Packs what `npm run build` has made of both packages, first the one that the other depends on,
 * and takes the tarballs away after `use`. Throws Error with npm's own words.
 */
export async function withPackages<Result>(
  use: (packages: PackedPackage[]) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'hashloom-packages-'));
  try {
    const packages: PackedPackage[] = [];
    for (const selection of [['--workspace', '@hashloom/lookup'], []])
      packages.push(await pack(folder, selection));
    return await use(packages);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What `npm pack --json` tells, as far as it is wanted here. */
interface NpmPacked {
  name: string;
  version: string;
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

async function pack(folder: string, selection: string[]): Promise<PackedPackage> {
  const stdout = await runNpm(['pack', '--json', '--pack-destination', folder, ...selection], ROOT);
  const [packed] = JSON.parse(stdout) as [NpmPacked];
  return {
    name: packed.name,
    version: packed.version,
    file: join(folder, packed.filename),
    bytes: packed.size,
    unpackedBytes: packed.unpackedSize,
    files: packed.files.map(({ path, size }) => ({ path, bytes: size })),
  };
}

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
