import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { type StartLock, tryStartLock } from '../../../infra/server/start-lock.ts';
import { inBuild } from '../../repository.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'hashloom-lock-test-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function contend(takers: number): Promise<StartLock[]> {
  const taken = await Promise.all(Array.from({ length: takers }, () => tryStartLock(folder)));
  return taken.filter((lock) => lock !== undefined);
}

describe('tryStartLock', () => {
  it('gives the lock to one at a time', async () => {
    const held = await tryStartLock(folder);
    assert.ok(held);
    assert.deepEqual(await contend(8), []);
    held.release();
    for (let round = 0; round < 10; round++) {
      const winners = await contend(8);
      assert.ok(winners.length <= 1, `${winners.length} hold it`);
      for (const winner of winners) winner.release();
    }
    assert.ok(await tryStartLock(folder));
    assert.equal((await readdir(folder)).length, 1);
  });

  it('is free when its holder was killed', async () => {
    const module = pathToFileURL(inBuild('infra/server/start-lock.js')).href;
    const script = `const { tryStartLock } = await import(${JSON.stringify(module)});
      const lock = await tryStartLock(${JSON.stringify(folder)});
      console.log(lock === undefined ? 'refused' : 'held');
      process.stdin.resume();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    assert.equal(line, 'held');
    assert.equal(await tryStartLock(folder), undefined);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok(await tryStartLock(folder));
  });
});
