import { evaluate } from '../../evaluation/evaluate.ts';
import { foreignCodes } from './read-codes.ts';
import { readBytes, readTable } from './read-table.ts';
import { foreignPairs, foreignTruth, type UnknownIds } from './read-truth.ts';
import { openDictionary } from '../../evaluation/words/open-dictionary.ts';
import { wordSenses } from '../../evaluation/words/word-similarity.ts';
import { Failure } from '../../schemas/failures.ts';
import { METRIC_NAMES, type MetricName } from '../../schemas/metrics.ts';
import type { Metrics } from '../../schemas/run.ts';
import { decodeDense } from '../../store/tables/arrow-ipc.ts';
import { formatCount, formatFigure } from '../terminal/format.ts';
import { nearestKeys } from '../terminal/nearest-key.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface EvaluateOptions {
  codes: string;
  truth: string;
  /** What numbers of the truth stand for. */
  items?: string;
  embeddings?: string;
  heldOut?: string;
  wordnet?: string;
  metric?: MetricName[];
  /** Codes of all tables meet. */
  shared?: boolean;
  queries: number;
  seed: number;
}

interface CodesEvaluation {
  items: number;
  tables: number;
  bits: number;
  metrics: Metrics;
  intervals: Record<string, [number, number]>;
  unknown: UnknownIds;
}

/**
 * The metrics of a run, of codes that any program has written. Throws Failure (DataError) on files
 * that do not fit one another.
 */
export async function evaluateCodes(options: EvaluateOptions): Promise<CodesEvaluation> {
  const codes = foreignCodes(await readTable(options.codes));
  const { tables, codeBytes, ids } = codes;
  const { queries, seed, shared = false } = options;
  const named = options.items === undefined ? undefined : await readTable(options.items);
  const { truth, unknown } = foreignTruth(await readTable(options.truth), codes, {
    queries,
    seed,
    ...(named && { items: named }),
  });
  const heldOut =
    options.heldOut === undefined
      ? undefined
      : foreignPairs(await readTable(options.heldOut), codes, named).pairs;
  const embeddings =
    options.embeddings === undefined
      ? undefined
      : (await decodeDense(await readBytes(options.embeddings), options.embeddings)).columns[0]!
          .values;
  if (options.wordnet !== undefined && typeof ids[0] !== 'string')
    throw new Failure(
      'DataError',
      `${options.codes}: items are numbers; Wu-Palmer similarity is of words`,
    );
  const senses =
    options.wordnet === undefined
      ? undefined
      : wordSenses(ids as string[], (await openDictionary(options.wordnet)).wordnet);
  const found = evaluate({
    ...codes,
    shared,
    truth,
    ...(heldOut && { heldOut }),
    ...(embeddings && { embeddings }),
    ...(senses && { senses }),
    queries,
    seed,
  });
  const wanted = options.metric;
  const missing = wanted?.filter((name) => found.metrics[name] === undefined) ?? [];
  if (missing.length > 0)
    throw new Failure(
      'ConfigurationError',
      `not measured: ${missing.join(', ')}; hr50 and hr500 need --embeddings and --held-out, ` +
        'hammingCosineTau and hammingCosineGain250 --embeddings, wp --wordnet',
    );
  const chosen = <Value>(values: Record<string, Value>) =>
    wanted
      ? Object.fromEntries(
          wanted.flatMap((name) => (name in values ? [[name, values[name]!]] : [])),
        )
      : values;
  return {
    items: ids.length,
    tables,
    bits: 8 * codeBytes,
    metrics: chosen(found.metrics),
    intervals: chosen(found.intervals),
    unknown,
  };
}

/**
 * Names of metrics with commas between. Throws Failure (ConfigurationError) with the nearest names
 * of one that does not exist.
 */
export function metricNames(text: string): MetricName[] {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.filter((name) => !METRIC_NAMES.some((known) => known === name));
  if (wrong.length === 0) return names as MetricName[];
  const lines = wrong.map((name) => {
    const near = nearestKeys(name, METRIC_NAMES);
    return (
      `no metric ${JSON.stringify(name)}; ` +
      (near.length > 0
        ? `did you mean ${near.join(' or ')}?`
        : `the metrics are ${METRIC_NAMES.join(', ')}`)
    );
  });
  throw new Failure('ConfigurationError', lines.join('\n'));
}

/** For a person: a line a metric. */
export function evaluationText(
  { items, tables, bits, metrics, intervals }: CodesEvaluation,
  terminal: Terminal,
): string {
  const rows = Object.entries(metrics).map(([name, value]) => {
    const interval = intervals[name];
    return [
      name,
      formatFigure(value),
      interval ? `${formatFigure(interval[0])} to ${formatFigure(interval[1])}` : '',
    ];
  });
  const heads = [
    { title: 'Metric' },
    { title: 'Value', align: 'right' as const },
    { title: '95% of resamples', align: 'right' as const },
  ];
  return (
    `${formatCount(items)} items, ${tables} ${tables === 1 ? 'table' : 'tables'} of ${bits} ` +
    `bits\n` +
    `${renderTable(heads, rows, terminal.columns()).join('\n')}\n`
  );
}

/** What a truth file named in vain; empty when nothing. */
export function unknownText({ ids, rows, first }: UnknownIds, truth: string): string {
  if (ids === 0) return '';
  return (
    `${truth}: ${formatCount(ids)} ids have no codes, ${formatCount(rows)} rows are left out: ` +
    `${first.join(', ')}${ids > first.length ? ', …' : ''}\n`
  );
}
