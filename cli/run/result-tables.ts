import type { Metrics, StageResult } from '../../schemas/run.ts';
import { STAGES } from '../../schemas/activities.ts';
import type { RunEstimate } from '../plan/estimate-run.ts';
import type { StagePlan } from '../plan/plan-run.ts';
import { formatBytes, formatCount, formatFigure, formatSeconds } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** The table of stages: rows, bytes, time, cached or run. */
export function stagesTable(stages: readonly StageResult[], terminal: Terminal): string[] {
  const rows = stages.map((stage) => [
    STAGES[stage.name].title,
    formatCount(stage.rows),
    formatBytes(stage.bytes),
    formatSeconds(stage.seconds),
    stage.cached ? terminal.paint('dim', 'cached') : terminal.paint('green', 'run'),
  ]);
  const bytes = stages.reduce((sum, stage) => sum + stage.bytes, 0);
  const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0);
  const cached = stages.filter((stage) => stage.cached).length;
  rows.push([
    'All',
    '',
    formatBytes(bytes),
    formatSeconds(seconds),
    `${cached} cached, ${stages.length - cached} run`,
  ]);
  return renderTable(
    [
      { title: 'Stage' },
      { title: 'Rows', align: 'right' },
      { title: 'Bytes', align: 'right' },
      { title: 'Time', align: 'right' },
      { title: '' },
    ],
    rows,
    terminal.columns(),
  );
}

/** What a run would do: each stage, whether it would run, and why. */
export function planTable(plan: readonly StagePlan[], terminal: Terminal): string[] {
  const rows = plan.map(({ name, runs, why }) => [
    STAGES[name].title,
    runs ? terminal.paint('cyan', 'would run') : terminal.paint('dim', 'cached'),
    why,
  ]);
  return renderTable(
    [{ title: 'Stage' }, { title: '' }, { title: 'Why' }],
    rows,
    terminal.columns(),
  );
}

/** What a run would take, a stage a line. */
export function estimateTable(
  plan: readonly StagePlan[],
  estimate: RunEstimate,
  terminal: Terminal,
): string[] {
  const rows = estimate.stages.map((stage, at) => {
    const { runs } = plan[at]!;
    const taken = runs ? [formatBytes(stage.bytes), formatBytes(stage.memory)] : ['', ''];
    const how = runs ? terminal.paint('cyan', 'would run') : terminal.paint('dim', 'cached');
    return [
      STAGES[stage.name].title,
      how,
      formatCount(stage.activities),
      formatCount(stage.events),
      formatCount(stage.rows),
      ...taken,
      formatSeconds(stage.seconds),
    ];
  });
  const { activities, history, bytes, memory, seconds } = estimate;
  rows.push([
    'All',
    '',
    formatCount(activities),
    formatCount(history.events),
    '',
    formatBytes(bytes),
    formatBytes(memory),
    formatSeconds(seconds),
  ]);
  const figures = ['Activities', 'Events', 'Rows', 'Bytes', 'Memory', 'Time'].map((title) => ({
    title,
    align: 'right' as const,
  }));
  return renderTable([{ title: 'Stage' }, { title: '' }, ...figures], rows, terminal.columns());
}

/** The table of metrics, a line each. */
export function metricsTable(metrics: Metrics, terminal: Terminal): string[] {
  const rows = Object.entries(metrics).map(([name, value]) => [name, formatFigure(value)]);
  return renderTable(
    [{ title: 'Metric' }, { title: 'Value', align: 'right' }],
    rows,
    terminal.columns(),
  );
}
