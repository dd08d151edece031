import { candidatesPlot } from './candidates-plot.ts';
import { escapeHtml as text } from './escape-html.ts';
import { count, figure, number, picture, section, table } from './page-parts.ts';
import { bitBalance, bucketSizes } from './plots.ts';
import type { ReportData } from './report-data.ts';

/** How many items lie in buckets of which size, and what a lookup leaves out. */
export function buckets(data: ReportData): string {
  const { buckets, bits, items, tables, shared } = data;
  const sizes = picture(
    bucketSizes(buckets.sizes),
    'How many items lie in buckets of which size. Large buckets make lookups long; buckets ' +
      'of one find nothing.',
  );
  const balance = picture(
    bitBalance(buckets.ones, bits),
    'Share of ones of each bit. A bit at 0 or 1 tells nothing.',
  );
  // Where codes meet across tables, each of an item's codes counts.
  const most = Math.min(bits, Math.log2(items * (shared ? tables : 1)));
  const rows = buckets.tables.map((each) => [
    shared ? 'all' : text(String(each.table)),
    number(count(each.buckets)),
    number(count(each.clusters)),
    number(count(each.largest)),
    number(`${each.entropyBits.toFixed(2)} of ${most.toFixed(2)} bits`),
  ]);
  const heads = [
    'Table',
    number('Buckets'),
    number('Clusters'),
    number('Largest'),
    number('Entropy of the code'),
  ];
  return section(
    'Buckets',
    `<div class="pair">${sizes}${balance}</div>${table(heads, rows)}<p ` +
      `class="muted">${cap(data)}</p>`,
  );
}

/** What tables, bits and a radius cost in candidates, and find of what is near. */
export function candidates({
  candidates: rows,
  tables,
  bits,
  itemsName,
  nearestBy,
  relevantBy,
}: ReportData): string {
  if (rows.length === 0) return '';
  const ofD = rows.some((row) => row.recallOfD > 0);
  const caption =
    'A point a radius from 0 to 3, a line a number of tables (its number stands at radius 0) ' +
    `at ${bits} bits; grey: fewer bits. Radius 0 is what a lookup reads; more is a search ` +
    'within a Hamming distance.';
  const body = rows.map((row) => [
    ...[row.tables, row.bits, row.radius].map((value) => number(String(value))),
    number(figure(row.candidates)),
    number(row.recall.toFixed(3)),
    ...(ofD ? [number(row.recallOfD.toFixed(3))] : []),
  ]);
  const heads = [
    number('Tables'),
    number('Bits'),
    number('Radius'),
    number('Candidates'),
    number('Recall, nearest'),
    ...(ofD ? [number(`Recall, ${relevantBy}`)] : []),
  ];
  const main = body.filter(
    (_, at) => rows[at]!.bits === bits && (rows[at]!.tables === tables || rows[at]!.radius === 0),
  );
  const relevant = ` (and of those that ${relevantBy === 'D' ? 'D joins' : 'share a label'})`;
  const asked =
    `Before trusting it: how many of the 10 nearest ${itemsName} by ${nearestBy}` +
    `${ofD ? relevant : ''} are among the candidates that codes give.`;
  const plot = picture(candidatesPlot(rows, ofD ? relevantBy : undefined), caption);
  const all =
    '<details><summary>Every number of tables, length and radius</summary>' +
    `${table(heads, body)}</details>`;
  return section(
    'What a lookup finds',
    `<p class="muted">${asked}</p>
<div class="pair">${plot}<div>${table(heads, main)}${all}</div></div>`,
  );
}

/** Some buckets with what is in them. */
export function examples({ examples, itemsName, shared }: ReportData): string {
  if (examples.length === 0) return '';
  const rows = examples.map(({ table, code, size, words }) => [
    ...(shared ? [] : [text(String(table))]),
    `<code>${text(code)}</code>`,
    number(count(size)),
    '<span ' +
      `class="words">${text(words.join(', '))}${size > words.length ? ', &hellip;' : ''}</span>`,
  ]);
  const heads = [...(shared ? [] : ['Table']), 'Code', number('Size'), 'Some of them'];
  const note =
    `Drawn at random from the buckets of 3 to 40 ${itemsName}, after the largest one if it is ` +
    'larger.';
  return section(
    'Example clusters',
    `<p class="muted">${note}</p><div class="stack">${table(heads, rows)}</div>`,
  );
}

function cap({ maximumBucket, metrics, buckets, itemsName }: ReportData): string {
  if (maximumBucket === 0)
    return (
      'No cap: a lookup gives every bucket, whatever its size ' +
      '(<code>buckets.maximumSize</code>).'
    );
  const [over, left] = [metrics['bucketsOverCap'] ?? 0, metrics['itemsOverCap'] ?? 0];
  const tell =
    `A lookup gives no bucket of more than ${count(maximumBucket)} ${text(itemsName)}, it says ` +
    `how large it is: ${count(over)} of ` +
    `${count(metrics['buckets'] ?? buckets.tables.reduce((sum, each) => sum + each.buckets, 0))} ` +
    'buckets';
  return left === 0
    ? `${tell}; every one of the ${text(itemsName)} has a smaller one.`
    : `${tell}; ${count(left)} ${text(itemsName)} have no smaller one, a lookup of them finds ` +
        'nothing.';
}
