import { parentPort, workerData } from 'node:worker_threads';
import { ingest, type IngestInput } from '../../activities/corpus/ingest.ts';
import type { StageContext } from '../../activities/stage/stage.ts';
import { openTensorflow } from '../../infra/tensorflow/tensorflow.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';

const stores = new Map<string, Store>();

/** What a stage thread gives a stage, without Temporal. */
export const benchContext: StageContext = {
  openStore(uri) {
    const store = stores.get(uri) ?? openStore(uri);
    stores.set(uri, store);
    return store;
  },
  onProgress: () => undefined,
  trainThreads: 1,
  openTensorflow: () => openTensorflow(),
  stageThreads: 2,
  origin: { codeVersion: 'bench' },
};

if (workerData === 'ingest') {
  parentPort?.on('message', (input: IngestInput) => void work(input));
  parentPort?.postMessage('ready');
}

async function work(input: IngestInput): Promise<void> {
  parentPort?.postMessage(await ingest(input, benchContext));
}
