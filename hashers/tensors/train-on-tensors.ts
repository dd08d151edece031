/**
 * Training of a block with TensorFlow (engine `tensorflow`). It draws the pairs that the engine
 * wasm draws, in the same order; tasks of one round share no row, so a round is one step on the
 * device. The same bytes for a seed on one CPU; a GPU sums in no fixed order.
 */
import { LimitError } from '../../kernels/limit-error.ts';
import type { Rank, Tensor } from '@tensorflow/tfjs-core';
import { NonFiniteError } from '../../kernels/training/non-finite-error.ts';
import { beginSweep, prepareVisit, type TrainedBlock } from '../../kernels/training/train-block.ts';
import { globalRow, type BlockSide } from '../../kernels/training/train-rows.ts';
import { schedule, type TrainSettings, type Visit } from '../../kernels/training/train-settings.ts';
import {
  clockOf,
  HARD,
  openWorkspace,
  POSITIVE,
  type TaskWorkspace,
} from '../../kernels/training/train-task.ts';
import type { PairwiseTraining } from '../../schemas/configuration/training.ts';
import type { Tensorflow } from '../../schemas/tensorflow.ts';
import { drawRound, type RoundBatch } from '../draw-round.ts';
import type { TensorLoss } from '../losses/tensor-loss.ts';
import { createTensorLoss } from '../losses/losses.ts';
import { openTensorStates, type TensorStates } from './tensor-states.ts';
import { lossAndGradient } from './tensor-step.ts';

/** A step that the device may still be at. */
interface RunningStep {
  batch: RoundBatch;
  clock: number;
  /** (2): the loss, and 0 where every embedding that moved is finite. */
  outcome: Tensor;
  values: Tensor;
  slopes: Tensor;
  moved: Tensor;
}

/**
 * One visit to a block, as trainBlock of kernels/training/train-block.ts. Throws NonFiniteError as
 * that does, and LimitError with the bytes it needs where the device has not got them.
 */
export function trainOnTensors(
  tf: Tensorflow,
  sides: readonly BlockSide[],
  visit: Visit & { settings: PairwiseTraining },
  onTask?: (done: number, total: number) => void,
): TrainedBlock {
  const { shared, positives } = prepareVisit(sides, visit, 1, false);
  const workspace = openWorkspace(shared, 0, visit.loss);
  if (positives === 0) return { states: sides.map(({ state }) => state), loss: 0, pairs: 0 };
  let states: TensorStates | undefined;
  let largest = 0;
  tf.engine().startScope('visit');
  try {
    states = openTensorStates(
      tf,
      sides.map(({ state }) => state),
      shared.rows.split,
      visit.settings,
    );
    const totals = { loss: 0, pairs: 0 };
    let running: RunningStep | undefined;
    const finish = (): void => {
      if (running) totals.loss += finishStep(running, workspace);
      running = undefined;
    };
    const { plan } = shared;
    const all = plan.tasks.length * plan.sweeps;
    const loss = createTensorLoss(visit.settings);
    for (let sweep = 0; sweep < plan.sweeps; sweep++) {
      beginSweep(workspace, positives, sweep);
      for (const [first, end] of roundsOf(plan.tasks, sweep)) {
        // The next pairs are drawn while the device is at the last ones.
        for (const batch of drawRound(workspace, first, end)) {
          largest = Math.max(largest, batch.left.length);
          finish();
          running = startStep(tf, states, batch, workspace, loss, clockOf(shared, first));
          totals.pairs += batch.left.length;
        }
        onTask?.(end, all);
      }
    }
    finish();
    return {
      states: states.read(plan.sweeps * plan.rounds),
      loss: totals.loss / totals.pairs,
      pairs: totals.pairs,
    };
  } catch (error) {
    throw outOfMemory(error, shared.rows.rows, largest, visit.settings) ?? error;
  } finally {
    states?.dispose();
    tf.engine().endScope();
  }
}

/** First and last task (exclusive) of every round of a sweep, counted over the visit. */
function roundsOf(
  tasks: readonly { round: number }[],
  sweep: number,
): [first: number, end: number][] {
  const base = sweep * tasks.length;
  const starts = tasks.flatMap(({ round }, at) =>
    at === 0 || tasks[at - 1]!.round !== round ? [at] : [],
  );
  return starts.map((start, at) => [base + start, base + (starts[at + 1] ?? tasks.length)]);
}

function startStep(
  tf: Tensorflow,
  states: TensorStates,
  batch: RoundBatch,
  { visit, negativeWeight, loss: { quantization, innerProduct = false } }: TaskWorkspace,
  loss: TensorLoss,
  clock: number,
): RunningStep {
  const { settings, from, to } = visit.visit;
  const { plan } = visit;
  const { tables, bits } = settings;
  const now = schedule(
    settings,
    from + ((to - from) * (clock + 0.5)) / (plan.sweeps * plan.rounds),
  );
  const slots = batch.rows.length;
  const tensors = tf.tidy(() => {
    const rows = tf.tensor1d(batch.rows, 'int32');
    const E = states.gather(rows);
    const found = lossAndGradient(
      tf,
      tf.reshape<Rank.R3>(E, [slots, tables, bits]),
      tensorBatch(tf, batch, settings, negativeWeight),
      {
        loss,
        quantization,
        innerProduct,
        lambda: now.lambda,
        temperature: now.temperature,
      },
    );
    const gradient = tf.reshape<Rank.R2>(found.gradient, [slots, tables * bits]);
    const moved = states.step({ host: batch.rows, device: rows }, E, gradient, clock, now.rate);
    // Zero times a number is zero, unless it is not finite.
    const outcome = tf.stack([found.loss, tf.sum(tf.mul(moved, 0))]);
    return { outcome, values: found.values, slopes: found.slopes, moved };
  });
  return { batch, clock, ...tensors };
}

function tensorBatch(
  tf: Tensorflow,
  { left, right, kind, masks, rows }: RoundBatch,
  { beta, betaOn, bits }: TrainSettings,
  negativeWeight: Float32Array,
): Parameters<typeof lossAndGradient>[2] {
  const easyWeight = betaOn === 'all' ? beta : 1;
  const weight = Float32Array.from(kind, (what, at) =>
    what === POSITIVE ? 1 : (what === HARD ? beta : easyWeight) * negativeWeight[rows[left[at]!]!]!,
  );
  const positive = kind.map((what) => (what === POSITIVE ? 1 : 0));
  return {
    left: tf.tensor1d(left, 'int32'),
    right: tf.tensor1d(right, 'int32'),
    positive: tf.tensor1d(positive, 'bool'),
    weight: tf.tensor1d(weight),
    ...(masks && { mask: tf.tensor3d(masks, [rows.length, 1, bits]) }),
  };
}

/**
 * Waits for a step and returns its loss. Throws NonFiniteError, with the first pair that is not
 * finite.
 */
function finishStep(
  { batch, clock, outcome, values, slopes, moved }: RunningStep,
  { visit }: TaskWorkspace,
): number {
  try {
    const [loss, rest] = outcome.dataSync<'float32'>() as unknown as [number, number];
    if (loss + rest - loss === 0) return loss;
    const row = (slot: number): number => globalRow(visit.rows, batch.rows[slot]!);
    const fail = (pair: number, what: string): never => {
      throw new NonFiniteError(
        what,
        row(batch.left[pair]!),
        row(batch.right[pair]!),
        visit.steps[0]! + clock + 1,
      );
    };
    const [value, slope] = [values.dataSync(), slopes.dataSync()];
    const pair = value.findIndex(
      (each, at) => !Number.isFinite(each) || !Number.isFinite(slope[at]),
    );
    if (pair >= 0) fail(pair, `loss ${value[pair]}, slope ${slope[pair]}`);
    const width = moved.shape[1]!;
    const slot = Math.floor(
      moved.dataSync<'float32'>().findIndex((each) => !Number.isFinite(each)) / width,
    );
    return fail(
      batch.left.findIndex((each, at) => each === slot || batch.right[at] === slot),
      `embedding of row ${row(slot)} not finite`,
    );
  } finally {
    for (const tensor of [outcome, values, slopes, moved]) tensor.dispose();
  }
}

/** TensorFlow's status RESOURCE_EXHAUSTED as an error that says what would do. */
function outOfMemory(
  error: unknown,
  rows: number,
  pairs: number,
  { tables, bits, optimizer }: TrainSettings,
): LimitError | undefined {
  if (
    !(error instanceof Error) ||
    !/OOM when allocating|RESOURCE_EXHAUSTED|TF_Status: 8\b/.test(error.message)
  )
    return undefined;
  const vector = 4 * tables * bits;
  const dense = (optimizer === 'adam' ? 3 : 2) * rows * vector;
  // Of a pair: its two embeddings, their gradients and what both are joined to; of a slot, a dozen
  // arrays.
  const step = 6 * pairs * vector + 12 * Math.min(2 * pairs, rows) * vector;
  return new LimitError(
    `the device has not enough memory: a block of ${rows} rows needs ${dense} bytes, and a ` +
      `step of ${pairs} pairs at most ${step} more; ` +
      'a lower training.batchPositives makes steps smaller, more training.partitions make ' +
      'blocks smaller, and one process a device leaves each its own',
    { cause: error },
  );
}
