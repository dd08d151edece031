/**
 * A worker of one thread, without Temporal: runs the stages that its parent names, one after the
 * other (bench/corpus/count-corpus.ts).
 */
import type { ActivityName } from '../../activities/stage-runner.ts';
import * as stages from '../../activities/stages.ts';
import { benchContext } from './ingest-worker.ts';

export interface StageTask {
  name: ActivityName;
  input: unknown;
}

export type StageDone = { result: unknown; maxRssMib: number } | { error: string };

process.on('message', (task: StageTask) => void run(task));

async function run({ name, input }: StageTask): Promise<void> {
  const stage = stages[name] as (input: unknown, context: typeof benchContext) => Promise<unknown>;
  try {
    const result = await stage(input, { ...benchContext, stageThreads: 1 });
    process.send?.({
      result,
      maxRssMib: process.resourceUsage().maxRSS / 1024,
    } satisfies StageDone);
  } catch (error) {
    process.send?.({ error: (error as Error).message } satisfies StageDone);
  }
}
