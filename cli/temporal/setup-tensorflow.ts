import { stageTensorflow } from '../../infra/tensorflow/stage-tensorflow.ts';
import type { Terminals } from '../terminal/program-options.ts';

interface SetUpOptions {
  cuda: boolean;
  from?: string;
  force: boolean;
  json: boolean;
}

/**
 * `hashloom setup tensorflow`: stages it, saying on standard error how far it is, and on standard
 * output what there is now.
 */
export async function setUpTensorflow(
  options: SetUpOptions,
  { out, err }: Terminals,
): Promise<void> {
  let percent = 0;
  const staged = await stageTensorflow({
    cuda: options.cuda,
    force: options.force,
    ...(options.from !== undefined && { from: options.from }),
    environment: process.env,
    onStep: (message) => err.write(`${message}\n`),
    onBytes(done, total) {
      // A terminal sees every percent on one line, a log every tenth.
      const now = Math.floor((100 * done) / total);
      if (
        now === percent ||
        (!err.live && now < 100 && Math.floor(now / 10) === Math.floor(percent / 10))
      )
        return;
      percent = now;
      const line = `  ${now}% of ${Math.round(total / 1e6)} MB`;
      err.write(err.live ? `\r${line}${done === total ? '\n' : ''}` : `${line}\n`);
    },
  });
  const { tensorflow, tfjs, stagedFor, folder, present, gpu } = staged;
  if (options.json) {
    out.write(`${JSON.stringify({ tensorflow, tfjs, stagedFor, gpu, folder, present })}\n`);
    return;
  }
  out.write(
    `TensorFlow ${tensorflow} for ${stagedFor === 'cuda' ? 'CUDA' : 'CPU'} ` +
      `${present ? 'was here already' : 'is set up'}: ${folder}\n`,
  );
  if (stagedFor === 'cuda')
    out.write(
      gpu
        ? 'it sees a GPU here\n'
        : 'it sees no GPU here (nvidia-smi says more), and computes on the CPU until it does\n',
    );
  out.write('next: training.engine: tensorflow in the configuration\n');
}
