import { compareCodePoints } from '../../kernels/words/code-point-order.ts';
import type { DocumentsConfiguration } from '../../schemas/configuration/documents.ts';
import { Failure } from '../../schemas/failures.ts';
import { fieldsOfFacts, type FieldTypes } from '../../schemas/field-types.ts';
import { payloadFields, type PayloadFields } from '../../schemas/payload-fields.ts';
import { DOCUMENTS, ITEM_PAYLOAD } from '../../schemas/tables.ts';
import { xxh64 } from '../../kernels/numbers/xxh64.ts';
import type { Artifact } from '../../store/artifacts.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';

export interface PartedDocument {
  id: string;
  labels: string[];
  training: boolean;
  payload?: string;
  /** Shard, and place in it. */
  shard: number;
  position: number;
  /** Number among those that are kept, in the order of shards. */
  row: number;
}

/**
 * Which documents are learned from and which are test documents, by ids, splits and labels alone.
 * DataError on an id that comes twice, on labels that one part alone has, and where no training
 * document is left.
 */
export async function choosePart(
  shards: Artifact[],
  options: DocumentsConfiguration,
): Promise<{ documents: PartedDocument[]; leftOut: number; fields: FieldTypes | undefined }> {
  const found: PartedDocument[] = [];
  const seen = new Map<string, string>();
  let all = 0;
  const fields = payloadFields(options.payload);
  for (const [shard, artifact] of shards.entries()) {
    const bytes = await artifact.part('documents.parquet');
    const table = await decodeParquet(bytes, DOCUMENTS, 'documents.parquet');
    const payloads =
      options.payload === ''
        ? undefined
        : (await decodeParquet(bytes, ITEM_PAYLOAD, 'documents.parquet')).payload;
    if (fields && payloads) addFields(fields, artifact, payloads, shard);
    for (const [position, id] of table.id.entries()) {
      all += 1;
      const place = `document ${position} of file ${shard}`;
      const before = seen.get(id);
      if (before !== undefined)
        throw new Failure(
          'DataError',
          `documents: ${before} and ${place} have the same id ${JSON.stringify(id)}; ids ` +
            'have to be unique',
        );
      seen.set(id, place);
      const training = isTraining(id, table.split[position]!, options);
      if (training === undefined) continue;
      found.push({
        id,
        labels: table.labels.values.slice(
          table.labels.offsets[position],
          table.labels.offsets[position + 1],
        ),
        training,
        shard,
        position,
        row: 0,
        ...(payloads && { payload: payloads[position]! }),
      });
    }
  }
  const kept = checkLabels(
    options.frequentLabels > 0 ? withFrequentLabels(found, options.frequentLabels) : found,
    options.labelSets,
  );
  if (!kept.some(({ training }) => training))
    throw new Failure(
      'DataError',
      `documents: none of ${all} is a training document; expected ` +
        (options.split === ''
          ? 'documents'
          : `some whose ${options.split} is "${options.training}"`),
    );
  for (const [row, document] of kept.entries()) document.row = row;
  return { documents: kept, leftOut: all - kept.length, fields: fields?.finish('documents') };
}

/** The fields of a shard, as it has seen them, with the first document that has each. */
function addFields(
  fields: PayloadFields,
  { manifest }: Artifact,
  payloads: readonly string[],
  shard: number,
): void {
  for (const [name, type] of Object.entries(fieldsOfFacts(manifest.facts) ?? {})) {
    const key = `${JSON.stringify(name)}:`;
    const first = payloads.findIndex((text) => text.includes(key));
    fields.add(name, { type, where: `document ${first} of file ${shard}` });
  }
}

/** Undefined for a document of neither part. */
export function isTraining(
  id: string,
  split: string,
  options: DocumentsConfiguration,
): boolean | undefined {
  const isNeither = options.split !== '' && split !== options.training && split !== options.test;
  if (isNeither) return undefined;
  if (options.testShare > 0) return drawn(id) >= options.testShare;
  if (options.split !== '') return split === options.training;
  if (options.testEvery === 0) return true;
  if (!/^\d+$/u.test(id))
    throw new Failure(
      'DataError',
      `documents.testEvery: the id ${JSON.stringify(id)} is no number; set documents.split ` +
        'to a field that says train or test',
    );
  return BigInt(id) % BigInt(options.testEvery) !== 0n;
}

/** From 0 to 1, by the id alone. */
function drawn(id: string): number {
  const hash = xxh64();
  hash.update(Buffer.from(id));
  return Number(hash.digest()) / 2 ** 64;
}

/**
 * Labels of most documents, of equals the first by name; documents that have none of them are left
 * out.
 */
function withFrequentLabels(documents: PartedDocument[], count: number): PartedDocument[] {
  const frequencies = new Map<string, number>();
  for (const { labels } of documents)
    for (const label of labels) frequencies.set(label, (frequencies.get(label) ?? 0) + 1);
  const kept = new Set(
    [...frequencies]
      .toSorted(([a, m], [b, n]) => n - m || compareCodePoints(a, b))
      .slice(0, count)
      .map(([label]) => label),
  );
  return documents
    .map((document) => ({
      ...document,
      labels: document.labels.filter((label) => kept.has(label)),
    }))
    .filter(({ labels }) => labels.length > 0);
}

function checkLabels(
  documents: PartedDocument[],
  labelSets: DocumentsConfiguration['labelSets'],
): PartedDocument[] {
  const labelsOf = (training: boolean) =>
    new Set(
      documents
        .filter((document) => document.training === training)
        .flatMap(({ labels }) => labels),
    );
  const [inTraining, inTest] = [labelsOf(true), labelsOf(false)];
  if (documents.every(({ training }) => training)) return documents;
  const lonely = [
    ...[...inTraining].filter((label) => !inTest.has(label)),
    ...[...inTest].filter((label) => !inTraining.has(label)),
  ].toSorted();
  if (lonely.length === 0) return documents;
  if (labelSets === 'fail') {
    throw new Failure(
      'DataError',
      `documents: ${lonely.length} labels are in one part alone ` +
        `(${lonely.slice(0, 5).join(', ')}${lonely.length > 5 ? ', …' : ''}); set ` +
        'documents.labelSets: shared to drop them, or mend the split',
    );
  }
  const shared = (label: string) => inTraining.has(label) && inTest.has(label);
  return documents
    .map((document) => ({ ...document, labels: document.labels.filter(shared) }))
    .filter(({ labels }) => labels.length > 0);
}
