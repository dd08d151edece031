import { bucketTables, retrieveByCode } from '../../evaluation/retrieval.ts';
import { precisionRecall } from '../../evaluation/precision-recall.ts';
import { openEngine } from '../../hashers/tensors/engine.ts';
import { binarize } from '../../kernels/numbers/binarize.ts';
import { mineNegatives } from '../../kernels/affinity/mine-negatives.ts';
import {
  type BlockModel,
  drawBlockModel,
  factionsOf,
} from '../../kernels/affinity/stochastic-block-model.ts';
import { initializePartition } from '../../kernels/training/train-partition.ts';
import type { BlockSide } from '../../kernels/training/train-rows.ts';
import { SBM_MODEL, type SbmScore, type SbmSetting } from '../../schemas/experiment.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { toJson } from '../stage/json-object.ts';
import { type StageContext, type StageInput } from '../stage/stage.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    sbmTrial: typeof sbmTrial;
  }
}

interface SbmTrialInput extends StageInput {
  setting: SbmSetting;
  seed: number;
}

interface SbmTrialOutput extends SbmScore {
  artifact: ArtifactReference;
  cached: boolean;
}

/**
 * One trial on the stochastic block model: graph, training, codes; precision and recall of equal
 * codes against the factions.
 */
export async function sbmTrial(
  { store: uri, force, setting, seed }: SbmTrialInput,
  context: StageContext,
): Promise<SbmTrialOutput> {
  const store = context.openStore(uri);
  const parameters = { model: SBM_MODEL, setting, seed };
  const { artifact, cached, facts } = await produceArtifact(
    context,
    store,
    { stage: 'trial', parameters, inputs: [], force },
    async () => {
      const score = await runTrial(setting, seed, context);
      return {
        parts: [{ name: 'score.json', bytes: toJson(score), rows: 1 }],
        rows: 1,
        facts: { ...score },
      };
    },
  );
  return {
    artifact,
    cached,
    precision: Number(facts['precision']),
    recall: Number(facts['recall']),
    f1: Number(facts['f1']),
  };
}

async function runTrial(
  { draws, training }: SbmSetting,
  seed: number,
  context: StageContext,
): Promise<SbmScore> {
  const model: BlockModel = { ...SBM_MODEL, symmetric: draws === 'symmetric' };
  const items = model.factions * model.size;
  const affinity = drawBlockModel(model, seed);
  // All of them: the paper draws hard negatives from every one.
  const negatives = mineNegatives(affinity, { from: 0, to: items, perRow: items, seed });
  let side: BlockSide = {
    state: initializePartition(seed, 0, items, training.tables, training.bits),
    affinity,
    negatives,
  };
  const { epochs } = training;
  const engine = await openEngine(training, { threads: 1, openTensorflow: context.openTensorflow });
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const visit = {
        allRows: items,
        from: epoch / epochs,
        to: (epoch + 1) / epochs,
        seed,
        epoch,
        block: 0,
      };
      const { states, loss } = await engine.train([side], visit);
      side = { ...side, state: states[0]! };
      context.onProgress(epoch + 1, epochs, { epoch: epoch + 1, loss });
    }
  } finally {
    await engine.close();
  }
  const codeBytes = training.bits / 8;
  const codes = new Uint8Array(items * training.tables * codeBytes);
  binarize(side.state.embeddings, training.tables, training.bits, codes);
  const { offsets, columns } = factionsOf(model);
  const queries = Uint32Array.from({ length: items }, (_, item) => item);
  const { precision, recall, f1 } = precisionRecall(
    retrieveByCode(bucketTables({ codes, tables: training.tables, codeBytes })),
    { rowOffsets: offsets, columns },
    queries,
  );
  return { precision, recall, f1 };
}
