import { STAGES, type StageName } from '../schemas/activities.ts';
import { escapeHtml as text } from './escape-html.ts';
import { section, bytes, seconds, count, table, number } from './page-parts.ts';
import type { ReportData } from './report-data.ts';

/** The stages of the run with their times. */
export function stages({ stages }: ReportData): string {
  const row = (name: string, rows: string, size: string, time: string, how: string) => [
    text(name),
    number(rows),
    number(size),
    number(time),
    text(how),
  ];
  const rows = stages.map((stage) =>
    row(
      STAGES[stage.name].title,
      count(stage.rows),
      bytes(stage.bytes),
      seconds(stage.seconds),
      stage.cached ? 'from the store' : 'run',
    ),
  );
  const total = (pick: (stage: (typeof stages)[number]) => number) =>
    stages.reduce((sum, stage) => sum + pick(stage), 0);
  rows.push(
    row(
      'All',
      '',
      bytes(total((stage) => stage.bytes)),
      seconds(total((stage) => stage.seconds)),
      '',
    ),
  );
  return section(
    'Stages',
    table(['Stage', number('Rows'), number('Size'), number('Time in this run'), ''], rows),
  );
}

/** The artifacts that the index was made from. */
export function lineage({ lineage }: ReportData): string {
  const rows = lineage.map((each) => [
    text(STAGES[each.stage as StageName]?.title ?? each.stage),
    `<code>artifacts/${text(each.stage)}/${text(each.key)}</code>`,
    number(count(each.rows)),
    number(bytes(each.bytes)),
  ]);
  return section(
    'Lineage',
    '<p class="muted">The artifacts it was made from, the last ' +
      `first.</p>${table(['Stage', 'Artifact', number('Rows'), number('Size')], rows)}`,
  );
}

/** The configuration of the run, folded. */
export function configuration({ configuration }: ReportData): string {
  return section(
    'Configuration',
    '<details><summary>Every setting of the ' +
      `run</summary><pre>${text(JSON.stringify(configuration, undefined, 2))}</pre></details>`,
  );
}
