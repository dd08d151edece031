import type { AppendChanges, CorpusRemarks, ReindexResult } from '../../schemas/run.ts';
import { metricsTable, stagesTable } from './result-tables.ts';
import { shellWord } from '../terminal/shell-word.ts';
import { plainFigures, warningLines } from './plain-figures.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** The last line of `run --json`. */
export function outcomeLine(result: ReindexResult): string {
  const { index, version, uri, workflowId, runId, stages, metrics, corpus, changes } = result;
  const told = { index, version, uri, workflowId, runId, stages, metrics, corpus };
  return `${JSON.stringify({ ...told, ...(changes && { changes }) })}\n`;
}

export interface OutcomeTold {
  /** The tables of stages and metrics as well. */
  metrics?: boolean;
  /** What an item of the index is asked by; WORD when absent. */
  item?: 'WORD' | 'ID';
  /** The command that asks this index; names the index where absent. */
  query?: string;
}

/**
 * What a person reads at the end of a run: the figures that matter in words, where the index lies,
 * and what to do next; every figure where that is asked for.
 */
export function outcomeText(
  result: ReindexResult,
  terminal: Terminal,
  { metrics = false, item = 'WORD', query }: OutcomeTold = {},
): string {
  const { index, version, uri } = result;
  const what = result.published
    ? `Published ${index} version ${version}`
    : `${index} version ${version} ` +
      `${result.changes ? 'has all this already' : 'is this very index already'}; nothing was ` +
      'published';
  const tables = metrics
    ? [...stagesTable(result.stages, terminal), '', ...metricsTable(result.metrics, terminal), '']
    : [];
  const ask =
    query ?? `hashloom query ${item} --index ${shellWord(uri.replace(/\/versions\/.*/, ''))}`;
  const lines = [
    ...tables,
    ...plainFigures(result).map((line) => `  ${line}`),
    ...warningLines(result.metrics).map((line) => `  ${terminal.paint('yellow', line)}`),
    ...(metrics ? [] : [terminal.paint('dim', '  (--metrics shows every stage and figure)')]),
  ];
  return (
    `\n` +
    `${lines.join('\n')}\n` +
    `${remarksOf(result.corpus)}${result.changes ? changesOf(result.changes) : ''}\n` +
    `${terminal.paint('bold', what)}\n` +
    `${uri}\n` +
    (query === '' ? '' : `\nNext: ${terminal.paint('cyan', ask)}\n`)
  );
}

/** What an append did; what it could not do is said too. */
function changesOf({
  added,
  replaced,
  same,
  deleted,
  unknown,
  withoutNeighbours,
  withoutLists,
}: AppendChanges): string {
  const lines = [
    `${added} items added, ${replaced} replaced, ${same} as they were, ${deleted} deleted`,
  ];
  if (unknown > 0) lines.push(`${unknown} deletions of items that are not there`);
  if (withoutNeighbours > 0)
    lines.push(
      `${withoutNeighbours} new items were left out: nothing that the index knows is next to them`,
    );
  if (withoutLists > 0)
    lines.push(
      `${withoutLists} new items answer by their codes alone, without lists: the store no longer ` +
        'has what this version was made from; a reindex gives them lists',
    );
  return `\n${lines.join('\n')}\n`;
}

/** What the corpus was taken without is never passed over in silence. */
function remarksOf({
  skippedFiles,
  firstSkipped,
  skippedRows,
  firstSkippedRows,
  repeatedFiles,
  ownFiles,
}: CorpusRemarks): string {
  const lines: string[] = [];
  if (repeatedFiles > 0)
    lines.push(`${repeatedFiles} files were named more than once and read once`);
  if (ownFiles > 0)
    lines.push(`${ownFiles} files of the store and of configurations lie in the corpus: left out`);
  if (skippedFiles > 0) {
    lines.push(
      `${skippedFiles} files could not be read and were left out (source.badFiles: skip):`,
    );
    for (const { reason } of firstSkipped) lines.push(`  ${reason}`);
    if (skippedFiles > firstSkipped.length)
      lines.push(
        `  and ${skippedFiles - firstSkipped.length} more: skipped.parquet among the ` +
          'artifacts lists them all',
      );
  }
  if (skippedRows > 0) {
    lines.push(`${skippedRows} lines or rows were left out (source.badRows: skip):`);
    for (const reason of firstSkippedRows) lines.push(`  ${reason}`);
    if (skippedRows > firstSkippedRows.length)
      lines.push(
        `  and ${skippedRows - firstSkippedRows.length} more: skipped-rows.parquet among the ` +
          'artifacts lists the first thousand',
      );
  }
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
}
