/**
 * A worker of one thread, without Temporal: runs the stages that its parent names, one after the
 * other (bench/corpus/count-corpus.ts).
 */
import { loadStage } from '../../activities/load-stage.ts';
import type { ActivityName } from '../../schemas/activities.ts';
import { benchContext } from './ingest-worker.ts';

export interface StageTask {
  name: ActivityName;
  input: unknown;
}

export type StageDone = { result: unknown; maxRssMib: number } | { error: string };

process.on('message', (task: StageTask) => void run(task));

async function run({ name, input }: StageTask): Promise<void> {
  try {
    const stage = (await loadStage(name)) as (
      input: unknown,
      context: typeof benchContext,
    ) => Promise<unknown>;
    const result = await stage(input, { ...benchContext, stageThreads: 1 });
    process.send?.({
      result,
      maxRssMib: process.resourceUsage().maxRSS / 1024,
    } satisfies StageDone);
  } catch (error) {
    process.send?.({ error: (error as Error).message } satisfies StageDone);
  }
}
