/**
 * A thread that helps with visits to blocks: each message is a visit, each answer what went wrong
 * in it, or null.
 */
import { parentPort } from 'node:worker_threads';
import { helpVisit, TaskError } from '../../kernels/training/run-tasks.ts';
import { openWorkspace, type SharedVisit } from '../../kernels/training/train-task.ts';
import type { PairwiseTraining } from '../../schemas/configuration/training.ts';
import { createLoss } from '../losses/losses.ts';

export interface HelpRequest {
  visit: SharedVisit;
  thread: number;
  training: PairwiseTraining;
}

export type HelpAnswer = { task: number; error: unknown } | null;

parentPort?.on('message', ({ visit, thread, training }: HelpRequest) => {
  let answer: HelpAnswer = null;
  try {
    helpVisit(openWorkspace(visit, thread, createLoss(training)));
  } catch (error) {
    answer =
      error instanceof TaskError
        ? { task: error.task, error: describe(error.cause) }
        : { task: -1, error };
  }
  parentPort?.postMessage(answer);
});

/** An error's class and fields do not survive the way between threads. */
function describe(error: unknown): unknown {
  return error instanceof Error
    ? {
        ...Object.fromEntries(Object.entries(error)),
        name: error.name,
        message: error.message,
        stack: error.stack,
      }
    : error;
}
