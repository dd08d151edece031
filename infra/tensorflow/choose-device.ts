import { Failure } from '../../schemas/failures.ts';
import { findTensorflow } from './tensorflow.ts';
import { tryTensorflow } from './try-tensorflow.ts';

/** Where the engine tensorflow computes: `cpu`, `cuda` (the first GPU) or `cuda:N`. */
export type Device = 'cpu' | 'cuda' | `cuda:${number}`;

export function isDevice(text: string): text is Device {
  return /^(cpu|cuda|cuda:\d{1,3})$/.test(text);
}

/**
 * Binds this process to one device, before TensorFlow is loaded in it: CUDA shows a process the
 * devices that CUDA_VISIBLE_DEVICES names and no others, and TensorFlow takes the first. Throws
 * ConfigurationError where the device is not there.
 */
export async function chooseDevice(device: Device, environment: NodeJS.ProcessEnv): Promise<void> {
  const [kind, number] = device.split(':');
  if (kind === 'cpu') environment['CUDA_VISIBLE_DEVICES'] = '-1';
  else if (number !== undefined) environment['CUDA_VISIBLE_DEVICES'] = number;
  const folder = await findTensorflow(environment);
  const found = await tryTensorflow(folder, environment);
  if (found === kind) return;
  const visible = environment['CUDA_VISIBLE_DEVICES'];
  throw new Failure(
    'ConfigurationError',
    `device ${device} is not there: TensorFlow in ${folder} finds no ` +
      `GPU${visible === undefined ? '' : ` with CUDA_VISIBLE_DEVICES=${visible}`}\n` +
      'hint: `nvidia-smi -L` lists GPUs, and `hashloom setup tensorflow --cuda` sets up a ' +
      'TensorFlow that uses them',
  );
}
