import type { Configuration } from './configuration.ts';
import { isPairwise } from './configuration/training.ts';
import {
  ACTIVITY_NAMES,
  activityRow,
  type RunKind,
  type StageName,
  stageRow,
  STAGES,
} from './activities.ts';

const ALL = Object.keys(STAGES) as StageName[];

/** The stages that a run of this kind shows, in order. */
export const stagesShown = (kind: RunKind): readonly StageName[] =>
  ALL.filter((name) => stageRow(name).shownIn?.includes(kind) === true);

/** The stages of a run over words or ids whose embeddings are trained with a loss. */
export const STAGE_NAMES = stagesShown('words');

/** The stages of a reindex, by what its source holds and how codes are learned. */
export function stageNamesOf({ source, training }: Configuration): readonly StageName[] {
  const { kind } = source;
  if (kind === 'vectors' || kind === 'documents') return stagesShown(kind);
  return isPairwise(training) ? STAGE_NAMES : stagesShown('coded-words');
}

/** Whether a stage has a child workflow, `reindex/NAME/STAGE`. */
export const hasChild = (name: StageName): boolean =>
  stageRow(name).hasChild === true || SHARDED.has(name);

const SHARDED = new Set<StageName>(
  ACTIVITY_NAMES.map(activityRow).flatMap(({ sharded, stage }) => (sharded === true ? stage : [])),
);
