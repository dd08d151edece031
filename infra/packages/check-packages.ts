/**
 * `npm run check:packages`: publint and "are the types wrong" on both tarballs, so that each export
 * is there with its types however a user's compiler resolves it.
 */
import { pathToFileURL } from 'node:url';
import { type PackedPackage, ROOT, withPackages } from './pack-packages.ts';
import { runNpm } from './run-npm.ts';

/** Throws Error with what the tools found. */
export async function checkPackages(packages: readonly PackedPackage[]): Promise<void> {
  for (const { name, version, file, bytes } of packages) {
    await runNpm(['exec', '--no', '--', 'publint', 'run', '--strict', ...PUBLINT, file], ROOT);
    await runNpm(['exec', '--no', '--', 'attw', file, ...TYPES_WRONG], ROOT);
    process.stdout.write(`ok: ${name} ${version}, ${Math.ceil(bytes / 1000)} kB packed\n`);
  }
}

/** Its suggestions are matters of taste: the field `browser` is understood by every bundler. */
const PUBLINT = ['--level', 'warning'];
/**
 * Node 20.19 and later `require` an ES module, so no second build is made for CommonJS; resolution
 * as before Node 12 knows no `exports`.
 */
const TYPES_WRONG = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--no-emoji'];

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await withPackages(checkPackages);
