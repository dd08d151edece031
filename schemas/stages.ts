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

/** The stages of a run over words or ids. */
export const STAGE_NAMES = stagesShown('words');

/** The stages of a reindex, by what its source holds. */
export const stageNamesOf = (kind: string): readonly StageName[] =>
  kind === 'vectors' || kind === 'documents' ? stagesShown(kind) : STAGE_NAMES;

/** Whether a stage has a child workflow, `reindex/NAME/STAGE`. */
export const hasChild = (name: StageName): boolean =>
  stageRow(name).hasChild === true || SHARDED.has(name);

const SHARDED = new Set<StageName>(
  ACTIVITY_NAMES.map(activityRow).flatMap(({ sharded, stage }) => (sharded === true ? stage : [])),
);
