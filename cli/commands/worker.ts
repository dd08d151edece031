import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { type Device, isDevice } from '../../infra/tensorflow/choose-device.ts';
import { QUEUE_ROLES } from '../../schemas/queues.ts';
import type { QueueRole } from '../../schemas/queues.ts';
import { listenForInterrupts } from '../terminal/interrupts.ts';
import {
  DEFAULT_THREADS,
  examples,
  port,
  positiveInteger,
  temporalOptions,
} from '../terminal/program-options.ts';

interface WorkerCommandOptions {
  queues: QueueRole[];
  threads: number;
  trainThreads: number;
  device?: Device;
  healthPort?: number;
}

export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .summary('run workers on this host until Ctrl-C or SIGTERM')
    .description(
      'Takes work from the queues named: main (workflows and light work), etl (from the ' +
        'corpus to negatives), train, export. ' +
        'Any number of hosts may poll any of them. SIGTERM or Ctrl-C drains: what is under ' +
        'way is taken up by another worker.',
    )
    .option('--queues <list>', 'queues to poll, with commas between', queueRoles, [...QUEUE_ROLES])
    .option(
      '--threads <n>',
      'stages at work at once in this process',
      positiveInteger,
      DEFAULT_THREADS,
    )
    .option(
      '--train-threads <n>',
      'threads that share one visit to a block of training',
      positiveInteger,
      1,
    )
    .option(
      '--device <name>',
      'where the engine tensorflow computes: cpu, cuda or cuda:N; one process a GPU ' +
        '(default: a GPU if there is one)',
      device,
    )
    .option('--health-port <port>', 'serve /healthz and /readyz there', port)
    .addHelpText(
      'after',
      examples(
        ['hashloom worker', 'every queue, a thread a core'],
        ['hashloom worker --queues etl,export --threads 8', 'a host without a GPU'],
        [
          'hashloom worker --queues train --threads 1 --train-threads 8',
          'one training slot that uses eight cores',
        ],
        [
          'hashloom worker --queues train --threads 1 --device cuda:1',
          'one training slot on the second GPU',
        ],
        [
          'hashloom worker --queues train --threads 1 --health-port 8080',
          'one training slot, probes for Kubernetes',
        ],
      ),
    )
    .action(async (options: WorkerCommandOptions, command: Command) => {
      const { requireTemporal } = await import('../temporal/open-temporal.ts');
      const { installRuntime, startWorkers } = await import('../../workers/run-workers.ts');
      const { chooseDevice } = await import('../../infra/tensorflow/choose-device.ts');
      const temporal = temporalOptions(command);
      requireTemporal(temporal);
      if (options.device !== undefined) await chooseDevice(options.device, process.env);
      const interrupts = listenForInterrupts();
      try {
        installRuntime('WARN');
        const workers = await startWorkers({
          ...temporal,
          roles: options.queues,
          threads: options.threads,
          trainThreads: options.trainThreads,
          ...(options.healthPort === undefined ? {} : { healthPort: options.healthPort }),
        });
        process.stderr.write(
          `polling ${workers.queues.join(', ')} with ${workers.threads} ` +
            `${workers.threads === 1 ? 'thread' : 'threads'}; Ctrl-C drains\n`,
        );
        interrupts.signal.addEventListener('abort', () => {
          process.stderr.write('draining; Ctrl-C again ends at once\n');
          void workers.stop();
        });
        if (interrupts.signal.aborted) void workers.stop();
        await workers.finished;
      } finally {
        interrupts.dispose();
      }
    });
}

function device(text: string): Device {
  if (isDevice(text)) return text;
  throw new InvalidArgumentError('expected cpu, cuda or cuda:N, for example cuda:1.');
}

function queueRoles(text: string): QueueRole[] {
  const names = text.split(',').map((name) => name.trim());
  const roles = QUEUE_ROLES.filter((role) => names.includes(role));
  const unknown = names.filter((name) => !QUEUE_ROLES.some((role) => role === name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `unknown: ${unknown.map((name) => `"${name}"`).join(', ')}; the queues are ` +
        `${QUEUE_ROLES.join(', ')}.`,
    );
  return roles;
}
