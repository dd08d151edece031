import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';
import { inRepository } from '../repository.ts';

const SCRIPT = inRepository('infra/set-up.mjs');
/**
 * Stands in for npm: writes down what it was asked, and leaves what `npm ci` and the build leave.
 */
const NPM = `
const { appendFileSync, copyFileSync, mkdirSync, writeFileSync } = require('node:fs');
const words = process.argv.slice(2).join(' ');
appendFileSync('asked', words + '\\n');
if (process.env.BROKEN === words) process.exit(3);
if (words === 'ci') {
  mkdirSync('node_modules', { recursive: true });
  copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
} else {
  for (const folder of ['dist/cli', 'lookup/dist/lookup'])
    mkdirSync(folder, { recursive: true });
  for (const file of ['.tsbuildinfo', 'cli/main.js', 'workflows.bundle.js'])
    writeFileSync('dist/' + file, '');
  writeFileSync('lookup/dist/lookup/index.js', '');
}
`;

let folder = '';
let clone = '';

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'hashloom-set-up-'))));
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  clone = await mkdtemp(join(folder, 'a clone #1 100% für '));
  await put('package.json', JSON.stringify({ engines: { node: '>=20.19' } }));
  await put('tsconfig.json', tsconfig({ include: ['cli'], references: [{ path: './k' }] }));
  // TypeScript takes comments and commas at ends, and a `//` within a string is neither.
  await put('k/tsconfig.json', '{ // why\n "include": ["**/*.ts",], /* "x" */ "x": "http://a,]" }');
  await put('cli/main.ts', 'export {}');
  await put('k/inner/sum.ts', 'export {}');
  await put('npm/npm-cli.js', NPM);
  await putLock({ a: { version: '1.0.0' } });
  await mkdir(join(clone, 'infra'));
  await copyFile(SCRIPT, join(clone, 'infra', 'set-up.mjs'));
});

describe('the set-up before npm run demo and npm test', () => {
  it('installs and builds in a fresh clone, saying so, and then does nothing', async () => {
    assert.deepEqual(await setUp(), {
      code: 0,
      said: 'node_modules is not there: running npm ci\n',
      asked: ['ci', 'run --silent build'],
    });
    assert.deepEqual(await setUp(), NOTHING);
  });

  it(
    'installs anew where the lockfile asks for something else, whatever this platform leaves ' +
      'out',
    async () => {
      await setUp();
      await putLock({ a: { version: '1.0.1' } });
      const { said, asked } = await setUp();
      assert.equal(
        said,
        'node_modules does not fit package-lock.json (a is 1.0.0, expected 1.0.1): running ' +
          'npm ci\n',
      );
      assert.deepEqual(asked, ['ci', 'run --silent build']);

      await putLock({ a: { version: '1.0.1' }, 'a-win32': { version: '1.0.1', optional: true } });
      assert.deepEqual(await setUp(), NOTHING);
      await putLock({ a: { version: '1.0.1' }, b: { version: '1.0.0' } });
      assert.match((await setUp()).said, /\(b is not in it\): running npm ci/);
    },
  );

  it('builds where a source of any project is changed, added or removed', async () => {
    await setUp();
    const changes = [
      () => put('cli/main.ts', 'export const a = 1'),
      () => utimes(join(clone, 'k/inner/sum.ts'), 1, 1),
      () => put('k/new.ts', ''),
      () => rm(join(clone, 'k/new.ts')),
      () => put('tsconfig.json', tsconfig({ include: ['cli', 'k'] })),
    ];
    for (const change of changes) {
      await change();
      assert.deepEqual((await setUp()).asked, ['run --silent build'], String(change));
      assert.deepEqual(await setUp(), NOTHING);
    }
  });

  it('builds where the last build was another, or what it left is gone', async () => {
    await setUp();
    await utimes(join(clone, 'dist/.tsbuildinfo'), 1, 1);
    assert.deepEqual((await setUp()).asked, ['run --silent build']);
    await rm(join(clone, 'dist/cli/main.js'));
    assert.deepEqual((await setUp()).asked, ['run --silent build']);
  });

  it('ends with the code of the step that failed, and tries again the next time', async () => {
    const install = await setUp({ BROKEN: 'ci' });
    assert.deepEqual([install.code, install.asked], [3, ['ci']]);
    assert.match(install.said, /npm ci failed\..*npm_config_cache/);
    const build = await setUp({ BROKEN: 'run --silent build' });
    assert.deepEqual([build.code, build.asked], [3, ['ci', 'run --silent build']]);
    assert.deepEqual((await setUp()).asked, ['run --silent build']);
  });

  it('ends with 2 on a Node that is too old', async () => {
    await put('package.json', JSON.stringify({ engines: { node: '>=99.1' } }));
    const { code, said, asked } = await setUp();
    assert.deepEqual([code, asked], [2, []]);
    assert.match(said, /^this is Node [\d.]+, and Hashloom needs >=99\.1\n$/);
  });
});

const NOTHING = { code: 0, said: '', asked: [] };

const tsconfig = (rest: object): string =>
  JSON.stringify({ compilerOptions: { tsBuildInfoFile: 'dist/.tsbuildinfo' }, ...rest });

async function put(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(clone, name)), { recursive: true });
  await writeFile(join(clone, name), text);
}

async function putLock(packages: Record<string, object>): Promise<void> {
  const entries = Object.entries(packages).map(([name, entry]) => [`node_modules/${name}`, entry]);
  await put('package-lock.json', JSON.stringify({ packages: Object.fromEntries(entries) }));
}

/** What the script said, and what it asked npm since the last time. */
async function setUp(
  variables: Record<string, string> = {},
): Promise<{ code: number; said: string; asked: string[] }> {
  const env = { ...process.env, npm_execpath: join(clone, 'npm', 'npm-cli.js'), ...variables };
  await rm(join(clone, 'asked'), { force: true });
  const { code, said } = await new Promise<{ code: number; said: string }>((resolve) => {
    execFile(
      process.execPath,
      [join(clone, 'infra', 'set-up.mjs')],
      { env, cwd: folder, timeout: 60_000 },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), said: stdout + stderr }),
    );
  });
  const asked = await readFile(join(clone, 'asked'), 'utf8').catch(() => '');
  return { code, said, asked: asked.split('\n').filter((line) => line !== '') };
}
