import type { MessagePort } from 'node:worker_threads';
import { loadStage } from '../activities/load-stage.ts';
import type { StageOutcome, StageReport } from '../activities/stage-runner.ts';
import type { StageContext } from '../activities/stage/stage.ts';
import { openTensorflow } from '../infra/tensorflow/tensorflow.ts';
import type { ActivityName } from '../schemas/activities.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';

export interface ThreadTask {
  activity: ActivityName;
  input: unknown;
  origin: StageContext['origin'];
  trainThreads: number;
  stageThreads: number;
  /** One Int32: 1 asks the stage to stop at its next report. */
  cancel: SharedArrayBuffer;
  port: MessagePort;
}

const stores = new Map<string, Store>();

/** Runs one stage in this thread: the entry of the thread pool. */
export default async function runStage(task: ThreadTask): Promise<StageOutcome> {
  const cancel = new Int32Array(task.cancel);
  const context: StageContext = {
    openStore: keptStore,
    origin: task.origin,
    trainThreads: task.trainThreads,
    openTensorflow: () => openTensorflow(),
    stageThreads: task.stageThreads,
    onProgress(done, total, figures = {}) {
      task.port.postMessage({ done, total, figures } satisfies StageReport);
      if (Atomics.load(cancel, 0) === 1) throw new StageCancelled();
    },
  };
  try {
    const stage = (await loadStage(task.activity)) as (
      input: unknown,
      context: StageContext,
    ) => Promise<unknown>;
    return { result: await stage(task.input, context) };
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    return {
      error: { name, message, stack: stack ?? '', cancelled: error instanceof StageCancelled },
    };
  } finally {
    task.port.close();
  }
}

class StageCancelled extends Error {}

/** Clients and what they learned of a bucket are kept for the thread's life. */
function keptStore(uri: string): Store {
  let store = stores.get(uri);
  if (!store) {
    store = openStore(uri);
    stores.set(uri, store);
  }
  return store;
}
