import type { ActivityInput } from '../activities/stage-runner.ts';
import type { ShardActivity } from '../schemas/activities.ts';
import type { StageRuntime } from './stage-runtime.ts';

type Work = Pick<StageRuntime, 'runActivity' | 'processShards'>;

type Shared<Name extends ShardActivity> = Omit<ActivityInput<Name>, 'from' | 'to'>;

/** Counting in groups of files, which are chosen first. */
export async function countGroups(
  { runActivity, processShards }: Work,
  counting: Omit<Shared<'count'>, 'groups'> & ActivityInput<'groupFiles'>,
) {
  const grouped = await runActivity('groupFiles', counting.index, counting);
  const counted = await processShards('count', grouped.batches, {
    ...counting,
    groups: grouped.artifact,
  });
  return { ...counted, groups: grouped.artifact };
}

/** The merge by ranges of rows, then the marginals of all. */
export async function mergeRanges(
  { runActivity, processShards }: Work,
  ranges: number[],
  merging: Shared<'merge'>,
) {
  const merged = await processShards('merge', ranges, merging);
  const whole = await runActivity('sumMarginals', `${merged.rows} pairs`, {
    ...merging,
    ranges,
  });
  return { ...whole, cached: whole.cached && merged.cached, bytes: whole.bytes + merged.bytes };
}

/** The filter by ranges of rows, then D of all that passed. */
export async function filterRanges(
  { runActivity, processShards }: Work,
  ranges: number[],
  filtering: Shared<'filter'> & { top: number; memoryMiB: number },
) {
  const filtered = await processShards('filter', ranges, filtering);
  const d = await runActivity('symmetrize', `${filtered.rows} pairs`, { ...filtering, ranges });
  return { ...d, cached: d.cached && filtered.cached };
}
