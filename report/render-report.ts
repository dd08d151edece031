import { candidatesPlot } from './candidates-plot.ts';
import { escapeHtml as text, scriptJson } from './escape-html.ts';
import { configuration, stages, lineage } from './how-made.ts';
import { htmlPage } from './html-page.ts';
import { section, words, figure, change, count, table, number, picture } from './page-parts.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { bitBalance, bucketSizes, embeddingMap, lossCurve } from './plots.ts';
import type { ReportData } from './report-data.ts';
import { collisionPlot, similarityPlot } from './similarity-curves.ts';

/** The page of a run: one file, no network, every word of the corpus shown as text. */
export function renderReport(data: ReportData): string {
  const { index, items, tables, bits, codeVersion } = data;
  const body = `<header>
<h1>${text(index)}</h1>
<p class="muted">${count(items)} ${text(data.itemsName)}, ${tables} ${tables === 1 ? 'table' : 'tables'} of ${bits} bits, Hashloom ${text(codeVersion)}${data.previous ? `; compared with version ${data.previous.version}` : '; no version before it'}</p>
</header>
<main>
${[tiles(data), stages(data), metrics(data), gate(data), training(data), similarity(data), buckets(data), candidates(data), examples(data), map(data), lineage(data), configuration(data)].join('\n')}
</main>`;
  return htmlPage({ title: `${index}: report of a run`, body, scripts: true });
}

function tiles({ metrics, previous }: ReportData): string {
  const shown = [
    'f1',
    'precisionAt100',
    'precision',
    'recall',
    'wp',
    'hr50',
    'hr500',
    'clusters',
    'largestBucket',
    'codeEntropyBits',
  ].filter((name) => metrics[name] !== undefined);
  const tile = (name: string) =>
    `<div class="tile"><dt>${text(words(name))}</dt><dd>${figure(metrics[name]!)} ` +
    `<small>${change(name, metrics[name]!, previous?.metrics[name])}</small></dd></div>`;
  return `<dl class="tiles">${shown.map(tile).join('')}</dl>`;
}

function metrics({ metrics, intervals, previous, itemsName }: ReportData): string {
  const range = (interval: [number, number] | undefined) =>
    interval ? `<small>${figure(interval[0])} to ${figure(interval[1])}</small>` : '';
  const chanceOf = (name: string) => metrics[`shuffled${name[0]!.toUpperCase()}${name.slice(1)}`];
  // A figure of chance stands beside the one it is of.
  const shown = Object.entries(metrics).filter(
    ([name]) =>
      !Object.keys(metrics).some(
        (other) => other !== name && name === `shuffled${other[0]!.toUpperCase()}${other.slice(1)}`,
      ),
  );
  // Counts alone have neither intervals nor chance.
  const hasMeans = Object.keys(intervals).length > 0;
  const rows = shown.map(([name, value]) => {
    const before = previous?.metrics[name];
    const chance = chanceOf(name);
    const then = previous
      ? [
          number(before === undefined ? '' : figure(before)),
          ...(hasMeans ? [number(range(previous.intervals[name]))] : []),
          number(change(name, value, before)),
        ]
      : [];
    const measure = hasMeans
      ? [
          number(range(intervals[name])),
          number(chance === undefined ? '' : figure(chance)),
          number(chance ? `${figure(value / chance)} x` : ''),
        ]
      : [];
    return [text(words(name)), number(figure(value)), ...measure, ...then];
  });
  const heads = [
    'Metric',
    number('This run'),
    ...(hasMeans ? [number('95%'), number('Shuffled'), number('Lift')] : []),
    ...(previous
      ? [
          number(`Version ${previous.version}`),
          ...(hasMeans ? [number('95%')] : []),
          number('Change'),
        ]
      : []),
  ];
  const counted =
    metrics['precisionAt100'] === undefined
      ? 'Counts of the buckets. These items came without pairs or labels that say which belong ' +
        'together, so no figure says how good the codes are.'
      : 'Precision@100: of the 100 training documents nearest to each test document by Hamming ' +
        'distance, how many share a label, ties by exact expectation; the rest are counts.';
  const measured = `Precision, recall, F1, MAP and Recall@2 are against the affinity D, hit rates (HR) on pairs kept from training, WP by WordNet, Kendall's tau and mAHP against the order of the embeddings; "shuffled" is the same figure for
buckets of equal sizes filled at random, the lift how many times that a metric is. Intervals are of 95% by bootstrap over the sampled ${itemsName}: a change that lies within both may be chance.`;
  return section(
    'Metrics',
    `<p class="muted">${metrics['f1'] === undefined ? counted : measured}</p>${table(heads, rows)}`,
  );
}

function candidates({
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
  return section(
    'What a lookup finds',
    `<p class="muted">Before trusting it: how many of the 10 nearest ${itemsName} by ${nearestBy}${ofD ? ` (and of those that ${relevantBy === 'D' ? 'D joins' : 'share a label'})` : ''} are among the candidates that codes give.</p>
<div class="pair">${picture(candidatesPlot(rows, ofD ? relevantBy : undefined), caption)}<div>${table(heads, main)}<details><summary>Every number of tables, length and radius</summary>${table(heads, body)}</details></div></div>`,
  );
}

function gate({ gate }: ReportData): string {
  if (gate.length === 0) return '';
  const rows = gate.map(({ passes, text: says }) => [
    `<span class="${passes ? 'up">passes' : 'down">misses'}</span>`,
    text(says),
  ]);
  return section('Gate', table(['', 'Rule'], rows));
}

function training({ curve }: ReportData): string {
  if (curve.length === 0) return '';
  const last = curve[curve.length - 1]!;
  return section(
    'Training',
    picture(
      lossCurve(curve),
      `Loss after each round; ${figure(last.loss)} at the end, epoch ${last.epoch}, over ` +
        `${count(last.pairs)} pairs.`,
    ),
  );
}

function similarity({ similarity: of, itemsName }: ReportData): string {
  if (!of) return '';
  const { method, concentration, bits, measured } = of;
  const collision =
    `Grey: the chance that 1, 8 and K = ${concentration} bits of random hyperplanes agree. ` +
    `${
      measured.length === 0
        ? ''
        : `Dots: the share of pairs of ${text(itemsName)} at that distance which a lookup brings ` +
          'together in this index. '
    }Nearest ` +
    'by cosine is not yet in one bucket: left of the knee lies what codes find.';
  const relevance =
    `What each model takes for the chance that two ${text(itemsName)} belong together, with K ` +
    `= ${concentration} (gamma of DCH) and ${bits} bits; this run was trained with ` +
    `${method.toUpperCase()}.`;
  return section(
    'Similarity',
    '<div ' +
      `class="pair">${picture(collisionPlot(of), collision)}${picture(similarityPlot(of), relevance)}</div>`,
  );
}

/** What the cap on the size of buckets keeps from lookups. */
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
  return (
    `${tell}; ` +
    `${left === 0 ? `every one of the ${text(itemsName)} has a smaller one` : `${count(left)} ${text(itemsName)} have no smaller one, a lookup of them finds nothing`}.`
  );
}

function buckets(data: ReportData): string {
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

function examples({ examples, itemsName, shared }: ReportData): string {
  if (examples.length === 0) return '';
  const rows = examples.map(({ table, code, size, words }) => [
    ...(shared ? [] : [text(String(table))]),
    `<code>${text(code)}</code>`,
    number(count(size)),
    '<span ' +
      `class="words">${text(words.join(', '))}${size > words.length ? ', &hellip;' : ''}</span>`,
  ]);
  const note =
    `Drawn at random from the buckets of 3 to 40 ${itemsName}, after the largest one if it is ` +
    'larger.';
  return section(
    'Example clusters',
    `<p class="muted">${note}</p><div ` +
      `class="stack">${table([...(shared ? [] : ['Table']), 'Code', number('Size'), 'Some of them'], rows)}</div>`,
  );
}

function map({ map, items, itemsName, curve, nearestBy }: ReportData): string {
  if (map.length === 0) return '';
  const data = scriptJson({
    words: map.map((point) => point.word),
    buckets: map.map((point) => point.buckets),
  });
  const sample =
    curve.length > 0
      ? `The ${count(map.length)} commonest ${itemsName}`
      : `${count(map.length)} of the ${itemsName}, at even distances`;
  const which = map.length === items ? `The ${itemsName}` : sample;
  const caption =
    `${which}, placed by UMAP: near each other by ${nearestBy}. Neighbours on the map are ` +
    'alike, distances between groups say little.';
  return section(
    `Map of the ${itemsName}`,
    `<label for="search" class="muted">One of them, or how it begins</label><br><input id="search" type="search" autocomplete="off" spellcheck="false">
<p id="found" aria-live="polite"></p>
<figure id="map">${embeddingMap(map)}<figcaption>${caption}</figcaption></figure>
<script type="application/json" id="map-data">${data}</script>
<script>${PAGE_SCRIPT}</script>`,
  );
}
