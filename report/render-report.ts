import { answers } from './answers-of-page.ts';
import { buckets, candidates, examples } from './buckets-of-page.ts';
import { escapeHtml as text, scriptJson } from './escape-html.ts';
import { configuration, stages, lineage } from './how-made.ts';
import { htmlPage } from './html-page.ts';
import {
  section,
  words,
  figure,
  change,
  count,
  table,
  number,
  picture,
  queryHint,
} from './page-parts.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { embeddingMap, lossCurve } from './plots.ts';
import type { ReportData } from './report-data.ts';
import { collisionPlot, similarityPlot } from './similarity-curves.ts';

/** The page of a run: one file, no network, every word of the corpus shown as text. */
export function renderReport(data: ReportData): string {
  const { index, items, tables, bits, hasRoles, codeVersion } = data;
  const codes = hasRoles
    ? `two codes of ${bits} bits each, cells as buckets`
    : `${tables} ${tables === 1 ? 'table' : 'tables'} of ${bits} bits`;
  const what = `${count(items)} ${text(data.itemsName)}, ${codes}, Hashloom ${text(codeVersion)}`;
  const compared = data.previous
    ? `compared with version ${data.previous.version}`
    : 'no version before it';
  const body = `<header>
<h1>${text(index)}</h1>
<p class="muted">${what}; ${compared}</p>
</header>
<main>
${SECTIONS.map((section) => section(data)).join('\n')}
</main>`;
  return htmlPage({ title: `${index}: report of a run`, body, scripts: true });
}

/** The sections in their order on the page; one that has nothing to show is empty. */
const SECTIONS = [
  tiles,
  answers,
  stages,
  metrics,
  gate,
  training,
  similarity,
  buckets,
  candidates,
  examples,
  map,
  lineage,
  configuration,
] as const;

function tiles({ index, itemsName, metrics, previous }: ReportData): string {
  const shown = [
    'queryHr10',
    'queryHr50',
    'queryFairHr50',
    'queryMatchedHr10',
    'queryRecall10',
    'queryRecall50',
    'queryLabels10',
    'precisionAt100',
    'wp',
    // Memory of D, which says little where what was kept from it is measured.
    ...(metrics['queryHr10'] === undefined ? ['f1'] : []),
    'clusters',
    'largestBucket',
  ].filter((name) => metrics[name] !== undefined);
  /** What a fixed list has, without which an answer's figure says little. */
  const beside = (name: string): string => {
    const popular = metrics[name.replace(/^query/, 'popularity')];
    return name.startsWith('query') && popular !== undefined
      ? `<dd><small>fixed list ${figure(Number(popular.toPrecision(2)))}</small></dd>`
      : '';
  };
  const tile = (name: string) =>
    `<div class="tile"><dt>${text(words(name))}</dt><dd>${figure(metrics[name]!)} ` +
    `<small>${change(name, metrics[name]!, previous?.metrics[name])}</small></dd>` +
    `${beside(name)}</div>`;
  return `${queryHint(index, itemsName)}<dl class="tiles">${shown.map(tile).join('')}</dl>`;
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
  const measured =
    'Precision, recall, F1, MAP and Recall@2 are against the affinity D, hit rates (HR) on ' +
    'pairs kept from training, WP by WordNet; "Hamming cosine" figures say how far the order by ' +
    'the codes agrees with that by the embeddings that they were made of, and nothing of how ' +
    'good either is; "shuffled" is the same figure for buckets of equal sizes filled at ' +
    'random, the lift how many times that a metric is. ' +
    `Intervals are of 95% by bootstrap over the sampled ${itemsName}: a change that lies within ` +
    'both may be chance.';
  return section(
    'Metrics',
    `<p class="muted">${metrics['f1'] === undefined ? counted : measured}</p>${table(heads, rows)}`,
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
const SEARCH =
  '<label for="search" class="muted">One of them, or how it begins</label><br>' +
  '<input id="search" type="search" autocomplete="off" spellcheck="false">';

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
    `${SEARCH}
<p id="found" aria-live="polite"></p>
<figure id="map">${embeddingMap(map)}<figcaption>${caption}</figcaption></figure>
<script type="application/json" id="map-data">${data}</script>
<script>${PAGE_SCRIPT}</script>`,
  );
}
