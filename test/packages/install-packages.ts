/**
 * `npm run test:packages`: both tarballs as a user gets them. The reader alone is installed without
 * the network, compiled against, run as ESM and as CommonJS, and bundled for a browser; then both.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, withPackages } from '../../infra/packages/pack-packages.ts';
import { runNpm } from '../../infra/packages/run-npm.ts';
import { serveFolders } from '../browser/static-server.ts';
import { bundleForBrowser } from './bundle-for-browser.ts';
import { compilerOptions, requiringProgram, typedProgram } from './consumer-programs.ts';
import { writeTinyIndex } from './tiny-index.ts';

const say = (message: string): void => void process.stdout.write(`${message}\n`);
/** Of table 0 the code of pepper, what shares it, what is one bit away, and so on. */
const ANSWER = 'a5 salt salt0 thyme1 2 false string';

async function main(scratch: string): Promise<void> {
  const index = join(scratch, 'indexes', 'news');
  await writeTinyIndex(index);
  const server = await serveFolders({ indexes: join(scratch, 'indexes') });
  try {
    await withPackages(async ([lookup, hashloom]) => {
      const alone = join(scratch, 'lookup alone');
      await install(alone, [lookup!.file, '--offline']);
      await compileAndRun(alone, '@hashloom/lookup', [index, `${server.uri}/indexes/news`]);
      await runReadme(alone);
      await bundleForBrowser(alone, `${server.uri}/indexes/news`);
      say('ok: bundled for a browser by Vite');

      const both = join(scratch, 'both');
      await install(both, [lookup!.file, hashloom!.file, '--prefer-offline']);
      await compileAndRun(both, 'hashloom/lookup', [index]);
      await assertOneReader(both);
      const cli = join(both, 'node_modules', '.bin', 'hashloom');
      const { stdout: version } = await runNode([cli, '--version'], both);
      assert.equal(version.trim(), hashloom!.version);
      say(`ok: hashloom --version says ${version.trim()}`);
    });
  } finally {
    await server.stop();
  }
}

async function install(folder: string, args: string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const manifest = { name: 'consumer', private: true, type: 'module' };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await runNpm(['install', '--ignore-scripts', '--no-audit', '--no-fund', ...args], folder);
}

/** Compiles the programs under both ways of resolution and asks the index at each place. */
async function compileAndRun(folder: string, name: string, places: string[]): Promise<void> {
  await writeFile(join(folder, 'esm.mts'), typedProgram(name));
  await writeFile(join(folder, 'cjs.cts'), requiringProgram(name));
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  for (const module of ['nodenext', 'bundler'] as const) {
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(compilerOptions(module)));
    await runNode([compiler, '-p', folder], folder);
    say(`ok: ${name} compiles under strict, ${module}`);
  }
  for (const place of places) {
    for (const module of ['nodenext', 'bundler']) {
      const { stdout, stderr } = await runNode([join(module, 'esm.mjs'), place], folder);
      assert.deepEqual([stdout.trim(), stderr], [ANSWER, '']);
    }
    const { stdout, stderr } = await runNode([join('nodenext', 'cjs.cjs'), place], folder);
    // Node warned of `require` of an ES module in its first versions that could: it must not here.
    assert.deepEqual([stdout.trim(), stderr], ['salt', '']);
    say(`ok: ${name} answers as ESM and as CommonJS from ${new URL(place, 'file:').protocol}`);
  }
}

/** The first lines that a user copies must run as they stand. */
async function runReadme(folder: string): Promise<void> {
  const readme = await readFile(join(folder, 'node_modules/@hashloom/lookup/README.md'), 'utf8');
  const [, program = ''] = /```js\n([\s\S]*?)```/u.exec(readme) ?? [];
  await writeFile(join(folder, 'readme.mjs'), program);
  const { stdout } = await runNode([join(folder, 'readme.mjs')], join(folder, '..'));
  assert.equal(
    stdout,
    'salt 0.9375 near\nsugar 0.625 near\nmace 0.5625 near\nthyme 0.5625 near\nfalse undefined\nthyme\n',
  );
  say('ok: the lines of the README');
}

/** An error of the one must be known by the class of the other. */
async function assertOneReader(folder: string): Promise<void> {
  const program = `
    const [one, other] = await Promise.all([import('hashloom/lookup'), import('@hashloom/lookup')]);
    if (one.IndexReadError !== other.IndexReadError) throw new Error('two copies of the reader');`;
  await runNode(['--input-type=module', '--eval', program], folder);
  say('ok: hashloom/lookup is @hashloom/lookup');
}

async function runNode(args: string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  try {
    return await promisify(execFile)(process.execPath, args, { cwd, timeout: 120_000 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`node ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

const scratch = await mkdtemp(join(tmpdir(), 'hashloom-packages-'));
try {
  await main(scratch);
} finally {
  await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
}
