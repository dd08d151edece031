import type { ActivityInput } from '../activities/stage-runner.ts';
import type { StageRuntime } from './stage-runtime.ts';

/** Codes beyond which the export is cut in ranges: fewer take one activity a few seconds. */
const MAX_IN_ONE = 1_000_000;

/**
 * The export by ranges of items and codes, then by published files, each an activity of its own;
 * what is small in one activity.
 */
export async function exportIndex(
  { runActivity, processShards }: Pick<StageRuntime, 'runActivity' | 'processShards'>,
  summary: string,
  made: { facts: Record<string, unknown> },
  input: ActivityInput<'exportBuckets'>,
) {
  if (Number(made.facts['items']) * Number(made.facts['tables']) > MAX_IN_ONE) {
    const plan = await runActivity('planExport', summary, input);
    if (!plan.finished) {
      await processShards('exportRange', plan.itemRanges, input);
      await processShards('exportRange', plan.codeRanges, input);
      await processShards('exportPart', plan.parts, input);
    }
  }
  return await runActivity('exportBuckets', summary, input);
}
