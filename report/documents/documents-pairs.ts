import { paperPrecision } from './documents-paper.ts';

/** Two methods on the same queries. */
export interface DocumentPair {
  data: string;
  bits: number;
  /** By the papers. */
  better: string;
  worse: string;
  seeds: number;
  /** Of precision@100. */
  difference: number;
  /** Of 95%, paired by query. */
  interval: readonly [number, number];
}

/** Markdown: a row a pair; nothing where there is none. */
export function pairsTable(pairs: readonly DocumentPair[]): string {
  if (pairs.length === 0) return '';
  const rows = pairs.map(
    ({ data, bits, better, worse, seeds, difference, interval: [low, high] }) => {
      const [a, b] = [paperPrecision(data, better, bits), paperPrecision(data, worse, bits)];
      const paper = a === undefined || b === undefined ? '' : signed(a - b);
      const below = high < 0 ? 'below' : 'not told apart';
      const verdict = low > 0 ? 'above' : below;
      return (
        `| ${data} | ${bits} | ${better} - ${worse} | ${signed(difference)} | ${signed(low)} ` +
        `to ${signed(high)} | ${verdict} | ${paper} | ${seeds} |`
      );
    },
  );
  return [
    '## Pairs whose order the papers state',
    '',
    'Difference of precision, with an interval of 95% by the bootstrap over test documents, ' +
      'paired.',
    '',
    '| data | bits | pair | difference | interval | first is | papers | seeds |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
