import { STAGES } from '../../schemas/activities.ts';
import type { StageName } from '../../schemas/activities.ts';
import { formatBytes, formatCount, formatSeconds } from '../terminal/format.ts';
import { describeFigures, progressFrame } from './progress-frame.ts';
import { createTimeLeft, timeLeftText } from './time-left.ts';
import type { RunSnapshot, StageView } from './run-snapshot.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface ProgressDisplay {
  update(snapshot: RunSnapshot): void;
  /** Leaves the last frame where it is; what is written afterwards stands below it. */
  finish(): void;
}

/** Without a terminal a stage at work says so every so often. */
const REMINDER_MS = 30_000;

/**
 * Shows a run as it goes. A terminal gets a bar a stage, drawn over again; anything else gets a
 * line when a stage starts, a line when it ends, and one every half minute in between. `now` is a
 * monotonic clock in milliseconds.
 */
export function createProgressDisplay(
  terminal: Terminal,
  now: () => number = () => performance.now(),
): ProgressDisplay {
  return terminal.live ? liveDisplay(terminal, now) : plainDisplay(terminal, now);
}

function liveDisplay(terminal: Terminal, now: () => number): ProgressDisplay {
  const started = new Map<StageName, number>();
  const timeLeft = createTimeLeft();
  let drawn = 0;
  return {
    update(snapshot) {
      const time = now();
      for (const stage of snapshot.stages)
        if (stage.state === 'running' && !started.has(stage.name)) started.set(stage.name, time);
      const lines = progressFrame(snapshot, terminal, {
        seconds: (stage) => (time - (started.get(stage.name) ?? time)) / 1000,
        left: (stage) => timeLeft.of(stage, time / 1000),
      });
      // One write a frame, each line cleared as it is overwritten, so that nothing flickers.
      const up = drawn > 0 ? `\u001b[${drawn}A` : '';
      const body = lines.map((line) => `\r${line}\u001b[K\n`).join('');
      terminal.write(`${up}${body}\u001b[J`);
      drawn = lines.length;
    },
    finish() {
      drawn = 0;
    },
  };
}

function plainDisplay(terminal: Terminal, now: () => number): ProgressDisplay {
  const begun = now();
  const seen = new Map<StageName, StageView['state']>();
  const reminded = new Map<StageName, number>();
  const timeLeft = createTimeLeft();
  let notice: string | undefined;
  const say = (text: string) =>
    terminal.write(`[${formatSeconds((now() - begun) / 1000)}] ${text}\n`);
  return {
    update(snapshot) {
      for (const stage of snapshot.stages) {
        const { title } = STAGES[stage.name];
        const before = seen.get(stage.name) ?? 'waiting';
        const left = timeLeft.of(stage, now() / 1000);
        seen.set(stage.name, stage.state);
        if (stage.state === 'running' && before === 'waiting') {
          reminded.set(stage.name, now());
          say(`${title}: started`);
        } else if (
          stage.state === 'running' &&
          now() - (reminded.get(stage.name) ?? 0) >= REMINDER_MS
        ) {
          reminded.set(stage.name, now());
          say(`${title}: ${underWay(stage, left)}`);
        } else if (stage.state === 'done' && before !== 'done') {
          say(`${title}: ${outcome(stage)}`);
        }
      }
      if (snapshot.notice !== undefined && snapshot.notice !== notice) say(snapshot.notice);
      notice = snapshot.notice;
    },
    finish() {},
  };
}

function underWay(stage: StageView, left: number | undefined): string {
  const share = stage.fraction === undefined ? 'under way' : `${Math.floor(stage.fraction * 100)}%`;
  const counts =
    stage.total > 1 ? [`${formatCount(stage.done)} of ${formatCount(stage.total)}`] : [];
  return [share, ...timeLeftText(left), ...counts, ...describeFigures(stage.figures)].join(', ');
}

function outcome(stage: StageView): string {
  const { result } = stage;
  if (result === undefined) return 'done';
  const how = result.cached ? 'cached' : `done in ${formatSeconds(result.seconds)}`;
  return `${how}, ${formatCount(result.rows)} rows, ${formatBytes(result.bytes)}`;
}
