import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import { reindexWorkflowId, WORKFLOW } from '../../schemas/run.ts';
import { formatSeconds, formatTime } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface ListedRun {
  index: string;
  status: WorkflowExecutionStatusName;
  /** ISO 8601. */
  startedAt: string;
  endedAt: string | undefined;
  workflowId: string;
  runId: string;
}

/** The runs that the namespace knows, the latest first; of one index where that is asked for. */
export async function listRuns(
  client: Client,
  limit: number,
  index?: string,
): Promise<ListedRun[]> {
  const ofIndex =
    index === undefined
      ? ''
      : ` AND WorkflowId = "${reindexWorkflowId(index).replaceAll('"', '')}"`;
  const runs: ListedRun[] = [];
  // Temporal answers with the latest first.
  for await (const run of client.workflow.list({
    query: `WorkflowType = "${WORKFLOW.reindex}"${ofIndex}`,
    pageSize: limit,
  })) {
    runs.push({
      index: run.workflowId.replace(reindexWorkflowId(''), ''),
      status: run.status.name,
      startedAt: run.startTime.toISOString(),
      endedAt: run.closeTime?.toISOString(),
      workflowId: run.workflowId,
      runId: run.runId,
    });
    if (runs.length === limit) break;
  }
  return runs.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
}

const COLOURS: Record<string, 'green' | 'cyan'> = { COMPLETED: 'green', RUNNING: 'cyan' };

export function runsTable(runs: readonly ListedRun[], terminal: Terminal): string[] {
  const rows = runs.map((run) => {
    const ended = run.endedAt === undefined ? Date.now() : Date.parse(run.endedAt);
    return [
      run.index,
      terminal.paint(COLOURS[run.status] ?? 'red', run.status.toLowerCase()),
      formatTime(new Date(run.startedAt)),
      formatSeconds((ended - Date.parse(run.startedAt)) / 1000),
      run.runId,
    ];
  });
  const columns = [
    { title: 'Index' },
    { title: 'State' },
    { title: 'Started' },
    { title: 'Took', align: 'right' as const },
    { title: 'Run id' },
  ];
  return renderTable(columns, rows, terminal.columns());
}
