import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LinkGraph } from '../../kernels/affinity/link-graph.ts';
import {
  neighbourPredictor,
  type NeighbourPredictor,
} from '../../kernels/affinity/predict-neighbours.ts';
import { relateRows } from '../../kernels/affinity/relate-rows.ts';
import { keepScorer } from '../factors/load-factors.ts';
import { keepLinkGraph } from './keep-link-graph.ts';
import type { LinkGraphInput } from './load-link-graph.ts';
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
        const graph = await keepLinkGraph(store, input, () =>
          context.onProgress(0, input.to - input.from),
        );
        const scorer =
          input.predicted && (await keepScorer(store, { ...input, ...input.predicted }, graph));
        const predictor = scorer && neighbourPredictor(graph, scorer, input.top);
        return await listsOf(graph, predictor, input, context, join(scratch, 'neighbours'));
      },
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function listsOf(
  graph: LinkGraph,
  predictor: NeighbourPredictor | undefined,
  { from, to, top }: RelateInput,
  context: StageContext,
  path: string,
): Promise<ArtifactContent> {
  const writer = listWriter(path);
  for (let first = from; first < to; first += STEP_ROWS) {
    const some = { from: first, to: Math.min(first + STEP_ROWS, to), top };
    writer.add(relateRows(graph, some, predictor));
    context.onProgress(first - from, to - from);
  }
  return await writer.finish();
}
