import type { MovedAnswers } from '../../evaluation/moved-answers.ts';
import type { Garbage } from '../../upkeep/collect-garbage.ts';
import type { VersionComparison } from '../../upkeep/compare-versions.ts';
import { formatBytes, formatCount, formatFigure } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** What differs between two versions, for a person. */
export function comparisonText(
  { index, versions, configuration, data, metrics, answers, moved }: VersionComparison,
  terminal: Terminal,
): string {
  const [a, b] = versions;
  const heads = (first: string) => [
    { title: first },
    { title: `Version ${a}`, align: 'right' as const },
    { title: `Version ${b}`, align: 'right' as const },
  ];
  const table = (first: string, rows: string[][]) =>
    renderTable(heads(first), rows, terminal.columns());
  const show = (value: unknown) => (value === undefined ? '' : JSON.stringify(value));
  const figure = (value: number | undefined) => (value === undefined ? '' : formatFigure(value));
  const settings =
    configuration.length === 0
      ? ['The configurations are the same.']
      : table(
          'Setting',
          configuration.map((each) => [each.key, show(each.a), show(each.b)]),
        );
  const files =
    data.filesA === undefined && data.filesB === undefined
      ? []
      : [['files', figure(data.filesA), figure(data.filesB)]];
  const { common, recoded, meanOverlap } = moved;
  const share = (count: number) =>
    `${formatCount(count)} of ${formatCount(common)} ` +
    `(${common === 0 ? '0' : ((100 * count) / common).toFixed(1)}%)`;
  const lines = [
    `${index}, versions ${a} and ${b}`,
    '',
    ...settings,
    '',
    ...table('Data', [...files, ['items', figure(data.itemsA), figure(data.itemsB)]]),
    `${formatCount(data.added)} items are new, ${formatCount(data.removed)} are gone`,
    '',
    ...table(
      'Metric',
      metrics.map((each) => [each.name, figure(each.a), figure(each.b)]),
    ),
    '',
    ...(answers ? [...answersText(answers, data.itemsB - data.added, versions, terminal), ''] : []),
    `${share(moved.moved)} items share a bucket with others than before; mean overlap ` +
      meanOverlap.toFixed(3),
    ...(recoded === undefined
      ? ['their codes are of different shapes']
      : [`${share(recoded)} items have another code in some table`]),
    ...(moved.most.length === 0
      ? []
      : [
          'in buckets moved most: ' +
            moved.most.map(({ item, overlap }) => `${item} (${overlap.toFixed(2)})`).join(', '),
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** How far answers differ, and those that changed most, a line a version. */
function answersText(
  { asked, unchanged, meanOverlap, most }: MovedAnswers,
  common: number,
  [a, b]: VersionComparison['versions'],
  terminal: Terminal,
): string[] {
  if (asked === 0) return ['No item is in both versions.'];
  const which = asked < common ? `${formatCount(asked)} of ` : '';
  const percent = (part: number) => `${(100 * part).toFixed(1)}%`;
  const head =
    `Of the first ten answers to ${which}${formatCount(common)} items ` +
    `${percent(meanOverlap)} are ` +
    `the same in the mean; ${percent(unchanged / asked)} of the items have the same ten`;
  if (most.length === 0) return [head];
  const told = (answers: readonly string[], others: readonly string[]) =>
    answers.filter((answer) => !others.includes(answer)).join(', ');
  const rows = most.map(({ item, overlap, before, after }) => [
    item,
    percent(overlap),
    told(before, after),
    told(after, before),
  ]);
  const heads = ['Changed most', 'Same', `In version ${a} alone`, `In version ${b} alone`];
  return [
    head,
    '',
    ...renderTable(
      heads.map((title) => ({ title })),
      rows,
      terminal.columns(),
    ),
  ];
}

/** What gc removed, or would. */
export function garbageText(
  { index, versions, kept, artifacts, strays, objects, bytes }: Garbage,
  dryRun: boolean,
): string {
  const verb = dryRun ? 'would remove' : 'removed';
  const stages = Object.entries(artifacts).map(
    ([stage, count]) => `${formatCount(count)} ${stage}`,
  );
  const lines = [
    ...kept.map(({ version, why }) => `kept version ${version} of ${index}: ${why}`),
    `${verb} ` +
      `${versions.length === 0 ? 'no version' : `version${versions.length > 1 ? 's' : ''} ${versions.join(', ')}`} ` +
      `of ${index}`,
    `${verb} ${stages.length === 0 ? 'no artifacts' : `artifacts: ${stages.join(', ')}`}`,
    `${verb} ${formatCount(strays)} stray objects`,
    `in all ${formatCount(objects)} objects, ${formatBytes(bytes)}`,
  ];
  return `${lines.join('\n')}\n`;
}
