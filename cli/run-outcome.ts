import type { ReindexResult } from '../schemas/run.ts';
import { metricsTable, stagesTable } from './result-tables.ts';
import type { Terminal } from './terminal.ts';

/** The last line of `run --json`. */
export function outcomeLine(result: ReindexResult): string {
  const { index, version, uri, workflowId, runId, stages, metrics } = result;
  return `${JSON.stringify({ index, version, uri, workflowId, runId, stages, metrics })}\n`;
}

/** What a person reads at the end of a run: the tables of stages and metrics, and where the index lies. */
export function outcomeText(result: ReindexResult, terminal: Terminal): string {
  const { index, version, uri } = result;
  const what = result.published
    ? `Published ${index} version ${version}`
    : `${index} version ${version} is this very index already; nothing was published`;
  const tables = [...stagesTable(result.stages, terminal), '', ...metricsTable(result.metrics, terminal)];
  return `\n${tables.join('\n')}\n\n${terminal.paint('bold', what)}\n${uri}\n`;
}
