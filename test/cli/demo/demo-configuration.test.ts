import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { prepareDemo } from '../../../cli/demo/demo.ts';
import { hashloom } from '../hashloom-process.ts';

it('the demo is configured as init proposes for its corpus', async () => {
  const home = await mkdtemp(join(tmpdir(), 'hashloom-demo-'));
  try {
    const file = await prepareDemo(home, () => undefined);
    const demo = await readFile(file, 'utf8');
    const names = ['--index', 'brown', '--store', './store', '--corpus', './corpus'];
    const { code, stderr } = await hashloom(home, 'init', file, '--force', ...names);
    assert.equal(code, 0, stderr);
    assert.equal(demo, await readFile(file, 'utf8'));
  } finally {
    await rm(home, { recursive: true });
  }
});
