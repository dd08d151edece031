/**
 * One task of a visit (kernels/training/train-plan.ts): draws pairs, then loss, gradient and a step
 * of the optimizer, in the thread that took it.
 *
 * u = tanh(E); c_ab = cosine of u_ia and u_jb; c = max c_ab; each pair costs weight *
 * crossEntropy(c) + lambda (r(u_ia) + r(u_jb)), (a, b) the winning pair of embeddings. On positives
 * the gradient by c is shared over all c_ab by softmax(c_ab / T), which is the gradient of T log
 * sum exp(c_ab / T) with the slope of the loss taken at the max; on negatives, and with T = 0, the
 * winner has all of it. The cosines and everything of size w are WebAssembly; the loss of a cosine
 * is TypeScript (hashers/), so that it is written once.
 */
import { adamStep, BETA1, BETA2, RHO } from './adam-step.ts';
import { NonFiniteError } from './non-finite-error.ts';
import { crossEntropy, type PairLoss } from './pair-loss.ts';
import { PURPOSE } from '../numbers/random.ts';
import { type OwnPlaces, PAIRS_AT_ONCE, type Places } from './train-memory.ts';
import { instantiate, type SharedMemory, type TrainFunctions } from './train-module.ts';
import type { VisitPlan } from './train-plan.ts';
import { globalRow, type BlockRows } from './train-rows.ts';
import { schedule, type Visit } from './train-settings.ts';

/** All that threads need of a visit; crosses to them as it is. */
export interface SharedVisit {
  memory: SharedMemory;
  shared: Places;
  threads: { header: number; own: OwnPlaces }[];
  plan: VisitPlan;
  /** Without the loss, which every thread makes for itself. */
  visit: Omit<Visit, 'loss'>;
  rows: BlockRows;
  /** Whether embeddings and moments lie in the memory. */
  dense: boolean;
  /** Steps of p and q before the visit. */
  steps: number[];
  /** Int32: see CONTROL, then the rounds that each group has behind it. */
  control: SharedArrayBuffer;
  /** Float64: loss and pairs of every task. */
  results: SharedArrayBuffer;
}

export const POSITIVE = 0;
export const HARD = 1;

/** A thread's view of a visit. */
export interface TaskWorkspace {
  visit: SharedVisit;
  loss: PairLoss;
  functions: TrainFunctions;
  taskStart: Uint32Array;
  kind: Uint8Array;
  largest: Float32Array;
  slopes: Float32Array;
  pairLeft: Uint32Array;
  pairRight: Uint32Array;
  slotRow: Uint32Array;
  /** By row: what its negatives weigh beside beta. */
  negativeWeight: Float32Array;
  mask: Float32Array;
  results: Float64Array;
  out: Float64Array;
}

export function openWorkspace(visit: SharedVisit, thread: number, loss: PairLoss): TaskWorkspace {
  const { memory, shared, threads, plan } = visit;
  const { header, own } = threads[thread];
  const functions = instantiate(memory);
  functions.bind(header);
  const words = (at: number, next: number) => new Uint32Array(memory.buffer, at, (next - at) >>> 2);
  return {
    visit,
    loss,
    functions,
    taskStart: new Uint32Array(memory.buffer, shared.taskStart, plan.tasks.length + 1),
    kind: new Uint8Array(memory.buffer, own.kind, own.winner - own.kind),
    largest: new Float32Array(memory.buffer, own.largest, (own.slopes - own.largest) >>> 2),
    slopes: new Float32Array(memory.buffer, own.slopes, (own.cosines - own.slopes) >>> 2),
    pairLeft: words(own.pairLeft, own.pairRight),
    pairRight: words(own.pairRight, own.kind),
    slotRow: words(own.slotRow, own.vectors),
    negativeWeight: new Float32Array(memory.buffer, shared.negativeWeight, visit.rows.rows),
    mask: new Float32Array(memory.buffer, own.mask, visit.visit.settings.bits),
    results: new Float64Array(visit.results),
    out: new Float64Array(2),
  };
}

/**
 * Trains task `number` of the visit (counted over its sweeps). Throws NonFiniteError with pair and
 * step.
 */
export function runTask(workspace: TaskWorkspace, number: number): void {
  const { visit, functions, results } = workspace;
  const { plan } = visit;
  const { from, to, settings } = visit.visit;
  const clock = clockOf(visit, number);
  const now = schedule(
    settings,
    from + ((to - from) * (clock + 0.5)) / (plan.sweeps * plan.rounds),
  );
  let loss = 0;
  let total = 0;
  for (const pairs of drawBatches(workspace, number)) {
    functions.forward(workspace.loss.innerProduct === true);
    for (let first = 0; first < pairs; first += PAIRS_AT_ONCE) {
      const end = Math.min(first + PAIRS_AT_ONCE, pairs);
      functions.cosinesOfPairs(first, end);
      loss += pairLosses(workspace, first, end, clock);
      functions.spreadSlopes(first, end, now.lambda, now.temperature);
    }
    update(workspace, clock, now.rate);
    loss += functions.quantizationLoss();
    total += pairs;
  }
  results[2 * number] = loss;
  results[2 * number + 1] = total;
}

/** The rounds of the visit before a task's. */
export function clockOf({ plan }: SharedVisit, number: number): number {
  return (
    Math.floor(number / plan.tasks.length) * plan.rounds +
    plan.tasks[number % plan.tasks.length].round
  );
}

/**
 * Draws a task's mask and then its batches one after another: yields how many pairs stand in the
 * workspace, until it is asked for more.
 */
export function* drawBatches(
  { visit, functions, taskStart }: TaskWorkspace,
  number: number,
): Generator<number> {
  const { plan } = visit;
  const { seed, epoch, block, settings } = visit.visit;
  const index = number % plan.tasks.length;
  const { a, b } = plan.tasks[index];
  const first = taskStart[index];
  const count = taskStart[index + 1] - first;
  const batches = Math.ceil(count / plan.batch);
  functions.openStream(seed, PURPOSE.dropout, epoch, block, number);
  functions.drawMask(settings.dropout);
  functions.openStream(seed, PURPOSE.batch, epoch, block, number);
  for (let batch = 0; batch < batches; batch++) {
    const start = first + Math.floor((count * batch) / batches);
    const end = first + Math.floor((count * (batch + 1)) / batches);
    yield functions.drawPairs(
      start,
      end,
      a,
      b,
      settings.hardPerPositive,
      settings.easyPerPositive,
      settings.bucketPerPositive,
    );
    functions.freeSlots();
  }
}

/**
 * Slope of the losses of pairs [first, end) by their largest cosines; returns the sum of weighted
 * losses.
 */
function pairLosses(workspace: TaskWorkspace, first: number, end: number, clock: number): number {
  const { loss, kind, largest, slopes, pairLeft, slotRow, negativeWeight, out } = workspace;
  const { beta, betaOn } = workspace.visit.visit.settings;
  const easyWeight = betaOn === 'all' ? beta : 1;
  let total = 0;
  for (let at = first; at < end; at++) {
    const what = kind[at];
    const weight =
      what === POSITIVE
        ? 1
        : (what === HARD ? beta : easyWeight) * negativeWeight[slotRow[pairLeft[at]]];
    crossEntropy(loss, largest[at], what === POSITIVE, out);
    const value = weight * out[0];
    const slope = weight * out[1];
    if (!(Math.abs(value) + Math.abs(slope) < Infinity))
      fail(workspace, at, clock, `loss ${value}, slope ${slope}`);
    total += value;
    slopes[at] = slope;
  }
  return total;
}

function update(workspace: TaskWorkspace, clock: number, rate: number): void {
  const { visit, functions, slotRow } = workspace;
  const { rows, steps } = visit;
  const { quantization } = workspace.loss;
  const [kind, scale] = quantization.kind === 'log-cosh' ? [0, 0] : [1, quantization.scale];
  let broken: number;
  if (visit.visit.settings.optimizer === 'rmsprop') {
    broken = functions.rmsprop(kind, scale, RHO, rate, clock + 1);
  } else {
    const p = adamStep(steps[0] + clock + 1, rate);
    const q = adamStep((steps[1] ?? steps[0]) + clock + 1, rate);
    broken = functions.adam(
      kind,
      scale,
      rows.split,
      BETA1,
      BETA2,
      p.scale,
      p.correction,
      q.scale,
      q.correction,
    );
  }
  if (broken >= 0)
    fail(
      workspace,
      pairWith(workspace, broken),
      clock,
      `embedding of row ${globalRow(rows, slotRow[broken])} not finite`,
    );
}

/** The first pair that a slot is in. */
function pairWith({ pairLeft, pairRight }: TaskWorkspace, slot: number): number {
  let at = 0;
  while (pairLeft[at] !== slot && pairRight[at] !== slot) at += 1;
  return at;
}

function fail(
  { visit, slotRow, pairLeft, pairRight }: TaskWorkspace,
  at: number,
  clock: number,
  what: string,
): never {
  const row = (slot: number) => globalRow(visit.rows, slotRow[slot]);
  throw new NonFiniteError(what, row(pairLeft[at]), row(pairRight[at]), visit.steps[0] + clock + 1);
}
