import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEAR } from '../../format/neighbour-lists.ts';
import {
  type DocumentGraph,
  documentGraph,
  documentLister,
} from '../../kernels/documents/near-documents.ts';
import { collectLists } from '../../kernels/pages/collect-lists.ts';
import type { Store } from '../../store/store.ts';
import { listWriter } from '../index/list-writer.ts';
import type { BatchOutput } from '../stage/batch-output.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import type { StageContext, StageInput } from '../stage/stage.ts';
import { loadWeighed } from './load-weighed.ts';
import { type NearDocuments, relateDocumentsArtifact } from './name-near.ts';

declare module '../stages.ts' {
  interface Stages {
    relateDocuments: typeof relateDocuments;
  }
}

export interface RelateDocumentsInput extends StageInput, NearDocuments {
  from: number;
  to: number;
}

/** Listed at once between two reports. */
const STEP_DOCUMENTS = 512;

/**
 * The documents that are nearest to each of documents [from, to) by the cosine of their weighed
 * words. Rows: entries of lists.
 */
export async function relateDocuments(
  input: RelateDocumentsInput,
  context: StageContext,
): Promise<BatchOutput> {
  const store = context.openStore(input.store);
  const { parameters, inputs } = relateDocumentsArtifact(input, input);
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-relate-documents-'));
  try {
    return await produceArtifact(
      context,
      store,
      { stage: 'relate-documents', parameters, inputs, force: input.force },
      async () => {
        const graph = await loadGraph(store, input);
        return await listsOf(graph, input, context, join(scratch, 'neighbours'));
      },
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function listsOf(
  graph: DocumentGraph,
  { from, to, top }: RelateDocumentsInput,
  context: StageContext,
  path: string,
): Promise<ArtifactContent> {
  const writer = listWriter(path);
  const list = documentLister(graph, top);
  for (let first = from; first < to; first += STEP_DOCUMENTS) {
    const end = Math.min(first + STEP_DOCUMENTS, to);
    const lists = collectLists(end - first, top);
    for (let document = first; document < end; document++)
      lists.add(document, NEAR, list(document));
    writer.add(lists.finish());
    context.onProgress(first - from, to - from);
  }
  return await writer.finish();
}

let kept: { key: string; graph: DocumentGraph } | undefined;

/** The same graph for every range, so a thread keeps the last one. */
async function loadGraph(
  store: Store,
  { weighed, postings }: RelateDocumentsInput,
): Promise<DocumentGraph> {
  const key = `${store.uri}/${weighed.key}/${postings}`;
  if (kept?.key === key) return kept.graph;
  kept = undefined;
  const { all } = await loadWeighed(store, weighed);
  const graph = documentGraph(all.rows, { count: all.terms, postings });
  kept = { key, graph };
  return graph;
}
