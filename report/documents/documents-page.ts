import {
  type DocumentPicture,
  type DocumentScore,
  rowName,
} from '../../schemas/document-experiment.ts';
import { paperPrecision } from './documents-paper.ts';
import { bitsCurves, type BitsCurve, pictureMap } from './documents-plots.ts';
import { experimentPage } from '../experiments/experiment-page.ts';
import { sweepBars, sweepsOf } from '../experiments/sweep-bars.ts';

/**
 * Markdown: a table a data set, a row a method; in each cell mean ± standard deviation of the
 * seeds, and in brackets the papers' figure.
 */
export function documentsTable(scores: readonly DocumentScore[]): string {
  return dataOf(scores)
    .map((data) =>
      tableOf(
        data,
        scores.filter((score) => score.data === data),
      ),
    )
    .join('\n');
}

/** The picture of a trial. */
export interface ShownPicture {
  score: DocumentScore;
  picture: DocumentPicture;
}

/**
 * HTML: the tables, curves over bits, bars by what was varied, maps of codes (Fig. 3 of paper 3),
 * and example codes as NASH's slides show them.
 */
export function documentsPage(
  table: string,
  scores: readonly DocumentScore[],
  pictures: readonly ShownPicture[],
): string {
  const figures = dataOf(scores).flatMap((data) => [
    ...curvesOf(data, scores),
    ...barsOf(data, scores),
  ]);
  const maps = pictures.map(({ score, picture }) => ({
    svg: pictureMap(picture),
    caption:
      `${score.data}, ${rowName(score)}, ${score.bits} bits: ${picture.points.length} test ` +
      'documents by UMAP of the numbers whose signs are their codes; colours are labels.',
  }));
  const examples = pictures.map(({ score, picture }) => exampleTable(score, picture));
  return experimentPage({
    title: 'Hash functions of documents',
    table: [table, ...examples].join('\n'),
    figures: [...figures, ...maps],
  });
}

const dataOf = (scores: readonly DocumentScore[]): string[] => [
  ...new Set(scores.map(({ data }) => data)),
];

const precisionsOf = (scores: readonly DocumentScore[]) =>
  summaryOf(scores.map(({ metrics }) => metrics['precisionAt100'] ?? Number.NaN));

function tableOf(data: string, scores: readonly DocumentScore[]): string {
  const bits = bitsOf(scores);
  const rows = [...new Set(scores.map(rowName))].map(
    (name) =>
      `| ${name} | ${bits
        .map((d) =>
          cell(
            data,
            name,
            d,
            scores.filter((score) => rowName(score) === name && score.bits === d),
          ),
        )
        .join(' | ')} |`,
  );
  return [
    `## ${data}`,
    '',
    `| method | ${bits.map((d) => `${d} bits`).join(' | ')} |`,
    `|---|${bits.map(() => '---|').join('')}`,
    ...rows,
    '',
  ].join('\n');
}

const bitsOf = (scores: readonly DocumentScore[]): number[] =>
  [...new Set(scores.map((score) => score.bits))].toSorted((a, b) => a - b);

function cell(data: string, name: string, bits: number, scores: readonly DocumentScore[]): string {
  if (scores.length === 0) return '';
  const { mean, deviation } = precisionsOf(scores);
  const paper = paperPrecision(data, name, bits);
  const spread = scores.length > 1 ? ` ± ${deviation.toFixed(4)}` : '';
  return `${mean.toFixed(4)}${spread}${paper === undefined ? '' : ` (${paper.toFixed(4)})`}`;
}

/** Where there are two lengths or more. */
function curvesOf(
  data: string,
  scores: readonly DocumentScore[],
): { svg: string; caption: string }[] {
  const own = scores.filter((score) => score.data === data);
  const bits = bitsOf(own);
  if (bits.length < 2) return [];
  const curves = [...new Set(own.map(rowName))].map((name): BitsCurve => {
    const points = bits.flatMap((d) => {
      const those = own.filter((score) => rowName(score) === name && score.bits === d);
      return those.length === 0 ? [] : [{ bits: d, precision: precisionsOf(those).mean }];
    });
    const paper = bits.flatMap((d) => {
      const precision = paperPrecision(data, name, d);
      return precision === undefined ? [] : [{ bits: d, precision }];
    });
    return { name, points, paper };
  });
  return [
    {
      svg: bitsCurves(curves),
      caption:
        `${data}: precision of the 100 nearest by bits, dashed the papers', grey the other ` +
        'methods.',
    },
  ];
}

/** Bars by each variable, for each length. */
function barsOf(
  data: string,
  scores: readonly DocumentScore[],
): { svg: string; caption: string }[] {
  const own = scores.filter((score) => score.data === data);
  return bitsOf(own).flatMap((bits) => {
    const those = own.filter((score) => score.bits === bits && score.seed === own[0]!.seed);
    const rows = those.map((score) => ({
      method: score.name,
      variant: score.variant,
      ...precisionsOf(
        own.filter((other) => other.bits === bits && rowName(other) === rowName(score)),
      ),
    }));
    type Row = (typeof rows)[number];
    return [...new Set(rows.flatMap(({ variant }) => Object.keys(variant)))].flatMap((variable) => {
      const varied = rows.filter(({ variant }) => variable in variant);
      const sweeps = sweepsOf(
        varied,
        { [variable]: ({ variant }: Row) => variant[variable]! },
        ({ mean }) => mean,
        { 'precision@100': ({ mean, deviation }) => ({ mean, sd: deviation }) },
      );
      return sweeps.map(({ bars }) => ({
        svg: sweepBars(variable, bars),
        caption:
          `${data}, ${bits} bits: precision of the 100 nearest by ${variable}, the best of ` +
          'what else varies.',
      }));
    });
  });
}

function exampleTable(score: DocumentScore, { examples }: DocumentPicture): string {
  const plain = (text: string) => text.replaceAll('|', '/');
  const rows = examples
    .flat()
    .map(
      ({ labels, words, code, distance }) =>
        `| ${plain(labels.join(', '))} | ${plain(words.join(', '))} | ${binary(code)} | ` +
        `${distance} |`,
    );
  return [
    `## Example codes: ${score.data}, ${rowName(score)}, ${score.bits} bits`,
    '',
    'A test document (distance 0 to itself) of each of the commonest labels, then the ' +
      'training documents nearest to it; of each the words that weigh most.',
    '',
    '| label | words | code | distance |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const binary = (hex: string): string =>
  Array.from(Buffer.from(hex, 'hex'), (byte) => byte.toString(2).padStart(8, '0')).join('');

/** Mean and standard deviation (n - 1). */
export function summaryOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, deviation: Math.sqrt(variance) };
}
