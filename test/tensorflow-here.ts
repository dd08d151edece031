import { findTensorflow } from '../infra/tensorflow/tensorflow.ts';

/**
 * For `describe`: why tests of the engine tensorflow are skipped on this machine; false where they
 * run.
 */
export async function withoutTensorflow(): Promise<string | false> {
  const found = await findTensorflow(process.env).then(
    () => true,
    () => false,
  );
  return found ? false : 'TensorFlow is not set up here (npm run test:tensorflow sets it up)';
}
