import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import util from 'node:util';
import type * as tfjs from '@tensorflow/tfjs-core';
import { Failure } from '../../schemas/failures.ts';
import type { OpenedTensorflow, Tensorflow } from '../../schemas/tensorflow.ts';
import { readRecord, stagedFolder } from './tensorflow-folder.ts';

/** The same binding under two names; the second stays possible in a folder of one's own. */
const PACKAGE_NAMES = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'];

let opened: Promise<OpenedTensorflow> | undefined;

/**
 * TensorFlow, loaded on the first call in a thread: from the folder that HASHLOOM_TENSORFLOW names
 * (it holds node_modules), else from where `hashloom setup tensorflow` staged it, with CUDA if that
 * is there. Throws ConfigurationError, naming that command, where it is not.
 */
export function openTensorflow(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<OpenedTensorflow> {
  return (opened ??= findTensorflow(environment).then(loadTensorflow));
}

/**
 * The folder from which `openTensorflow` would load. Throws ConfigurationError where there is none.
 */
export async function findTensorflow(environment: NodeJS.ProcessEnv): Promise<string> {
  const own = environment.HASHLOOM_TENSORFLOW;
  if (own) {
    if (packageIn(own) !== undefined) return own;
    throw new Failure(
      'ConfigurationError',
      `HASHLOOM_TENSORFLOW is ${own}, which has no node_modules with ` +
        `${PACKAGE_NAMES.join(' or ')}; leave it out to use what \`hashloom setup tensorflow\` ` +
        'stages',
    );
  }
  const looked = (['cuda', 'cpu'] as const).map((stagedFor) =>
    stagedFolder(stagedFor, environment),
  );
  for (const folder of looked) if ((await readRecord(folder)) !== undefined) return folder;
  throw new Failure(
    'ConfigurationError',
    `TensorFlow is not set up on this machine (looked in ${looked.join(' and ')})\n` +
      `hint: \`hashloom setup tensorflow\` (220 MB to fetch), or \`hashloom setup tensorflow ` +
      `--cuda\` for GPUs of NVIDIA (2.4 GB), sets it up; engine wasm needs neither`,
  );
}

/**
 * Loads TensorFlow from a folder. libtensorflow reads its settings when it is loaded, from the
 * environment of the process (a worker thread's `process.env` is a copy), so they are set by
 * `prepareTensorflow` on the main thread.
 */
export function loadTensorflow(folder: string): OpenedTensorflow {
  const name = packageIn(folder);
  if (name === undefined)
    throw new Failure(
      'ConfigurationError',
      `${folder} has no node_modules with ${PACKAGE_NAMES.join(' or ')}`,
    );
  // Node 23 took this function away, and the binding's JavaScript still calls it.
  if (!('isNullOrUndefined' in util))
    Object.assign(util, {
      isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    });
  const require = createRequire(join(resolve(folder), 'node_modules', 'hashloom.cjs'));
  try {
    const tf = require(name) as Tensorflow;
    const { isUsingGpuDevice } = tf.backend() as tfjs.KernelBackend & { isUsingGpuDevice: boolean };
    return { tf, device: isUsingGpuDevice ? 'cuda' : 'cpu' };
  } catch (error) {
    const said = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new Failure(
      'ConfigurationError',
      `TensorFlow in ${folder} does not load: ${said}\n` +
        `hint: \`hashloom setup tensorflow --force\` stages it anew`,
      { cause: error },
    );
  }
}

/**
 * Settings of libtensorflow, for a process that may load it: silent but for errors, GPU memory as
 * it is needed. What is set stays.
 */
export function prepareTensorflow(environment: NodeJS.ProcessEnv = process.env): void {
  environment['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  environment['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
}

function packageIn(folder: string): string | undefined {
  return PACKAGE_NAMES.find((name) =>
    existsSync(join(folder, 'node_modules', name, 'package.json')),
  );
}
