import { relevanceCurves } from '../../hashers/losses/relevance-curves.ts';
import type { ReportData } from '../../report/report-data.ts';

/**
 * Data of a page with `points` words on its map, one of which is what a corpus may hold at worst.
 */
export function smallReport(
  points: number,
  worst = '</script><script>alert(1)</script>',
): ReportData {
  const words = Array.from({ length: points }, (_, at) => (at === 0 ? worst : `word${at}`));
  return {
    index: 'news',
    itemsName: 'words',
    items: points,
    tables: 2,
    bits: 8,
    hasRoles: false,
    shared: false,
    similarity: {
      method: 'lse',
      concentration: 16,
      bits: 32,
      relevance: relevanceCurves({ concentration: 16, bits: 32 }),
      measured: [0.01, 0.1, 0.5, 1].map((distance) => ({
        distance,
        pairs: 1000,
        collide: 0.02 / distance,
      })),
    },
    configuration: { index: 'news', source: { path: `file:///corpus/${worst}` } },
    codeVersion: '0.1.0',
    stages: [{ name: 'ingest', cached: false, seconds: 1.5, rows: 20, bytes: 12_345 }],
    lineage: [{ stage: 'export', key: 'e'.repeat(32), rows: points, bytes: 999, parts: 6 }],
    curve: [1, 2, 3].map((epoch) => ({ epoch, loss: 1 / epoch, pairs: 1000 })),
    metrics: { f1: 0.25, largestBucket: 12, queries: 100, [worst]: 1 },
    intervals: { f1: [0.2, 0.28] },
    sought: 'links',
    answers: ['query', 'buckets', 'popularity'].flatMap((way) =>
      ['uniform', 'fair', 'matched'].flatMap((weighing) =>
        [10, 50, 200, 1000, 3000].map((cut) => ({
          way,
          weighing,
          cut,
          share: cut / 2000,
          error: 0.01,
          answers: 40,
          empty: 0.25,
          bytes: 12,
          rounds: 1,
        })),
      ),
    ),
    candidates: [1, 2].flatMap((tables) =>
      [4, 8].flatMap((bits) =>
        [0, 1, 2, 3].map((radius) => ({
          tables,
          bits,
          radius,
          candidates: tables * (1 + radius) ** 2 * (12 / bits),
          recall: radius / 4 + tables / 10,
          recallOfD: radius / 5,
        })),
      ),
    ),
    nearestBy: 'the dense embeddings',
    relevantBy: 'D',
    previous: {
      version: 3,
      intervals: { f1: [0.29, 0.31] },
      metrics: { f1: 0.3, largestBucket: 14, queries: 100 },
    },
    gate: [{ metric: 'f1', passes: false, text: `f1 is ${worst}` }],
    buckets: {
      sizes: [
        { from: 1, to: 1, buckets: 4, items: 4 },
        { from: 2, to: 3, buckets: 2, items: 5 },
      ],
      ones: Array.from({ length: 16 }, (_, at) => ({
        table: at >> 3,
        bit: at & 7,
        share: at / 16,
      })),
      tables: [0, 1].map((table) => ({
        table,
        buckets: 6,
        clusters: 2,
        largest: 3,
        entropyBits: 2.5,
      })),
    },
    maximumBucket: 0,
    examples: [{ table: 0, code: '0f', size: 3, words: words.slice(0, 3) }],
    map: words.map((word, at) => ({
      word,
      x: at % 61,
      y: (at * 7) % 53,
      buckets: [at % 5, at % 3],
      named: at < 10,
    })),
  };
}
