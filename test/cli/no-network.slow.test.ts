import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { findTemporalCli } from '../../infra/server/temporal-cli.ts';
import { inBuild } from '../repository.ts';
import {
  createScratch,
  type Scratch,
  smallConfiguration,
} from '../pipeline/set-up/small-corpus.ts';

const MAIN = inBuild('cli/main.js');
/** A shell that sees this machine's loopback alone, where the kernel lets us make one. */
const ALONE = ['-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
const isAlone = spawnSync('unshare', [...ALONE, 'true']).status === 0;
/** Whatever asks the network after all finds nobody. */
const NOBODY = {
  HTTP_PROXY: 'http://127.0.0.1:9',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  PIP_INDEX_URL: 'http://127.0.0.1:9/',
  npm_config_registry: 'http://127.0.0.1:9/',
};

describe('a machine without a network whose cache is filled', () => {
  let scratch: Scratch;
  let cli = '';

  beforeAll(async () => {
    cli = (await findTemporalCli()).path;
    scratch = await createScratch();
    await writeFile(
      join(scratch.folder, 'hashloom.yaml'),
      stringify({
        ...smallConfiguration('news', scratch),
        store: './store',
        source: { path: './corpus' },
      }),
    );
  });
  afterAll(() => scratch.remove());

  it('runs from the corpus to the published index, and answers from it', async () => {
    const run = await alone(scratch.folder, 'run', '--local', '--json');
    assert.equal(run.code, 0, run.stderr);
    assert.equal((JSON.parse(run.stdout) as { version: number }).version, 1);
    const lookup = await alone(scratch.folder, 'lookup', 'time', '--json');
    assert.equal(lookup.code, 0, lookup.stderr);
  });

  it.skipIf(!isAlone)('is without one where the kernel allows it', () => {
    const script = 'process.stdout.write(Object.keys(os.networkInterfaces()).join())';
    const { stdout } = spawnSync('unshare', [...ALONE, process.execPath, '-e', script]);
    assert.equal(stdout.toString(), 'lo');
  });

  function alone(
    folder: string,
    ...words: string[]
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const own = Object.entries(process.env).filter(
      ([name]) => !name.startsWith('TEMPORAL_') && name !== 'NODE_OPTIONS',
    );
    const env = {
      ...Object.fromEntries(own),
      ...NOBODY,
      HASHLOOM_TEMPORAL_CLI: cli,
      XDG_CONFIG_HOME: folder,
    };
    const command = [process.execPath, MAIN, ...words];
    const [program, ...rest] = isAlone ? ['unshare', ...ALONE, ...command] : command;
    return new Promise((resolve) => {
      execFile(program!, rest, { cwd: folder, env, timeout: 240_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
      );
    });
  }
});
