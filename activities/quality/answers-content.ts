import { answerMetrics } from '../../evaluation/answers/answer-metrics.ts';
import { CUTS, DEGREE_CLASSES } from '../../evaluation/answers/hit-figures.ts';
import type { WayFigures } from '../../evaluation/answers/measure-ways.ts';
import type { Metrics } from '../../schemas/run.ts';
import { ANSWERS } from '../../schemas/tables.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import { toJson } from '../stage/json-object.ts';
import type { ArtifactContent } from '../stage/produce-artifact.ts';

/** What the stage `answers` leaves: figures by name, and every way at every cut. */
export async function answersContent(
  measured: readonly WayFigures[],
  more: Metrics,
): Promise<ArtifactContent> {
  const { metrics, intervals } = answerMetrics(measured);
  const rows = measured.flatMap(rowsOf);
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
    rows: measured.length,
  };
}

function rowsOf({ way, figures, cost }: WayFigures) {
  const { uniform, fair, byDegree, matched, errors, answers, empty } = figures;
  const row = (weighing: string, cut: number, share: number, error: number) => ({
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
  return [
    ...CUTS.map((cut, k) => row('uniform', cut, uniform[k]!, errors.uniform[k]!)),
    ...CUTS.map((cut, k) => row('fair', cut, fair[k]!, errors.fair[k]!)),
    row('matched', 10, matched, errors.matched),
    ...DEGREE_CLASSES.flatMap((least, which) =>
      Number.isNaN(byDegree[which]![0]!)
        ? []
        : CUTS.map((cut, k) => row(`degree ${least}`, cut, byDegree[which]![k]!, 0)),
    ),
  ];
}
