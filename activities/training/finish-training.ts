import { partitionRange } from '../../hashers/tournament.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { CURVE } from '../../schemas/tables.ts';
import { encodeDense } from '../../store/tables/arrow-ipc.ts';
import { readManifest } from '../../store/artifacts.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import { type StageContext, type StageOutput } from '../stage/stage.ts';
import { type LearningInput, modelArtifact, roundsAhead } from './name-training.ts';
import { readState } from './load-training.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    finishTraining: typeof finishTraining;
  }
}

interface FinishTrainingInput {
  learning: LearningInput;
  /** Epochs done, and the state of each partition after them. */
  epoch: number;
  states: ArtifactReference[];
}

/**
 * Gathers the trained embeddings, a part a partition, and the loss curve: the model. Rows: words.
 */
export async function finishTraining(
  input: FinishTrainingInput,
  context: StageContext,
): Promise<StageOutput> {
  const { learning } = input;
  const store = context.openStore(learning.store);
  const { parameters, inputs } = modelArtifact(learning);
  return await produceArtifact(
    context,
    store,
    { stage: 'train', parameters, inputs, force: learning.force },
    () => gather(input, store, context),
  );
}

async function gather(
  input: FinishTrainingInput,
  store: Store,
  context: StageContext,
): Promise<ArtifactContent> {
  const { learning, epoch, states } = input;
  const { words, training } = learning;
  const { tables, bits, partitions } = training;
  const parts = [];
  for (const [partition, reference] of states.entries()) {
    context.onProgress(partition, partitions);
    const { first, end } = partitionRange(words, partitions, partition);
    const state = await readState(store, reference, first);
    const columns = [{ name: 'embedding', width: tables * bits, values: state.embeddings }];
    const bytes = await encodeDense(columns, {
      firstRow: String(first),
      tables: String(tables),
      bits: String(bits),
    });
    parts.push({
      name: `embeddings-${String(partition).padStart(5, '0')}.arrow`,
      bytes,
      rows: end - first,
    });
  }
  const curve = await readCurve(learning, epoch, store);
  const columns = {
    epoch: Int32Array.from(curve, (round) => round.epoch),
    loss: Float64Array.from(curve, ({ loss }) => loss),
    pairs: Float64Array.from(curve, ({ pairs }) => pairs),
  };
  parts.push({
    name: 'curve.parquet',
    bytes: await encodeParquet(CURVE, columns, { profile: 'internal' }),
    rows: curve.length,
  });
  const last = curve.at(-1);
  return {
    parts,
    rows: words,
    facts: { tables, bits, partitions, epochs: epoch, ...(last && { loss: last.loss }) },
  };
}

/**
 * Mean loss and pairs of every round, from the manifests of its visits: the same whether training
 * was interrupted or not.
 */
async function readCurve(
  learning: LearningInput,
  epochs: number,
  store: Store,
): Promise<{ epoch: number; loss: number; pairs: number }[]> {
  const curve = [];
  for (const { to, visits } of roundsAhead(learning)) {
    if (to > epochs) break;
    let pairs = 0;
    let loss = 0;
    for (const visit of visits) {
      const facts = (await readManifest(store, visit))?.facts;
      pairs += Number(facts?.['pairs'] ?? 0);
      loss += Number(facts?.['pairs'] ?? 0) * Number(facts?.['loss'] ?? 0);
    }
    curve.push({ epoch: to, loss: loss / Math.max(pairs, 1), pairs });
  }
  return curve;
}
