import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ingest } from '../../activities/corpus/ingest.ts';
import { list } from '../../activities/corpus/list.ts';
import { loadWeighed, type WeighedDocuments } from '../../activities/documents/load-weighed.ts';
import type { StageContext } from '../../activities/stage/stage.ts';
import { weighDocuments } from '../../activities/documents/weigh-documents.ts';
import { documentSet } from '../../cli/experiments/document-sets.ts';
import { openTensorflow } from '../../infra/tensorflow/tensorflow.ts';
import { openStore } from '../../store/open-store.ts';

/** A data set of the experiment as its stages leave it, in a store in `scratch`. */
export async function weighedSet(
  name: string,
  folder: string,
  scratch: string,
): Promise<WeighedDocuments> {
  const store = pathToFileURL(join(resolve(scratch), 'store')).href;
  const { configuration } = documentSet(name, folder, store);
  const context: StageContext = {
    openStore,
    openTensorflow: () => openTensorflow(),
    trainThreads: 1,
    stageThreads: 1,
    onProgress: () => undefined,
    origin: { codeVersion: 'bench' },
  };
  const base = { store, force: false };
  const corpus = await list({ ...base, configuration }, context);
  const { source, tokens, documents } = configuration;
  const shards = { ...base, files: corpus.artifact, source, tokens, documents };
  await ingest({ ...shards, from: 0, to: corpus.rows }, context);
  return await loadWeighed(openStore(store), (await weighDocuments(shards, context)).artifact);
}
