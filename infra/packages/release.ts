/**
 * `npm run release -- --dry-run`: proves that what would be published is whole, and prints it.
 * Without `--dry-run` it publishes, the reader first, since the other package depends on it.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { checkPackages } from './check-packages.ts';
import { type PackedPackage, ROOT, withPackages } from './pack-packages.ts';
import { runNpm } from './run-npm.ts';

const say = (message: string): void => void process.stdout.write(`${message}\n`);

async function release(isDry: boolean): Promise<void> {
  await withPackages(async (packages) => {
    const undated = await undatedVersion(packages[0]!.version);
    const problems = [...(await treeProblems()), ...(await versionProblems(packages))];
    if (undated !== undefined && !isDry) problems.push(undated);
    await checkPackages(packages);
    for (const packed of packages) describe(packed);
    for (const problem of problems) say(`cannot be published: ${problem}`);
    if (problems.length > 0) throw new Error(`${problems.length} to mend before a release`);
    if (undated !== undefined) say(`before it is published: ${undated}`);
    for (const { name, version, file } of packages) {
      if (!isDry) await runNpm(['publish', file, '--access', 'public'], ROOT);
      say(`${isDry ? 'would publish' : 'published'} ${name}@${version}`);
    }
  });
}

/** A release is made of what a commit holds and nothing else. */
async function treeProblems(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('git', ['status', '--porcelain'], { cwd: ROOT });
  const changed = stdout.split('\n').filter((line) => line !== '');
  return changed.length === 0 ? [] : [`the tree is not clean:\n${changed.join('\n')}`];
}

/** Both packages have one version, the one depends on exactly the other, CHANGELOG.md names it. */
async function versionProblems(packages: readonly PackedPackage[]): Promise<string[]> {
  const [lookup, main] = packages as [PackedPackage, PackedPackage];
  const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const problems: string[] = [];
  if (lookup.version !== main.version)
    problems.push(`${lookup.name} has version ${lookup.version}, ${main.name} ${main.version}`);
  if (dependencies[lookup.name] !== lookup.version)
    problems.push(`${main.name} wants ${lookup.name} ${dependencies[lookup.name]}`);
  if ((await sectionHeading(main.version)) === undefined)
    problems.push(`CHANGELOG.md has no section ## ${main.version}`);
  return problems;
}

/** What is amiss where the section of a version has no date yet; a dry run may go on without it. */
async function undatedVersion(version: string): Promise<string | undefined> {
  const heading = await sectionHeading(version);
  return heading === undefined || /\d{4}-\d{2}-\d{2}/u.test(heading)
    ? undefined
    : `CHANGELOG.md gives ${version} no date: ${heading}`;
}

async function sectionHeading(version: string): Promise<string | undefined> {
  const changes = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
  return changes.split('\n').find((line) => line.startsWith(`## ${version} `));
}

function describe({ name, version, bytes, unpackedBytes, files }: PackedPackage): void {
  const sizes = `${kb(bytes)} packed, ${kb(unpackedBytes)} unpacked`;
  say(`${name}@${version}: ${files.length} files, ${sizes}`);
  const folders = new Map<string, { files: number; bytes: number }>();
  for (const file of files) {
    const folder = file.path.split('/').slice(0, -1).slice(0, 2).join('/') || '.';
    const sum = folders.get(folder) ?? { files: 0, bytes: 0 };
    folders.set(folder, { files: sum.files + 1, bytes: sum.bytes + file.bytes });
  }
  for (const [folder, sum] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1)))
    say(`  ${folder}: ${sum.files} files, ${kb(sum.bytes)}`);
}

const kb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });
try {
  await release(values['dry-run']);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
