import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { compileBinding, findCompiler } from '../../../infra/tensorflow/compile-binding.ts';
import {
  findTensorflow,
  loadTensorflow,
  openTensorflow,
} from '../../../infra/tensorflow/tensorflow.ts';
import { stagedFolder } from '../../../infra/tensorflow/tensorflow-folder.ts';
import type { Failure } from '../../../schemas/failures.ts';
import { skippedFor } from '../../skipped-for.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'hashloom-tensorflow-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('findTensorflow', () => {
  it(
    'says the command where TensorFlow is not set up, and does not take a folder that is not ' +
      'whole',
    async () => {
      const environment = { XDG_CACHE_HOME: join(folder, 'none') };
      await mkdir(stagedFolder('cpu', environment), { recursive: true });
      await assert.rejects(
        findTensorflow(environment),
        (error: Failure) =>
          error.type === 'ConfigurationError' &&
          error.message.includes('`hashloom setup tensorflow`') &&
          error.message.includes('engine wasm'),
      );
    },
  );

  it('prefers the one with CUDA, and HASHLOOM_TENSORFLOW to both', async () => {
    const environment: NodeJS.ProcessEnv = { XDG_CACHE_HOME: join(folder, 'cache') };
    for (const stagedFor of ['cpu', 'cuda'] as const) {
      const staged = stagedFolder(stagedFor, environment);
      await mkdir(staged, { recursive: true });
      await writeFile(join(staged, 'staged.json'), '{}');
      assert.equal(await findTensorflow(environment), staged);
    }
    const own = join(folder, 'own');
    await assert.rejects(
      findTensorflow({ ...environment, HASHLOOM_TENSORFLOW: own }),
      /HASHLOOM_TENSORFLOW is .*own, which has no node_modules/,
    );
    await mkdir(join(own, 'node_modules/@tensorflow/tfjs-node-gpu'), { recursive: true });
    await writeFile(
      join(own, 'node_modules/@tensorflow/tfjs-node-gpu/package.json'),
      '{"main":"missing.js"}',
    );
    assert.equal(await findTensorflow({ ...environment, HASHLOOM_TENSORFLOW: own }), own);
    assert.throws(
      () => loadTensorflow(own),
      (error: Failure) =>
        error.type === 'ConfigurationError' && /does not load: .*\n.*--force/.test(error.message),
    );
  });
});

describe('compileBinding', () => {
  it('names what to install where there is no compiler, and what the compiler said', async () => {
    await assert.rejects(
      findCompiler({ PATH: '' }),
      (error: Failure) =>
        error.type === 'ConfigurationError' &&
        /tried c\+\+, g\+\+, clang\+\+.*\n.*apt-get install g\+\+/.test(error.message),
    );
    await assert.rejects(
      findCompiler({ PATH: '', CXX: '/nowhere/c++' }),
      /tried \/nowhere\/c\+\+, which CXX names/,
    );
    const compiler = join(folder, 'compiler');
    await writeFile(compiler, '#!/bin/sh\necho "no such header" >&2\nexit 3\n', { mode: 0o755 });
    await assert.rejects(
      compileBinding(
        compiler,
        { tfjsNode: join(folder, 'package'), nodeHeaders: folder },
        { PATH: process.env['PATH'] },
      ),
      /does not compile TensorFlow's binding: no such header/,
    );
  });
});

const here = await findTensorflow(process.env).catch(() => undefined);

describe(
  'openTensorflow',
  skippedFor(here === undefined && 'TensorFlow is not set up (npm run test:tensorflow sets it up)'),
  () => {
    it('computes sums of segments and their gradients', async () => {
      const { tf, device } = await openTensorflow();
      assert.ok(device === 'cpu' || device === 'cuda');
      const rows = tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]);
      const at = tf.tensor1d([2, 0, 2], 'int32');
      const gradient = tf.grad((x) => tf.sum(tf.square(tf.gather(x, at))))(rows);
      assert.deepEqual([...gradient.dataSync()], [2, 4, 0, 0, 20, 24]);
      assert.equal((await openTensorflow()).tf, tf);
    });
  },
);
