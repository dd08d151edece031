import type { ActivityInput, ActivityOutput } from '../activities/stage-runner.ts';
import type { ReportOutput } from '../activities/quality/report.ts';
import type { LearningInput } from '../activities/training/name-training.ts';
import type { GateApproval } from '../schemas/gate.ts';
import type { Metrics, StageResult } from '../schemas/run.ts';
import type { ActivityName, ShardActivity, StageName } from '../schemas/activities.ts';
import type { StageOutput } from '../activities/stage/stage.ts';

export interface StageFigures {
  cached: boolean;
  rows: number;
  bytes: number;
}

/**
 * What the stages of a run are taken with: workflows/run-reindex.ts does them on Temporal,
 * cli/plan/plan-run.ts looks whether they are done.
 */
export interface StageRuntime {
  run: {
    /** A stage as a run shows it. */
    stage<Output extends StageFigures>(
      name: StageName,
      work: () => Promise<Output>,
    ): Promise<Output>;
    results(): StageResult[];
    published(version: number): void;
  };
  /** One activity, with a line for a person. */
  runActivity: <Name extends ActivityName>(
    name: Name,
    summary: string,
    input: ActivityInput<Name>,
  ) => Promise<ActivityOutput<Name>>;
  /** An activity for every range [batches[k], batches[k + 1]). */
  processShards: <Name extends ShardActivity>(
    activity: Name,
    batches: number[],
    shared: Omit<ActivityInput<Name>, 'from' | 'to'>,
  ) => Promise<StageFigures>;
  learn: (input: LearningInput) => Promise<StageOutput>;
  passGate: PassGate;
  execution: { workflowId: string; runId: string };
}

/**
 * The way of a run through its gate: nothing when it passes, the approval where somebody wants it
 * nevertheless, else GateRefused.
 */
export type PassGate = (metrics: Metrics, page: GatePage) => Promise<GateApproval | undefined>;

/** What a person who decides may look at, and what the run is compared with. */
export type GatePage = Pick<ReportOutput, 'uri' | 'previous'>;
