import { type TrainingDocuments, takeRows } from '../../hashers/documents/training-documents.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { fieldsOfFacts, type FieldTypes } from '../../schemas/field-types.ts';
import { ITEM_PAYLOAD, TERMS, WEIGHED_DOCUMENTS, WEIGHTS } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';

export interface WeighedDocuments {
  /** In word order. */
  ids: string[];
  /** All documents in the order of their ids. */
  all: TrainingDocuments;
  /** Numbers of the training documents and of the others, ascending. */
  training: Int32Array;
  test: Int32Array;
  labelNames: string[];
  /** Where documents have them, in the order of ids. */
  payloads: string[] | undefined;
  /** The types of the fields of these. */
  fields: FieldTypes | undefined;
}

/** The sparse vectors of all documents, sorted by id. */
export async function loadWeighed(
  store: Store,
  reference: ArtifactReference,
): Promise<WeighedDocuments> {
  const artifact = await openArtifact(store, reference);
  const bytes = await artifact.part('documents.parquet');
  const table = await decodeParquet(bytes, WEIGHED_DOCUMENTS, 'documents.parquet');
  const payloads =
    artifact.manifest.facts['payloads'] === true
      ? (await decodeParquet(bytes, ITEM_PAYLOAD, 'documents.parquet')).payload
      : undefined;
  const { row, term, weight } = await decodeParquet(
    await artifact.part('weights.parquet'),
    WEIGHTS,
    'weights.parquet',
  );
  const n = table.id.length;
  const offsets = new Int32Array(n + 1);
  for (const each of row) offsets[each + 1]! += 1;
  for (let at = 0; at < n; at++) offsets[at + 1]! += offsets[at]!;
  const labelNames = [...new Set(table.labels.values)].toSorted();
  const numberOf = new Map(labelNames.map((name, number) => [name, number]));
  const names = Int32Array.from(table.labels.values, (name) => numberOf.get(name)!);
  // Entries come in the order of shards, labels in that of ids: the former are brought into the
  // latter.
  const none = { offsets: new Int32Array(n + 1), values: new Int32Array(0), count: 0 };
  const sorted = takeRows(
    {
      rows: { offsets, terms: term, weights: weight },
      terms: Number(artifact.manifest.facts['terms']),
      labels: none,
    },
    table.row,
  );
  const numbers = Array.from({ length: n }, (_, number) => number);
  return {
    ids: table.id,
    all: {
      ...sorted,
      labels: { offsets: table.labels.offsets, values: names, count: labelNames.length },
    },
    training: Int32Array.from(numbers.filter((number) => table.training[number] === 1)),
    test: Int32Array.from(numbers.filter((number) => table.training[number] === 0)),
    labelNames,
    payloads,
    fields: fieldsOfFacts(artifact.manifest.facts),
  };
}

/** The vocabulary with what counts are multiplied by. */
export async function loadTerms(
  store: Store,
  reference: ArtifactReference,
): Promise<{ terms: string[]; scales: Float64Array }> {
  const artifact = await openArtifact(store, reference);
  const { term, scale } = await decodeParquet(
    await artifact.part('terms.parquet'),
    TERMS,
    'terms.parquet',
  );
  return { terms: term, scales: scale };
}
