import type { Command } from 'commander';
import { examples, terminals } from '../terminal/program-options.ts';

interface SetupOptions {
  cuda: boolean;
  from?: string;
  force: boolean;
  json: boolean;
}

export function addSetupCommand(program: Command): void {
  const setup = program
    .command('setup')
    .summary('fetch what some methods need')
    .description('Fetches what some methods need and the package itself does not bring.')
    .addHelpText('after', examples(['hashloom setup tensorflow', 'for the engine tensorflow']));
  setup
    .command('tensorflow')
    .summary('TensorFlow for the engine tensorflow')
    .description(
      "Brings TensorFlow into Hashloom's cache folder, for the engine tensorflow: " +
        'libtensorflow out of its wheel from the Python package index (220 MB; with --cuda 2.4 ' +
        'GB), ' +
        'and its binding for Node, which is compiled here (needs a C++ compiler and npm). ' +
        'Run again, it goes on where it was interrupted; what is there is left as it is.',
    )
    .option(
      '--cuda',
      'with CUDA 12.5 and cuDNN, for GPUs of NVIDIA (Linux x64; needs their driver)',
      false,
    )
    .option('--from <folder>', 'take the wheels from this folder instead of the package index')
    .option('--force', 'stage it anew, though it is there', false)
    .option('--json', 'end with one JSON line on standard output', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom setup tensorflow', 'then: training.engine: tensorflow'],
        ['hashloom setup tensorflow --cuda', 'on a host with a GPU'],
        ['hashloom setup tensorflow --from ./wheels', 'wheels that were fetched elsewhere'],
      ),
    )
    .action(async (options: SetupOptions, command: Command) => {
      const { setUpTensorflow } = await import('../temporal/setup-tensorflow.ts');
      await setUpTensorflow(options, terminals(command));
    });
}
