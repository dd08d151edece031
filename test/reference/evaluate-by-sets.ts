/** The metrics of evaluation/ as one would say them, with sets and sorts: slow and obvious. */

import { tanh } from '../../kernels/numbers/elementary.ts';

export interface Model {
  /** codes[item][table]: the code as text. */
  codes: string[][];
  /** embeddings[item][table]: d numbers. */
  embeddings: number[][][];
  /** truth[item]: relevant items. */
  truth: Set<number>[];
  pairs: [number, number][];
}

export function retrieved({ codes }: Model, query: number): number[] {
  return codes
    .map((_, item) => item)
    .filter(
      (item) => item !== query && codes[item]!.some((code, table) => code === codes[query]![table]),
    );
}

export function precisionRecallBySets(model: Model, queries: number[]) {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const found = queries.map((query) => retrieved(model, query));
  const relevant = queries.map(
    (query) => new Set([...model.truth[query]!].filter((item) => item !== query)),
  );
  const hits = found.map((items, k) => items.filter((item) => relevant[k]!.has(item)).length);
  const precision = mean(
    hits.map((hit, k) => (found[k]!.length === 0 ? 0 : hit / found[k]!.length)),
  );
  const recall = mean(hits.map((hit, k) => hit / relevant[k]!.size));
  return {
    precision,
    recall,
    f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    emptyShare: mean(found.map((items) => (items.length === 0 ? 1 : 0))),
    retrieved: mean(found.map((items) => items.length)),
    queries: queries.length,
  };
}

export function hitRateBySorting(model: Model, cut: number): number {
  const both = model.pairs.flatMap(
    ([a, b]) =>
      [
        [a, b],
        [b, a],
      ] as const,
  );
  const hits = both.filter(([query, target]) => {
    const ranked = retrieved(model, query).sort(
      (a, b) => score(model, query, b) - score(model, query, a) || a - b,
    );
    return ranked.slice(0, cut).includes(target);
  });
  return hits.length / both.length;
}

/**
 * The largest of the L x L cosines of tanh(E), in single precision as the index of units keeps
 * them.
 */
export function score({ embeddings }: Model, a: number, b: number): number {
  const units = (item: number) =>
    embeddings[item]!.map((E) => {
      const u = E.map((value) => tanh(Math.fround(value)));
      const norm = Math.sqrt(u.reduce((sum, value) => sum + value * value, 0));
      return u.map((value) => Math.fround(norm > 0 ? value * (1 / norm) : 0));
    });
  return Math.max(
    ...units(a).flatMap((p) =>
      units(b).map((q) => p.reduce((sum, value, k) => sum + value * q[k]!, 0)),
    ),
  );
}

export function bucketSizes({ codes }: Model): number[] {
  return codes[0]!.flatMap((_, table) =>
    [...new Set(codes.map((row) => row[table]))].map(
      (code) => codes.filter((row) => row[table] === code).length,
    ),
  );
}
