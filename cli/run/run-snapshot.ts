import type {
  ChildProgress,
  HeartbeatDetails,
  ReindexResult,
  RunProgress,
  StageResult,
  StageState,
  WaitingGate,
} from '../../schemas/run.ts';
import { formatTime } from '../terminal/format.ts';
import type { StageName } from '../../schemas/activities.ts';

/** What a display shows of one stage. */
export interface StageView {
  name: StageName;
  state: StageState;
  /** Share of the stage that is done, in [0, 1]; undefined while nobody knows. */
  fraction: number | undefined;
  /** Activities finished, of how many; 0 of 0 while unknown. */
  done: number;
  total: number;
  /** The latest figures of its activities, for a person. */
  figures: Record<string, number>;
  result?: StageResult;
}

/** A run at one moment, as far as anybody answered. */
export interface RunSnapshot {
  index: string;
  stages: StageView[];
  /** Why there is nothing newer, when that is so. */
  notice?: string;
}

/**
 * One picture out of three sources: the workflow's own count of finished activities, the child
 * workflow at work, and the heartbeats of activities under way, each of which adds the part of it
 * that is done.
 */
export function mergeProgress(
  progress: RunProgress,
  child: ChildProgress | undefined,
  heartbeats: readonly HeartbeatDetails[],
): RunSnapshot {
  const stages = progress.stages.map((stage): StageView => {
    const beats =
      stage.state === 'running'
        ? heartbeats.filter((beat) => isPartOf(beat.stage, stage.name))
        : [];
    const inChild =
      stage.state === 'running' && child !== undefined && child.total > 0 ? child : undefined;
    const { done, total } = inChild ?? stage;
    const view: StageView = {
      name: stage.name,
      state: stage.state,
      fraction: FRACTIONS[stage.state] ?? fractionOf(done, total, beats),
      done,
      total,
      figures: Object.assign({}, inChild?.figures, ...beats.map((beat) => beat.figures)) as Record<
        string,
        number
      >,
    };
    if (stage.result !== undefined) view.result = stage.result;
    return view;
  });
  const notice = progress.gate ? describeGate(progress.index, progress.gate) : child?.notice;
  return { index: progress.index, stages, ...(notice !== undefined && { notice }) };
}

function describeGate(index: string, { misses, until, report }: WaitingGate): string {
  return (
    `waits at the gate until ${formatTime(new Date(until))}: ${misses.join('; ')}. Report: ` +
    `${report}. Decide with hashloom approve ${index} --reason TEXT, or hashloom reject`
  );
}

/** The picture of a run that is over. */
export function finishedSnapshot(result: ReindexResult): RunSnapshot {
  const stages = result.stages.map((stage): StageView => ({
    name: stage.name,
    state: 'done',
    fraction: 1,
    done: 0,
    total: 0,
    figures: {},
    result: stage,
  }));
  return { index: result.index, stages };
}

function isPartOf(stage: StageName, whole: StageName): boolean {
  return stage === whole || ((stage === 'block' || stage === 'survey') && whole === 'train');
}

/** How much of a stage is done that is not at work. */
const FRACTIONS: Partial<Record<StageView['state'], number>> = { done: 1, waiting: 0 };

function fractionOf(
  done: number,
  total: number,
  beats: readonly HeartbeatDetails[],
): number | undefined {
  let underWay = 0;
  for (const beat of beats) if (beat.total > 0) underWay += Math.min(1, beat.done / beat.total);
  // The blocks of a round train at the same time, and together they are one step.
  if (beats[0]?.stage === 'block') underWay /= beats.length;
  if (total > 0) return Math.min(1, (done + underWay) / total);
  return beats.length > 0 && underWay > 0 ? Math.min(1, underWay / beats.length) : undefined;
}
