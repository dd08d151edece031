/**
 * Puts the cells of an experiment's results in figures.json: `DATA-BITS-METHOD`, the mean over
 * seeds beside the paper's. `--results`: the folder that `hashloom experiment documents --results`
 * wrote.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { summaryOf } from '../../report/documents/documents-page.ts';
import { paperPrecision } from '../../report/documents/documents-paper.ts';
import { DOCUMENT_RESULTS } from '../../schemas/document-experiment.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import { recordFigure } from '../record-figure.ts';

export async function bench(options: Map<string, string>): Promise<void> {
  const folder = options.get('results') ?? 'docs/results';
  const { data, method, bits, metric, value } = await decodeParquet(
    await readFile(join(folder, 'documents-results.parquet')),
    DOCUMENT_RESULTS,
  );
  const cells = new Map<string, number[]>();
  for (const [at, name] of metric.entries()) {
    // `bmsh, components 5` is on the page alone.
    if (name !== 'precisionAt100' || method[at]!.includes(',')) continue;
    const cell = `${data[at]} ${bits[at]} ${method[at]}`;
    cells.set(cell, [...(cells.get(cell) ?? []), value[at]!]);
  }
  for (const [cell, values] of cells) {
    const [set = '', length = '', name = ''] = cell.split(' ');
    const { mean, deviation } = summaryOf(values);
    const paper = paperPrecision(set, name, Number(length));
    const unit =
      'precision@100, ' +
      (values.length === 1
        ? 'one seed'
        : `mean of ${values.length} seeds, sd ${deviation.toFixed(4)}`);
    const command =
      `hashloom experiment documents --data ${set} --bits ${length} --method ${name} --seeds ` +
      `${values.length} --local`;
    recordFigure({
      name: `${set}-${length}-${name}`,
      value: mean,
      unit,
      goal:
        paper === undefined
          ? 'none in the papers'
          : `>= ${paper} (paper, other counts of documents)`,
      command,
    });
  }
}
