/**
 * What can be had on a data set, beside the tables of documents: `DATA-bound`, labels known;
 * `DATA-cosine`, the nearest by cosine of TF-IDF; `DATA-pca-32`, by cosine of 32 principal
 * components. `--data`: one of them or more; `--folder`: where they are.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { precisionAt } from '../../evaluation/precision-at.ts';
import {
  principalDirections,
  project,
  transpose,
} from '../../hashers/documents/linear/principal-directions.ts';
import { takeRows, type TrainingDocuments } from '../../hashers/documents/training-documents.ts';
import { weighedSet } from './document-fixture.ts';
import { recordFigure } from '../record-figure.ts';

const NEAREST = 100;
const COMPONENTS = 32;

export async function bench(options: Map<string, string>): Promise<void> {
  const folder = options.get('folder') ?? '../shared/data';
  for (const data of (options.get('data') ?? 'reuters-20,reuters,20news,20news-random').split(
    ',',
  )) {
    const scratch = await mkdtemp(join(tmpdir(), 'hashloom-bench-'));
    try {
      const { all, training, test } = await weighedSet(data, folder, scratch);
      const [queries, documents] = [takeRows(all, test), takeRows(all, training)];
      const { mean, directions, count } = principalDirections(
        documents.rows,
        all.terms,
        COMPONENTS,
        1,
      );
      const Q = transpose(directions, count, all.terms);
      const components = ({ rows }: TrainingDocuments) => project(rows, Q, count, mean);
      const record = (name: string, value: number) =>
        recordFigure({
          name: `${data}-${name}`,
          value,
          unit: 'precision@100',
          goal: 'none: beside the tables',
          command: `npm run bench -- documents-bounds --data ${data}`,
        });
      // Codes that are all alike: the bound is of the labels alone.
      const alike = (part: TrainingDocuments) => ({
        codes: new Uint8Array(part.labels.offsets.length - 1),
        labels: part.labels,
      });
      record('bound', precisionAt(alike(queries), alike(documents), 8, NEAREST).bound);
      const lengthsOf = (of: (row: number) => Iterable<number>) =>
        Float64Array.from({ length: training.length }, (_, row) => lengthOf(of(row)));
      const { offsets, weights } = documents.rows;
      record(
        'cosine',
        precision(
          queries,
          documents,
          sparseProducts(queries, documents),
          lengthsOf((row) => weights.subarray(offsets[row], offsets[row + 1])),
        ),
      );
      const reduced = components(documents);
      record(
        'pca-32',
        precision(
          queries,
          documents,
          denseProducts(components(queries), reduced, count),
          lengthsOf((row) => reduced.subarray(row * count, (row + 1) * count)),
        ),
      );
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
}

/** By query: its product with each document; good until the next query. */
type Products = (query: number) => (row: number) => number;

/**
 * Of the documents of the largest cosine, the share that has a label of the query: mean over
 * queries. `lengths`: of the documents; a query's own changes no order.
 */
function precision(
  queries: TrainingDocuments,
  documents: TrainingDocuments,
  products: Products,
  lengths: Float64Array,
): number {
  const [q, n] = [queries.rows.offsets.length - 1, documents.rows.offsets.length - 1];
  const order = Int32Array.from({ length: n }, (_, row) => row);
  let sum = 0;
  for (let query = 0; query < q; query++) {
    const own = new Set(
      queries.labels.values.subarray(
        queries.labels.offsets[query],
        queries.labels.offsets[query + 1],
      ),
    );
    const relevant = (row: number) =>
      documents.labels.values
        .subarray(documents.labels.offsets[row], documents.labels.offsets[row + 1])
        .some((label) => own.has(label));
    const product = products(query);
    const scores = Float64Array.from({ length: n }, (_, row) =>
      lengths[row] === 0 ? 0 : product(row) / lengths[row]!,
    );
    const nearest = order
      .slice()
      .sort((a, b) => scores[b]! - scores[a]! || a - b)
      .subarray(0, NEAREST);
    sum += nearest.reduce((found, row) => found + Number(relevant(row)), 0) / NEAREST;
  }
  return sum / q;
}

function sparseProducts(
  { rows: queries, terms: V }: TrainingDocuments,
  { rows }: TrainingDocuments,
): Products {
  const dense = new Float64Array(V);
  return (query) => {
    dense.fill(0);
    for (let at = queries.offsets[query]!; at < queries.offsets[query + 1]!; at++)
      dense[queries.terms[at]!] = queries.weights[at]!;
    return (row) => {
      let sum = 0;
      for (let at = rows.offsets[row]!; at < rows.offsets[row + 1]!; at++)
        sum += dense[rows.terms[at]!]! * rows.weights[at]!;
      return sum;
    };
  };
}

function denseProducts(queries: Float64Array, documents: Float64Array, p: number): Products {
  return (query) => (row) => {
    let sum = 0;
    for (let k = 0; k < p; k++) sum += queries[query * p + k]! * documents[row * p + k]!;
    return sum;
  };
}

function lengthOf(values: Iterable<number>): number {
  let squares = 0;
  for (const value of values) squares += value ** 2;
  return Math.sqrt(squares);
}
