import { type Engine, openEngine } from '../../hashers/tensors/engine.ts';
import type { PartitionState } from '../../kernels/training/train-partition.ts';
import type { BlockSide } from '../../kernels/training/train-rows.ts';
import type { ArtifactReference, Manifest } from '../../schemas/artifact.ts';
import { artifactComplete, writeArtifact } from '../../store/artifacts.ts';
import type { StageContext } from '../stage/stage.ts';
import { type BlockVisit, type LearningInput, stateArtifact, visitKey } from './name-training.ts';
import { loadSide, writeState } from './load-training.ts';

declare module '../stages.ts' {
  interface Stages {
    trainBlock: typeof trainBlock;
  }
}

interface TrainBlockInput {
  learning: LearningInput;
  visit: BlockVisit;
}

interface TrainBlockOutput {
  /** The new states of p and q; the same on the diagonal. */
  left: ArtifactReference;
  right: ArtifactReference;
  cached: boolean;
  /** Mean over the pairs of the last epoch of the visit. */
  loss: number;
  /** Positive and negative pairs of all epochs of the visit. */
  pairs: number;
}

/** Trains the pairs between partitions p and q: two states and the pairs in, two states out. */
export async function trainBlock(
  input: TrainBlockInput,
  context: StageContext,
): Promise<TrainBlockOutput> {
  const { learning, visit } = input;
  const store = context.openStore(learning.store);
  const names = sidesOf(visit).map((side) => stateArtifact(learning, visit, side));
  const present = learning.force
    ? []
    : await Promise.all(names.map(({ artifact }) => artifactComplete(store, artifact)));
  const [first] = present;
  if (first && present.every(Boolean)) return describe(names, first.facts, true);

  const started = performance.now();
  const { states, loss, pairs } = await learn(input, context);
  const facts = { loss, pairs };
  const { tables, bits } = learning.training;
  const encoded: Uint8Array[] = [];
  for (const state of states) encoded.push(await writeState(state, tables * bits));
  const seconds = (performance.now() - started) / 1000;
  for (const [at, { artifact, parameters, inputs }] of names.entries()) {
    const rows = states[at]!.embeddings.length / (tables * bits);
    const parts = [{ name: 'state.arrow', bytes: encoded[at]!, rows }];
    await writeArtifact(store, artifact, {
      parameters,
      inputs,
      parts,
      rows,
      facts,
      seconds,
      origin: context.origin,
      rewrite: learning.force,
    });
  }
  return describe(names, facts, false);
}

async function learn(
  input: TrainBlockInput,
  context: StageContext,
): Promise<{ states: PartitionState[]; loss: number; pairs: number }> {
  const { learning } = input;
  const { p, q, left, right, survey } = input.visit;
  const store = context.openStore(learning.store);
  const sides = [await loadSide(store, learning, p, left, survey)];
  if (p !== q) sides.push(await loadSide(store, learning, q, right, survey));
  const engine = await openEngine(learning.training, {
    threads: context.trainThreads,
    openTensorflow: context.openTensorflow,
  });
  try {
    return await runEpochs(input, context, sides, engine);
  } finally {
    await engine.close();
  }
}

async function runEpochs(
  input: TrainBlockInput,
  context: StageContext,
  sides: BlockSide[],
  engine: Engine,
): Promise<{ states: PartitionState[]; loss: number; pairs: number }> {
  const { training, words, seed } = input.learning;
  const { from, to } = input.visit;
  const started = performance.now();
  let pairs = 0;
  let loss = 0;
  for (let epoch = from; epoch < to; epoch++) {
    const visit = {
      allRows: words,
      from: epoch / training.epochs,
      to: (epoch + 1) / training.epochs,
      seed,
      epoch,
      block: visitKey(input.visit, training),
    };
    const onProgress = (done: number, total: number) => {
      const seconds = (performance.now() - started) / 1000;
      const pairsPerSecond = Math.round(
        (pairs / Math.max(epoch - from, 1)) * ((epoch - from + done / total) / seconds),
      );
      context.onProgress((epoch - from) * total + done, (to - from) * total, {
        epoch: epoch + 1,
        ...(loss && { loss, pairsPerSecond }),
      });
    };
    const trained = await engine.train(sides, visit, onProgress);
    sides = sides.map((side, at) => ({ ...side, state: trained.states[at]! }));
    ({ loss } = trained);
    pairs += trained.pairs;
  }
  return { states: sides.map(({ state }) => state), loss, pairs };
}

const sidesOf = ({ p, q }: BlockVisit): ('left' | 'right')[] =>
  p === q ? ['left'] : ['left', 'right'];

function describe(
  names: { artifact: ArtifactReference }[],
  facts: Manifest['facts'],
  cached: boolean,
): TrainBlockOutput {
  const left = names[0]!.artifact;
  const right = names[1]?.artifact ?? left;
  return { left, right, cached, loss: Number(facts['loss']), pairs: Number(facts['pairs']) };
}
