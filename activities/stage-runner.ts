import type { ActivityName } from '../schemas/activities.ts';
import type { Figures, StageContext } from './stage/stage.ts';
import type { Stages } from './stages.ts';

export type ActivityInput<Name extends ActivityName> = Parameters<Stages[Name]>[0];
export type ActivityOutput<Name extends ActivityName> = Awaited<ReturnType<Stages[Name]>>;

export interface StageReport {
  done: number;
  total: number;
  figures: Figures;
}

/** An error's class does not survive the way between threads, so outcomes travel as data. */
export type StageOutcome = { result: unknown } | { error: StageError };

export interface StageError {
  name: string;
  message: string;
  stack: string;
  cancelled: boolean;
}

/**
 * Runs a stage away from this thread; ends soon after the signal. Never rejects for what the stage
 * itself throws.
 */
export type RunStage = (
  activity: ActivityName,
  input: unknown,
  origin: StageContext['origin'],
  signal: AbortSignal,
  onProgress: (report: StageReport) => void,
) => Promise<StageOutcome>;
