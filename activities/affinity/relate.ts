import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LinkGraph } from '../../kernels/affinity/link-graph.ts';
import { relateRows } from '../../kernels/affinity/relate-rows.ts';
import type { Store } from '../../store/store.ts';
import { type LinkGraphInput, loadLinkGraph } from './load-link-graph.ts';
import { type ListParameters, relateArtifact } from './name-lists.ts';
import { listWriter } from '../index/list-writer.ts';
import { type StageContext, type StageInput } from '../stage/stage.ts';
import type { BatchOutput } from '../stage/batch-output.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    relate: typeof relate;
  }
}

export interface RelateInput extends StageInput, ListParameters, LinkGraphInput {
  from: number;
  to: number;
}

/** Listed at once between two reports. */
const STEP_ROWS = 512;

/** Ranked lists of neighbours of rows [from, to) of D. Rows: entries of lists. */
export async function relate(input: RelateInput, context: StageContext): Promise<BatchOutput> {
  const store = context.openStore(input.store);
  const { parameters, inputs } = relateArtifact(input, input);
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-relate-'));
  try {
    return await produceArtifact(
      context,
      store,
      { stage: 'relate', parameters, inputs, force: input.force },
      async () => {
        const graph = await loadGraph(store, input, context);
        return await listsOf(graph, input, context, join(scratch, 'neighbours'));
      },
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function listsOf(
  graph: LinkGraph,
  { from, to, top }: RelateInput,
  context: StageContext,
  path: string,
): Promise<ArtifactContent> {
  const writer = listWriter(path);
  for (let first = from; first < to; first += STEP_ROWS) {
    writer.add(relateRows(graph, { from: first, to: Math.min(first + STEP_ROWS, to), top }));
    context.onProgress(first - from, to - from);
  }
  return await writer.finish();
}

let kept: { key: string; graph: LinkGraph } | undefined;

/** The same graph for every range, so a thread keeps the last one. */
async function loadGraph(
  store: Store,
  input: RelateInput,
  context: StageContext,
): Promise<LinkGraph> {
  const key = `${store.uri}/${input.affinity.key}/${input.postings}`;
  if (kept?.key === key) return kept.graph;
  kept = undefined;
  const graph = await loadLinkGraph(store, input, () =>
    context.onProgress(0, input.to - input.from),
  );
  kept = { key, graph };
  return graph;
}
