import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { RunStage, StageOutcome } from '../activities/stage-runner.ts';
import { prepareTensorflow } from '../infra/tensorflow/tensorflow.ts';
import type { ThreadTask } from './stage-thread.ts';

/** How long a cancelled stage may take to stop by itself before its thread is ended. */
const CANCEL_GRACE_MS = 2500;

export interface ThreadPool {
  runStage: RunStage;
  close(): Promise<void>;
}

/**
 * Threads that run stages: as many stages at once as there are threads, the rest wait in order. A
 * visit to a block has `trainThreads` threads.
 */
export function createThreadPool(threads: number, trainThreads: number): ThreadPool {
  prepareTensorflow();
  const pool = new Piscina<ThreadTask, StageOutcome>({
    filename: new URL('./stage-entry.cjs', import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    // A thread that sleeps in Atomics.wait between tasks would starve the sockets it keeps open.
    atomics: 'disabled',
  });
  return {
    async runStage(activity, input, origin, signal, onProgress) {
      const cancel = new SharedArrayBuffer(4);
      const { port1, port2 } = new MessageChannel();
      port1.on('message', onProgress);
      const kill = new AbortController();
      let grace: NodeJS.Timeout | undefined;
      const onAbort = () => {
        Atomics.store(new Int32Array(cancel), 0, 1);
        grace = setTimeout(() => kill.abort(), CANCEL_GRACE_MS);
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await pool.run(
          { activity, input, origin, trainThreads, stageThreads: threads, cancel, port: port2 },
          { transferList: [port2], signal: kill.signal },
        );
      } catch (error) {
        if (!kill.signal.aborted) throw error;
        return { error: { name: 'StageCancelled', message: 'ended', stack: '', cancelled: true } };
      } finally {
        clearTimeout(grace);
        signal.removeEventListener('abort', onAbort);
        port1.close();
      }
    },
    close: () => pool.destroy(),
  };
}
