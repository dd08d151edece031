import type { Figures, StageContext } from './stage/stage.ts';
import type * as stages from './stages.ts';

export type Stages = typeof stages;
export type ActivityName = keyof Stages;

export interface StageReport {
  done: number;
  total: number;
  figures: Figures;
}

/** An error's class does not survive the way between threads, so outcomes travel as data. */
export type StageOutcome =
  | { result: unknown }
  | { error: { name: string; message: string; stack: string; cancelled: boolean } };

/**
 * Runs a stage away from this thread; ends soon after the signal. Never rejects for what the stage
 * itself throws.
 */
export type RunStage = (
  activity: ActivityName,
  input: unknown,
  origin: StageContext['origin'],
  signal: AbortSignal,
  onReport: (report: StageReport) => void,
) => Promise<StageOutcome>;
