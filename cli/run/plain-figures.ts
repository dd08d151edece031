import { judgeAnswers } from '../../schemas/judge-answers.ts';
import type { Metrics, ReindexResult } from '../../schemas/run.ts';
import type { StageName } from '../../schemas/activities.ts';
import { formatCount, formatFigure, formatSeconds } from '../terminal/format.ts';

/**
 * What a person wants to know of a run, in words: items, how many find others, held-out pairs
 * against chance, buckets, time. What was not measured has no line.
 */
export function plainFigures({ metrics, stages }: ReindexResult): string[] {
  const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0);
  const cached = stages.filter((stage) => stage.cached).length;
  const ran = `${stages.length - cached} stages run, ${cached} from artifacts`;
  return [
    itemsLine(metrics),
    companyLine(metrics, stages),
    heldOutLine(metrics) ?? nearestLine(metrics),
    labelsLine(metrics),
    bucketsLine(metrics),
    `${formatSeconds(seconds)} of work: ${ran}`,
  ].filter((line) => line !== undefined);
}

function itemsLine({ items }: Metrics): string | undefined {
  return items === undefined ? undefined : `${formatCount(items)} items have codes`;
}

/** Stages that make ranked lists; a run has one of them. */
const LISTING = new Set<string>([
  'relate',
  'relate-documents',
  'relate-vectors',
] satisfies StageName[]);

/** Who is alone in its buckets is answered by lists, or by the codes next to its own. */
function companyLine(metrics: Metrics, stages: ReindexResult['stages']): string | undefined {
  const alone = metrics['emptyLookups'];
  const listed = stages.find(({ name }) => LISTING.has(name))?.rows ?? 0;
  const lists =
    listed > 0 && metrics['items']
      ? `${formatCount(listed / metrics['items'])} ranked neighbours each on average`
      : undefined;
  const company =
    alone === undefined ? undefined : `${percent(1 - alone)} of them share a bucket with others`;
  const line = [company, lists].filter((part) => part !== undefined).join('; ');
  return line === '' ? undefined : line;
}

/**
 * What the ranked lists find, against a list of the most linked items; buckets where there are
 * none.
 */
function heldOutLine(metrics: Metrics): string | undefined {
  const { queryHr10, popularityHr10, heldOutPairs } = metrics;
  if (queryHr10 === undefined || popularityHr10 === undefined) return bucketHitsLine(metrics);
  return (
    `${percent(queryHr10)} of ${formatCount(heldOutPairs ?? 0)} held-out pairs are among the ` +
    `first 10 answers; the most linked items find ${percent(popularityHr10)}`
  );
}

function bucketHitsLine(metrics: Metrics): string | undefined {
  const { hr50, shuffledHr50, heldOutPairs } = metrics;
  if (hr50 === undefined || shuffledHr50 === undefined) return undefined;
  const of = heldOutPairs === undefined ? '' : `${formatCount(heldOutPairs)} `;
  const chance =
    shuffledHr50 > 0
      ? `, ${formatFigure(Number((hr50 / shuffledHr50).toPrecision(2)))} times chance`
      : ', by chance none';
  return `${percent(hr50)} of ${of}held-out pairs are found among 50 items of buckets${chance}`;
}

/** What is answered of the exact nearest, of documents and vectors. */
function nearestLine({ queryRecall10, cellsRecall10, popularityRecall10 }: Metrics) {
  const recall = queryRecall10 ?? cellsRecall10;
  if (recall === undefined) return undefined;
  return (
    `${percent(recall)} of the 10 nearest are among the first 10 answers; the same 10 answers to ` +
    `all find ${percent(popularityRecall10 ?? 0)}`
  );
}

function labelsLine({ precisionAt100 }: Metrics): string | undefined {
  return precisionAt100 === undefined
    ? undefined
    : `${percent(precisionAt100)} of the 100 nearest by codes share a label`;
}

function bucketsLine({ buckets, medianBucket, largestBucket }: Metrics): string | undefined {
  if (buckets === undefined) return undefined;
  if (medianBucket === undefined || largestBucket === undefined)
    return `${formatCount(buckets)} buckets`;
  return (
    `${formatCount(buckets)} buckets: half hold ${formatCount(medianBucket)} at most, the ` +
    'largest ' +
    formatCount(largestBucket)
  );
}

/** What the figures warn of, each with what to change. */
export const warningLines = (metrics: Metrics): string[] =>
  judgeAnswers(metrics).flatMap(({ what, change }) => [`! ${what};`, `  ${change}`]);

/** Two digits, so that small shares are seen: `0.96%`, `9.6%`, `90%`. */
const percent = (share: number): string => `${formatFigure(Number((100 * share).toPrecision(2)))}%`;
