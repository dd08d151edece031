import type { ActivityInput, ShardActivity, Steps } from './steps.ts';

type Work = Pick<Steps, 'perform' | 'processShards'>;

type Shared<Name extends ShardActivity> = Omit<ActivityInput<Name>, 'from' | 'to'>;

/** Counting in groups of files, which are chosen first. */
export async function countGroups(
  { perform, processShards }: Work,
  counting: Omit<Shared<'count'>, 'groups'> & ActivityInput<'groupFiles'>,
) {
  const grouped = await perform('etl', 'groupFiles', counting.index, counting);
  const counted = await processShards('count', grouped.batches, {
    ...counting,
    groups: grouped.artifact,
  });
  return { ...counted, groups: grouped.artifact };
}

/** The merge by ranges of rows, then the marginals of all. */
export async function mergeRanges(
  { perform, processShards }: Work,
  ranges: number[],
  merging: Shared<'merge'>,
) {
  const merged = await processShards('merge', ranges, merging);
  const whole = await perform('etl', 'sumMarginals', `${merged.rows} pairs`, {
    ...merging,
    ranges,
  });
  return { ...whole, cached: whole.cached && merged.cached, bytes: whole.bytes + merged.bytes };
}

/** The filter by ranges of rows, then D of all that passed. */
export async function filterRanges(
  { perform, processShards }: Work,
  ranges: number[],
  filtering: Shared<'filter'> & { top: number; memoryMiB: number },
) {
  const filtered = await processShards('filter', ranges, filtering);
  const d = await perform('etl', 'symmetrize', `${filtered.rows} pairs`, { ...filtering, ranges });
  return { ...d, cached: d.cached && filtered.cached };
}
