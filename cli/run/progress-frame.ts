import { STAGES } from '../../schemas/activities.ts';
import { stagesShown } from '../../schemas/stages.ts';
import { cutDisplay, padDisplay } from '../terminal/display-width.ts';
import { formatBytes, formatCount, formatFigure, formatSeconds } from '../terminal/format.ts';
import { timeLeftText } from './time-left.ts';
import type { RunSnapshot, StageView } from './run-snapshot.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Times of a running stage, in seconds. */
interface StageClock {
  /** How long it has been seen at work. */
  seconds(stage: StageView): number;
  /** How long it still takes; undefined while that cannot be told. */
  left(stage: StageView): number | undefined;
}

/**
 * The lines of one frame: a bar a stage, no line wider than the terminal, no more lines than it has
 * rows but one (stages that are done, then stages that wait, fold into one line each).
 */
export function progressFrame(
  snapshot: RunSnapshot,
  terminal: Terminal,
  clock: StageClock,
): string[] {
  const columns = Math.max(1, terminal.columns() - 1);
  const notices = snapshot.notice === undefined ? [] : [terminal.paint('yellow', snapshot.notice)];
  const room = Math.max(3, terminal.rows() - 1 - notices.length);
  const lines = fold(snapshot.stages, room).map((entry) =>
    typeof entry === 'string'
      ? terminal.paint('dim', entry)
      : stageLine(entry, terminal, columns, clock),
  );
  return [...lines, ...notices].map((line) => cutDisplay(line, columns));
}

const TITLE_COLUMNS = Math.max(
  ...(['words', 'coded-words', 'vectors', 'append-words'] as const)
    .flatMap(stagesShown)
    .map((name) => STAGES[name].title.length),
);
const MARKS = { waiting: '·', running: '▸', done: '✔' } as const;

function fold(stages: readonly StageView[], room: number): (StageView | string)[] {
  if (stages.length <= room) return [...stages];
  const done = stages.filter((stage) => stage.state === 'done');
  const waiting = stages.filter((stage) => stage.state === 'waiting');
  const running = stages.filter((stage) => stage.state === 'running');
  const keepWaiting = Math.max(0, room - running.length - 2);
  const keepDone = Math.max(
    0,
    room - running.length - Math.min(waiting.length, keepWaiting + 1) - 1,
  );
  const folded = done.length - keepDone;
  return [
    ...(folded > 1 ? [`${MARKS.done} ${folded} stages done`, ...done.slice(folded)] : done),
    ...running,
    ...(waiting.length - keepWaiting > 1
      ? [
          ...waiting.slice(0, keepWaiting),
          `${MARKS.waiting} ${waiting.length - keepWaiting} more stages`,
        ]
      : waiting),
  ].slice(0, room);
}

function stageLine(
  stage: StageView,
  terminal: Terminal,
  columns: number,
  clock: StageClock,
): string {
  const seconds = clock.seconds(stage);
  const { title } = STAGES[stage.name];
  // Mark, title, bar, percentage: the bar takes a fifth of the line, and what is left goes to the
  // figures.
  const barColumns = Math.max(6, Math.min(24, Math.floor(columns / 5)));
  const titleColumns = Math.min(TITLE_COLUMNS, Math.max(8, columns - barColumns - 20));
  const head = padDisplay(cutDisplay(title, titleColumns), titleColumns);
  if (stage.state === 'waiting') return terminal.paint('dim', `${MARKS.waiting} ${head}`.trimEnd());
  const painted = paintBar(bar(stage.fraction, barColumns, seconds), stage, terminal);
  const mark = terminal.paint(stage.state === 'done' ? 'green' : 'cyan', MARKS[stage.state]);
  return `${mark} ${head}  ${painted}  ${tail(stage, terminal, clock)}`;
}

function paintBar(text: string, stage: StageView, terminal: Terminal): string {
  if (stage.result?.cached === true) return terminal.paint('dim', text);
  return terminal.paint(stage.state === 'done' ? 'green' : 'cyan', text);
}

function tail(stage: StageView, terminal: Terminal, clock: StageClock): string {
  if (stage.state === 'done') {
    const { result } = stage;
    if (result === undefined) return '';
    const time = result.cached
      ? terminal.paint('dim', 'cached')
      : padDisplay(formatSeconds(result.seconds), 6);
    return (
      `${padDisplay(time, 6)}  ` +
      terminal.paint('dim', `${formatCount(result.rows).padStart(9)} rows`)
    );
  }
  const percentage = stage.fraction === undefined ? '' : `${Math.floor(stage.fraction * 100)}%`;
  const counts =
    stage.total > 1 ? [`${formatCount(stage.done)} of ${formatCount(stage.total)}`] : [];
  return [
    padDisplay(percentage, 4, 'right'),
    padDisplay(formatSeconds(clock.seconds(stage)), 6),
    ...timeLeftText(clock.left(stage)),
    ...counts,
    ...describeFigures(stage.figures),
  ].join('  ');
}

/** Figures of activities for a person: `loss 0.42`, `pairsPerSecond 1,200,000`. */
export function describeFigures(figures: Record<string, number>): string[] {
  // A figure of zero is one that nobody has taken yet.
  const taken = Object.entries(figures).filter(([, value]) => value !== 0);
  return taken.map(
    ([name, value]) =>
      `${words(name)} ${/bytes$/i.test(name) ? formatBytes(value) : formatFigure(value)}`,
  );
}

/** `pairsPerSecond` as `pairs per second`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A bar of exactly `columns`; a light wanders through it while the share is unknown. */
function bar(fraction: number | undefined, columns: number, seconds: number): string {
  if (fraction === undefined) {
    const at = Math.floor(seconds * 4) % columns;
    return `${'░'.repeat(at)}█${'░'.repeat(columns - at - 1)}`;
  }
  const eighths = Math.round(fraction * columns * 8);
  const full = Math.floor(eighths / 8);
  const part = EIGHTHS[eighths % 8] ?? '';
  return `${'█'.repeat(full)}${part}${'░'.repeat(columns - full - (part === '' ? 0 : 1))}`;
}
