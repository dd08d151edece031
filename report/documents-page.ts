import type { DocumentScore } from '../schemas/document-experiment.ts';
import { PAPER_PRECISION } from './documents-paper.ts';

/** Markdown: a table a data set, a row a method; in each cell mean ± standard deviation of the seeds, and in brackets the papers' figure. */
export function documentsTable(scores: readonly DocumentScore[]): string {
  return [...new Set(scores.map(({ data }) => data))].map((data) => tableOf(data, scores.filter((score) => score.data === data))).join('\n');
}

function tableOf(data: string, scores: readonly DocumentScore[]): string {
  const bits = [...new Set(scores.map((score) => score.bits))].toSorted((a, b) => a - b);
  const methods = [...new Set(scores.map(({ name }) => name))];
  const rows = methods.map((name) => `| ${name} | ${bits.map((d) => cell(data, name, d, scores.filter((score) => score.name === name && score.bits === d))).join(' | ')} |`);
  return [`## ${data}`, '', `| method | ${bits.map((d) => `${d} bits`).join(' | ')} |`, `|---|${bits.map(() => '---|').join('')}`, ...rows, ''].join('\n');
}

function cell(data: string, name: string, bits: number, scores: readonly DocumentScore[]): string {
  if (scores.length === 0) return '';
  const { mean, deviation } = summaryOf(scores.map(({ metrics }) => metrics['precisionAt100'] ?? Number.NaN));
  const paper = PAPER_PRECISION[data]?.[name]?.[bits];
  const spread = scores.length > 1 ? ` ± ${deviation.toFixed(4)}` : '';
  return `${mean.toFixed(4)}${spread}${paper === undefined ? '' : ` (${paper.toFixed(4)})`}`;
}

/** Mean and standard deviation (n - 1). */
export function summaryOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, deviation: Math.sqrt(variance) };
}
