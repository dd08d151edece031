import type { OpenedTensorflow } from '../../schemas/tensorflow.ts';
import { lastLine, runProgram } from '../programs.ts';

const TRY_MS = 120_000;

/**
 * Computes something with a folder's TensorFlow in a process of its own; says on which device.
 * Throws with what it said.
 */
export async function tryTensorflow(
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<OpenedTensorflow['device']> {
  const module = JSON.stringify(new URL('./tensorflow.js', import.meta.url).href);
  const script = `const { loadTensorflow } = await import(${module});
    const { tf, device } = loadTensorflow(${JSON.stringify(folder)});
    if (tf.sum(tf.tensor1d([1, 2])).dataSync()[0] !== 3) throw new Error('1 + 2 is not 3');
    process.stdout.write('works on ' + device);`;
  const options = { environment: { ...environment, TF_CPP_MIN_LOG_LEVEL: '2' }, timeoutMs: TRY_MS };
  const result = await runProgram(process.execPath, ['--input-type=module', '-e', script], options);
  const [, device] = /works on (cpu|cuda)$/.exec(result.stdout) ?? [];
  if (device !== undefined) return device === 'cuda' ? 'cuda' : 'cpu';
  const line =
    result.stderr.split('\n').find((text) => /^\w*Error: /.test(text)) ?? lastLine(result.stderr);
  throw new Error(
    `TensorFlow in ${folder} does not run: ${result.reason ?? line}\n` +
      'hint: hashloom setup tensorflow --force stages it anew',
  );
}
