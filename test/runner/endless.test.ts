import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'vitest';
import { inRepository } from '../repository.ts';

describe('a run of tests that do not end by themselves', () => {
  it('names what a file leaves open and fails the file', async () => {
    const { code, output } = await run('leaves-open');
    assert.equal(code, 1, output);
    assert.match(output, /leaves-open\.endless\.ts left open, and it was ended: /);
    assert.match(output, /an interval started at .*leaves-open\.endless\.ts:5:3/);
    const [, pid] = /the process (\d+): /.exec(output) ?? assert.fail(output);
    assert.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' });
    assert.match(output, /\n1 passed, 1 failed\n$/);
  });

  it('ends tests and hooks that never resolve', async () => {
    const { code, output } = await run('never-resolves');
    assert.equal(code, 1, output);
    assert.match(output, /Test timed out in 500ms/);
    assert.match(output, /Hook timed out in 500ms/);
    assert.match(output, /\n0 passed, 1 failed, 1 skipped\n$/);
  });

  it('ends a file that never yields, by name', async () => {
    const { code, output } = await run('never-yields', { HASHLOOM_TEST_FILE_LIMIT_S: '1' });
    assert.equal(code, 1, output);
    assert.match(output, /never-yields\.endless\.ts was not over within 1 s: ended/);
    assert.match(output, /\n0 passed, [12] failed\n$/);
  });

  it('ends as a whole, with the names of what was under way', async () => {
    const { code, output } = await run(
      'never-resolves',
      { HASHLOOM_TEST_RUN_LIMIT_S: '20' },
      '--testTimeout=0',
    );
    assert.equal(code, 1, output);
    assert.match(output, /not over within 20 s; under way were\n +test\/runner\/endless\/never-r/);
    assert.match(output, /\n {4}waits for what never comes\n/);
    assert.match(output, /\n0 passed, [1-9] failed\n$/);
  });
});

/** A run of one of the files in `endless/`, which has to end within a minute. */
async function run(
  file: string,
  env: Record<string, string> = {},
  ...options: string[]
): Promise<{ code: number | null; output: string }> {
  const words = ['run', '--config', 'test/runner/endless/vitest.config.ts', '--no-color'];
  const child = spawn(
    process.execPath,
    [
      inRepository('node_modules/vitest/vitest.mjs'),
      ...words,
      '--root',
      inRepository('.'),
      file,
      ...options,
    ],
    { env: { ...process.env, NO_COLOR: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
  try {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  } finally {
    clearTimeout(late);
  }
}
