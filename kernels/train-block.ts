/**
 * Training of one block (p, q) of the vocabulary for one epoch: batches of its positive pairs with negatives from all rows of p and q,
 * Adam on the summed gradient of each batch. Pure: the states that come in stay as they are. Deterministic: the same bits on every machine.
 */
import { adamStep, adamUpdate } from './adam.ts';
import { failIn, type Fail } from './non-finite-error.ts';
import type { PairLoss } from './pair-loss.ts';
import { PURPOSE, RandomStream } from './random.ts';
import { createBatch, drawBatch, positivePairs, shufflePairs, type Batch, type PairList } from './train-batch.ts';
import { backward, createWorkspace, forward, pairLosses, type Workspace } from './train-gradient.ts';
import { joinStates, splitState, type JoinedState, type PartitionState } from './train-partition.ts';
import { globalRow, numberRows, restrict, type BlockRows, type BlockSide, type SparseRows } from './train-rows.ts';

/** The training part of a run configuration, as far as a block needs it. */
export interface TrainSettings {
  tables: number;
  bits: number;
  beta: number;
  betaOn: 'all' | 'hard';
  lambda: number;
  lambdaRamp: boolean;
  temperature: number;
  dropout: number;
  /** Positives a batch if it drew from all rows; a block takes its share by rows. */
  batchPositives: number;
  hardPerPositive: number;
  easyPerPositive: number;
  rate: number;
}

export interface Visit {
  settings: TrainSettings;
  loss: PairLoss;
  /** Rows of all partitions. */
  allRows: number;
  /** Share of the whole run that is done before and after this visit, in [0, 1]. */
  from: number;
  to: number;
  seed: number;
  epoch: number;
  /** Tells blocks of one epoch apart. */
  block: number;
}

export interface TrainedBlock {
  /** As many as there are sides, in their order. */
  states: PartitionState[];
  /** Mean over the pairs; 0 if there are none. */
  loss: number;
  /** Positive and negative pairs. */
  pairs: number;
}

/**
 * One visit to block (p, q): `sides` are p and q with p's rows before q's, or p alone on the diagonal. `onBatch(done, total)` is called after
 * every batch and may throw to stop. Throws NonFiniteError at a loss or an embedding that is not finite, naming pair and step.
 */
export function trainBlock(sides: readonly BlockSide[], visit: Visit, onBatch?: (done: number, total: number) => void): TrainedBlock {
  const block = prepare(sides, visit);
  const { state, batch, workspace, settings } = block;
  let loss = 0;
  let pairs = 0;
  for (let b = 0; b < block.batches; b++) {
    const now = schedule(visit.settings, visit.from + ((visit.to - visit.from) * (b + 0.5)) / block.batches);
    const fail = failIn(block.rows, batch, state.steps[0] + 1);
    draw(block, b);
    forward(workspace, batch, state.embeddings, settings);
    loss += pairLosses(workspace, batch, settings, now.lambda, now.temperature, block.masks, fail);
    loss += backward(workspace, settings);
    update(block, now.rate, fail);
    pairs += batch.pairs;
    onBatch?.(b + 1, block.batches);
  }
  return { states: splitState(sides.map((side) => side.state), state), loss: pairs === 0 ? 0 : loss / pairs, pairs };
}

/** What changes over a run, at a share of it in [0, 1]: the rate falls to 2%, lambda rises from 0, the temperature is 0 from two thirds on. */
export function schedule(settings: TrainSettings, share: number): { rate: number; lambda: number; temperature: number } {
  return {
    rate: settings.rate * (1 - 0.98 * share),
    lambda: settings.lambdaRamp ? settings.lambda * share : settings.lambda,
    temperature: share < 2 / 3 ? settings.temperature * (1 - 1.5 * share) : 0,
  };
}

/** Everything that a visit works on: allocated once. */
interface Block {
  rows: BlockRows;
  affinity: SparseRows;
  negatives: SparseRows;
  positives: PairList;
  batches: number;
  state: JoinedState;
  batch: Batch;
  workspace: Workspace;
  settings: TrainSettings & { loss: PairLoss };
  draws: RandomStream;
  masks: RandomStream;
}

function prepare(sides: readonly BlockSide[], { settings, loss, allRows, seed, epoch, block }: Visit): Block {
  const { tables, bits, batchPositives, hardPerPositive, easyPerPositive } = settings;
  const rows = numberRows(sides, tables * bits);
  const affinity = restrict(rows, sides.map((side) => side.affinity));
  const negatives = restrict(rows, sides.map((side) => side.negatives));
  const positives = positivePairs(rows, affinity);
  shufflePairs(positives, new RandomStream(seed, PURPOSE.shuffle, epoch, block));
  const count = positives.left.length;
  const perBatch = Math.min(count, Math.max(1, Math.round((batchPositives * rows.rows) / allRows)));
  const batch = createBatch(perBatch, hardPerPositive, easyPerPositive);
  return {
    rows,
    affinity,
    negatives,
    positives,
    batches: count === 0 ? 0 : Math.ceil(count / perBatch),
    state: joinStates(sides.map((side) => side.state)),
    batch,
    workspace: createWorkspace(rows.rows, Math.min(rows.rows, 2 * batch.left.length), tables, bits),
    settings: { ...settings, loss },
    draws: new RandomStream(seed, PURPOSE.batch, epoch, block),
    masks: new RandomStream(seed, PURPOSE.dropout, epoch, block),
  };
}

/** Batch b: its share of the positives, in sizes that differ by at most one, with negatives. */
function draw({ batch, positives, batches, affinity, negatives, settings, draws }: Block, b: number): void {
  const count = positives.left.length;
  const start = Math.floor((count * b) / batches);
  const end = Math.floor((count * (b + 1)) / batches);
  drawBatch(batch, positives, start, end, affinity, negatives, settings.hardPerPositive, settings.easyPerPositive, draws);
}

/** One Adam step on every row that the batch touched. */
function update({ rows, state, batch, workspace, settings }: Block, rate: number, fail: Fail): void {
  state.steps = state.steps.map((steps) => steps + 1);
  const steps = state.steps.map((step) => adamStep(step, rate));
  const width = settings.tables * settings.bits;
  for (let slot = 0; slot < workspace.slots; slot++) {
    const row = workspace.row[slot];
    const offset = row * width;
    const step = row < rows.split ? steps[0] : steps[1];
    const finite = adamUpdate(state.embeddings, state.moment1, state.moment2, offset, width, workspace.gradient, slot * width, step);
    if (!finite) fail(pairWith(batch, row), `embedding of row ${globalRow(rows, row)} not finite`);
  }
}

/** The first pair of the batch that a row is in. */
function pairWith(batch: Batch, row: number): number {
  let at = 0;
  while (batch.left[at] !== row && batch.right[at] !== row) at += 1;
  return at;
}
