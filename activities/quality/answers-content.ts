import { answerMetrics } from '../../evaluation/answers/answer-metrics.ts';
import { CUTS, DEGREE_CLASSES } from '../../evaluation/answers/hit-figures.ts';
import type { WayFigures } from '../../evaluation/answers/measure-ways.ts';
import { FAR, LABEL_CUTS, type NearestFigures } from '../../evaluation/answers/nearest-answers.ts';
import { nearestMetrics } from '../../evaluation/answers/nearest-metrics.ts';
import type { Metrics } from '../../schemas/run.ts';
import { ANSWERS } from '../../schemas/tables.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import { toJson } from '../stage/json-object.ts';
import type { ArtifactContent } from '../stage/produce-artifact.ts';

/** What the stage `answers` leaves of held-out links: figures by name, every way at every cut. */
export async function linkContent(
  measured: readonly WayFigures[],
  more: Metrics,
): Promise<ArtifactContent> {
  return await content(answerMetrics(measured), more, measured.map(linkRows));
}

/** The same of the exact nearest items, and of labels. */
export async function nearestContent(
  measured: readonly NearestFigures[],
  more: Metrics,
): Promise<ArtifactContent> {
  return await content(nearestMetrics(measured), more, measured.map(nearestRows));
}

async function content(
  { metrics, intervals }: ReturnType<typeof answerMetrics>,
  more: Metrics,
  ofWays: readonly AnswerRow[][],
): Promise<ArtifactContent> {
  const rows = ofWays.flat();
  const table = {
    way: rows.map(({ way }) => way),
    weighing: rows.map(({ weighing }) => weighing),
    cut: Int32Array.from(rows, ({ cut }) => cut),
    share: Float64Array.from(rows, ({ share }) => share),
    error: Float64Array.from(rows, ({ error }) => error),
    answers: Float64Array.from(rows, ({ answers }) => answers),
    empty: Float64Array.from(rows, ({ empty }) => empty),
    bytes: Float64Array.from(rows, ({ bytes }) => bytes),
    rounds: Float64Array.from(rows, ({ rounds }) => rounds),
  };
  const named = { ...metrics, ...more };
  return {
    parts: [
      { name: 'metrics.json', bytes: toJson(named), rows: Object.keys(named).length },
      { name: 'intervals.json', bytes: toJson(intervals), rows: Object.keys(intervals).length },
      {
        name: 'answers.parquet',
        bytes: await encodeParquet(ANSWERS, table, { profile: 'internal' }),
        rows: rows.length,
      },
    ],
    rows: ofWays.length,
  };
}

type AnswerRow = ReturnType<ReturnType<typeof rowMaker>>;

function rowMaker({ way, figures: { answers, empty }, cost }: WayFigures) {
  return (weighing: string, cut: number, share: number, error: number) => ({
    way,
    weighing,
    cut,
    share,
    error,
    answers,
    empty,
    bytes: cost?.bytes ?? -1,
    rounds: cost?.rounds ?? -1,
  });
}

function linkRows(measured: WayFigures): AnswerRow[] {
  const { byDegree, matched, errors } = measured.figures;
  const row = rowMaker(measured);
  return [
    ...cutRows(measured),
    row('matched', 10, matched, errors.matched),
    ...DEGREE_CLASSES.flatMap((least, which) =>
      Number.isNaN(byDegree[which]![0]!)
        ? []
        : CUTS.map((cut, k) => row(`degree ${least}`, cut, byDegree[which]![k]!, 0)),
    ),
  ];
}

function nearestRows(measured: NearestFigures): AnswerRow[] {
  const { recall50, labels = [] } = measured;
  const row = rowMaker(measured);
  return [
    ...cutRows(measured),
    row(`nearest ${FAR}`, FAR, recall50.share, recall50.error),
    ...labels.map(({ share, error }, k) => row('labels', LABEL_CUTS[k]!, share, error)),
  ];
}

function cutRows(measured: WayFigures): AnswerRow[] {
  const { uniform, fair, errors } = measured.figures;
  const row = rowMaker(measured);
  return [
    ...CUTS.map((cut, k) => row('uniform', cut, uniform[k]!, errors.uniform[k]!)),
    ...CUTS.map((cut, k) => row('fair', cut, fair[k]!, errors.fair[k]!)),
  ];
}
