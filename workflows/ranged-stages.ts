import type { MergeParameters } from '../activities/affinity/name-counts.ts';
import type { ActivityInput } from '../activities/stage-runner.ts';
import type { StageInput } from '../activities/stage/stage.ts';
import type { ShardActivity } from '../schemas/activities.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import type { Configuration } from '../schemas/configuration.ts';
import type { StageRuntime } from './stage-runtime.ts';

type Runtime = Pick<StageRuntime, 'runActivity' | 'processShards'>;

type Shared<Name extends ShardActivity> = Omit<ActivityInput<Name>, 'from' | 'to'>;

/** Counting in groups of files, which are chosen first. */
export async function countGroups(
  { runActivity, processShards }: Runtime,
  grouping: ActivityInput<'groupFiles'>,
  { store, force, common, window, memoryMiB }: Omit<Shared<'count'>, 'groups'>,
) {
  const grouped = await runActivity('groupFiles', grouping.index, grouping);
  const groups = grouped.artifact;
  const counted = await processShards('count', grouped.batches, {
    store,
    force,
    groups,
    common,
    window,
    memoryMiB,
  });
  return { ...counted, groups };
}

/** The merge by ranges of rows, then the marginals of all. */
export async function mergeRanges(
  { runActivity, processShards }: Runtime,
  ranges: number[],
  groups: ArtifactReference,
  { store, force, vocabulary, common, window }: StageInput & MergeParameters,
) {
  const merged = await processShards('merge', ranges, {
    store,
    force,
    groups,
    vocabulary,
    common,
    window,
  });
  const whole = await runActivity('sumMarginals', `${merged.rows} pairs`, {
    store,
    force,
    vocabulary,
    common,
    window,
    ranges,
  });
  return { ...whole, cached: whole.cached && merged.cached, bytes: whole.bytes + merged.bytes };
}

interface Filtering extends StageInput {
  merged: MergeParameters;
  rows: ArtifactReference;
  affinity: Configuration['affinity'];
  memoryMiB: number;
}

/** The filter by ranges of rows, then D of all that passed. */
export async function filterRanges(
  { runActivity, processShards }: Runtime,
  ranges: number[],
  { store, force, merged, rows, affinity, memoryMiB }: Filtering,
) {
  const { minimumPmi, minimumWeight, top } = affinity;
  const filtered = await processShards('filter', ranges, {
    store,
    force,
    merged,
    rows,
    minimumPmi,
    minimumWeight,
  });
  const d = await runActivity('symmetrize', `${filtered.rows} pairs`, {
    store,
    force,
    rows,
    minimumPmi,
    minimumWeight,
    top,
    memoryMiB,
    ranges,
  });
  return { ...d, cached: d.cached && filtered.cached };
}
