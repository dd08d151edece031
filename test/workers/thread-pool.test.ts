import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pathToFileURL } from 'node:url';
import { describe, it } from 'vitest';
import { inBuild } from '../repository.ts';

const POOL = pathToFileURL(inBuild('workers/thread-pool.js')).href;

describe('the pool of threads', () => {
  it('may be closed while its threads still load their modules, and the process goes on', async () => {
    // Node aborts the process, not the thread, so the pool is closed in a process of its own.
    const script = `
      const { createThreadPool } = await import(${JSON.stringify(POOL)});
      for (let round = 0; round < 12; round++) {
        const pool = createThreadPool(2, 1);
        await new Promise((resolve) => setTimeout(resolve, 40 + 25 * round));
        await pool.close();
      }
      process.stdout.write('ended');`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', script],
      { timeout: 60_000 },
    );
    assert.equal(stdout, 'ended');
  });
});
