import { hammingDistance } from '@hashloom/lookup/internal';
import { encodeSparse, type Layer, projectSparse } from '../../kernels/documents/encode-sparse.ts';
import { takeRows, type TrainingDocuments } from '../../hashers/documents/training-documents.ts';
import { umapPlaces } from '../../report/map-vectors.ts';
import type { DocumentPicture, ExampleCode } from '../../schemas/document-experiment.ts';
import type { WeighedDocuments } from '../documents/load-weighed.ts';
import { scattered } from './sampled-items.ts';

const POINTS = 1000;
const EXAMPLES = 4;
const NEAREST = 4;
const WORDS = 5;

interface PictureInput {
  weighed: WeighedDocuments;
  /** The vocabulary. */
  terms: readonly string[];
  layers: Layer[];
  bits: number;
  seed: number;
  onProgress: (done: number, total: number) => void;
}

/**
 * What is shown of a hash function: test documents on a map made by UMAP of the d numbers whose
 * signs are their codes (Fig. 3 of paper 3), and for the commonest labels a test document with the
 * training documents nearest to it and their codes (NASH's slides).
 */
export function documentPicture(input: PictureInput): DocumentPicture {
  const { weighed, layers, bits, seed, onProgress } = input;
  const { all, test, labelNames } = weighed;
  const shown = takeRows(
    all,
    Int32Array.from(scattered(test.length, POINTS), (at) => test[at]!).sort(),
  );
  const vectors = Float32Array.from(projectSparse(shown.rows, layers));
  const places = umapPlaces({ vectors }, vectors.length / bits, seed, onProgress);
  const points = places.map(({ x, y }, at) => ({
    x,
    y,
    label: shown.labels.values[shown.labels.offsets[at]!] ?? -1,
  }));
  return { labels: labelNames, points, examples: examplesOf(input) };
}

function examplesOf({
  weighed: { all, training, test, labelNames },
  terms,
  layers,
  bits,
}: PictureInput): ExampleCode[][] {
  const width = bits / 8;
  const coded = (rows: Int32Array) => {
    const documents = takeRows(all, rows);
    const codes = new Uint8Array(rows.length * width);
    encodeSparse(documents.rows, layers, codes);
    return { documents, codes, bytes: Uint32Array.from(codes) };
  };
  const [queries, found] = [coded(test), coded(training)];
  return commonestLabels(found.documents).flatMap((label) => {
    const query = Array.from(test, (_, row) => row).find((row) =>
      isOnly(queries.documents, row, label),
    );
    if (query === undefined) return [];
    const near = Array.from(training, (_, row) => ({
      row,
      distance: hammingDistance(queries.bytes, query * width, found.bytes, row * width, width),
    })).toSorted((a, b) => a.distance - b.distance || a.row - b.row);
    const told = (
      { documents, codes }: typeof found,
      row: number,
      distance: number,
    ): ExampleCode => ({
      labels: Array.from(
        documents.labels.values.subarray(
          documents.labels.offsets[row],
          documents.labels.offsets[row + 1],
        ),
        (each) => labelNames[each]!,
      ),
      words: heaviest(documents, row).map((term) => terms[term]!),
      code: Buffer.from(codes.subarray(row * width, (row + 1) * width)).toString('hex'),
      distance,
    });
    return [
      [
        told(queries, query, 0),
        ...near.slice(0, NEAREST).map(({ row, distance }) => told(found, row, distance)),
      ],
    ];
  });
}

function commonestLabels({ labels }: TrainingDocuments): number[] {
  const counts = new Int32Array(labels.count);
  for (const label of labels.values) counts[label]! += 1;
  return Array.from(counts, (_, label) => label)
    .toSorted((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, EXAMPLES);
}

function isOnly(
  { labels: { offsets, values } }: TrainingDocuments,
  row: number,
  label: number,
): boolean {
  const from = offsets[row]!;
  return from + 1 === offsets[row + 1] && values[from] === label;
}

/** The words that weigh most. */
function heaviest({ rows: { offsets, terms, weights } }: TrainingDocuments, row: number): number[] {
  const places = Array.from(
    { length: offsets[row + 1]! - offsets[row]! },
    (_, at) => offsets[row]! + at,
  );
  return places
    .toSorted((a, b) => weights[b]! - weights[a]! || a - b)
    .slice(0, WORDS)
    .map((place) => terms[place]!);
}
