import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { TaskError } from '../../kernels/training/run-tasks.ts';
import type { Helpers } from '../../kernels/training/train-block.ts';
import type { PairwiseTraining } from '../../schemas/configuration/training.ts';
import type { HelpAnswer, HelpRequest } from './train-thread.ts';

export interface HelperThreads extends Helpers {
  close(): Promise<void>;
}

/**
 * Starts `count` threads that help with visits to blocks of this training. Close them, or they keep
 * the process.
 */
export async function startHelpers(
  count: number,
  training: PairwiseTraining,
): Promise<HelperThreads> {
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./train-thread.js', import.meta.url)),
  );
  await Promise.all(workers.map((worker) => once(worker, 'online')));
  return {
    count,
    async help(visit) {
      const answers = workers.map(async (worker, at): Promise<TaskError[]> => {
        const answered = once(worker, 'message');
        worker.postMessage({ visit, thread: at + 1, training } satisfies HelpRequest);
        const [answer] = (await answered) as [HelpAnswer];
        return answer === null ? [] : [new TaskError(answer.task, revived(answer.error))];
      });
      return (await Promise.all(answers)).flat();
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function revived(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown
    ? Object.assign(new Error(String(thrown.message)), thrown)
    : thrown;
}
