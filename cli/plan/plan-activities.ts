import { MAX_RANGES } from '../../activities/words/choose-vocabulary.ts';
import { mostGroupTokens, planGroups } from '../../activities/affinity/group-files.ts';
import { rangesOf } from '../../activities/affinity/hold-out.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import {
  ACTIVITY_NAMES,
  type ActivityName,
  activityRow,
  type StageName,
} from '../../schemas/activities.ts';
import { alongLines } from './extrapolate.ts';
import type { PlannedCorpus } from './measure-corpus.ts';
import type { MeasuredRates } from './rates.ts';

/** The activities of a stage that an estimate counts: those of the catalogue, or these. */
export function plannedActivities(stage: StageName): readonly ActivityName[] {
  return OTHERWISE[stage] ?? ACTIVITY_NAMES.filter((name) => activityRow(name).stage === stage);
}

/** Groups of files are part of counting; a warm start and an append's version are not planned. */
const OTHERWISE: Partial<Record<StageName, readonly ActivityName[]>> = {
  count: ['groupFiles', 'count'],
  train: ['resumeTraining', 'survey', 'trainBlock', 'dropCheckpoints', 'finishTraining'],
  publish: ['publish'],
};

/** How many of each activity a run has; one where nothing is said. */
export function countActivities(
  { training, cooccurrence, neighbours }: Configuration,
  { shardBytes, batches, bytes, tokens }: PlannedCorpus,
  words: number,
  rates: MeasuredRates,
): Partial<Record<ActivityName, number>> {
  const files = shardBytes.map((each, at) => ({
    key: String(at),
    tokens: (tokens * each) / Math.max(bytes, 1),
  }));
  const ranges = Math.ceil(
    alongLines(
      rates.runs.map((run) => [run.tokens, run.activities['merge']?.count ?? 1]),
      tokens,
    ),
  );
  // Ranges grow beyond half of the most there may be, so that there are no more.
  const merges = Math.min(Math.max(ranges, 1), (3 * MAX_RANGES) / 4);
  const rounds = Math.ceil(training.epochs / training.epochsPerRound);
  return {
    ingest: batches,
    count: planGroups(files, [], mostGroupTokens(tokens, cooccurrence.groupTokens)).length,
    merge: merges,
    filter: merges,
    mine: rangesOf(words).length - 1,
    relate: neighbours.top === 0 ? 0 : rangesOf(words).length - 1,
    trainBlock: rounds * ((training.partitions * (training.partitions + 1)) / 2),
    survey: rounds - 1,
    dropCheckpoints: rounds - 1,
  };
}

/**
 * How many of an activity may be at work at once, whatever the fleet: blocks of training share no
 * partition.
 */
export function mostAtOnce(name: ActivityName, count: number, { training }: Configuration): number {
  return name === 'trainBlock' ? Math.max(1, Math.floor(training.partitions / 2)) : count;
}
