/**
 * `npm test [-- pattern...]`: one Temporal server in memory for all test files, whose address they
 * find in HASHLOOM_TEST_TEMPORAL, then `node --test` over every test file whose path holds one of
 * the patterns.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedServer } from '../infra/server/embedded-server.ts';
import { findTemporalCli } from '../infra/server/temporal-cli.ts';
import { Failure } from '../schemas/failures.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const SOURCES = fileURLToPath(new URL('../../test/', import.meta.url));
const OPTIONS = ['--test', '--test-reporter=spec', '--test-concurrency=2', '--enable-source-maps'];

const say = (message: string): void => console.error(message);

/**
 * Node 20 and 22 differ in what `--test FOLDER` means, so the files are named; those whose source
 * is gone are left out.
 */
function testFiles(patterns: string[]): string[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter(
      (name) =>
        name.endsWith('.test.js') &&
        existsSync(join(SOURCES, name.replace(/js$/, 'ts'))) &&
        (patterns.length === 0 || patterns.some((pattern) => name.includes(pattern))),
    )
    .sort()
    .map((name) => relative(process.cwd(), join(FOLDER, name)));
}

/**
 * The exit code of `node --test`; a signal to us goes on to it, so that the server is stopped after
 * it.
 */
function runTests(files: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...OPTIONS, ...files], {
      env: environment,
      stdio: 'inherit',
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function main(patterns: string[]): Promise<number> {
  const files = testFiles(patterns);
  if (files.length === 0) {
    say(`no test file has ${patterns.join(' or ')} in its path`);
    return 1;
  }
  const cli = await findTemporalCli({ onProgress: say });
  const server = await startEmbeddedServer({ cli: cli.path, port: 0, uiPort: 0 });
  try {
    // A developer's own Temporal settings must not reach the tests.
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'));
    const environment = {
      ...Object.fromEntries(own),
      HASHLOOM_TEST_TEMPORAL: server.address,
      HASHLOOM_TEMPORAL_CLI: cli.path,
    };
    return await runTests(files, environment);
  } finally {
    await server.stop();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  say(error.message);
  process.exitCode = 1;
}
