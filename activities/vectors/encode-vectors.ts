import { itq } from '../../hashers/vectors/itq.ts';
import { lsh } from '../../hashers/vectors/lsh.ts';
import { encodeVectors as encodeKernel } from '../../kernels/codes/encode-vectors.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import { factsOfFields } from '../../schemas/field-types.ts';
import { payloadFields } from '../../schemas/payload-fields.ts';
import type { ReadingRules } from '../../schemas/reading-rules.ts';
import { encodeDense } from '../../store/tables/arrow-ipc.ts';
import type { VectorRows } from '../../sources/read-vectors.ts';
import { takenIds } from '../../sources/taken-ids.ts';
import { type ListedFile, readListedFiles } from '../corpus/listed-files.ts';
import {
  type SkippedFile,
  skippedFiles,
  type SkippedFiles,
  skippedParts,
} from '../corpus/skipped-files.ts';
import { collectSkippedRows, skippedRowParts } from '../corpus/skipped-rows.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import { encodeKeys } from '../index/item-keys.ts';
import { isBeyondInt64 } from './int64-ids.ts';
import { readVectorRows } from './read-vectors.ts';
import { codesPart } from '../training/codes-part.ts';

declare module '../stages.ts' {
  interface Stages {
    encodeVectors: typeof encodeVectors;
  }
}

interface EncodeVectorsInput extends StageInput {
  files: ArtifactReference;
  reading: ReadingRules;
  vectors: Configuration['vectors'];
  tables: number;
  bits: number;
  seed: number;
}

interface EncodeVectorsOutput extends StageOutput {
  /** `id` for int64 ids, `word` for strings. */
  kind: 'id' | 'word';
  skipped: SkippedFiles;
}

/**
 * Vectors to codes by random or learned hyperplanes, items in the order of their ids. Rows: items.
 */
export async function encodeVectors(
  input: EncodeVectorsInput,
  context: StageContext,
): Promise<EncodeVectorsOutput> {
  const { reading, vectors, tables, bits, seed } = input;
  const store = context.openStore(input.store);
  const recipe = {
    stage: 'encode',
    parameters: { ...vectors, reading, tables, bits, seed },
    inputs: [input.files],
    force: input.force,
  } as const;
  const output = await produceArtifact(context, store, recipe, async () =>
    encodeAll(input, await readListedFiles(store, input.files), context),
  );
  return {
    ...output,
    kind: output.facts['kind'] === 'id' ? 'id' : 'word',
    skipped: await skippedFiles(store, output),
  };
}

interface Hyperplanes {
  dimensions: number;
  mean: Float64Array;
  /** (L d, D). */
  planes: Float64Array;
}

async function encodeAll(
  input: EncodeVectorsInput,
  files: ListedFile[],
  context: StageContext,
): Promise<ArtifactContent> {
  const { tables, bits } = input;
  const skipped: SkippedFile[] = [];
  const hyperplanes = await learnHyperplanes(input, files, context);
  const { dimensions, mean, planes } = hyperplanes;
  const encoded: Uint8Array[] = [];
  const ids: (bigint | string)[] = [];
  const places: Place[] = [];
  const skippedRows = collectSkippedRows();
  const payloads: string[] | undefined = input.vectors.payload === '' ? undefined : [];
  const fields = payloadFields(input.vectors.payload);
  const taken = takenIds(input.reading);
  for (const [at, file] of files.entries()) {
    context.onProgress(files.length + at, 2 * files.length, { items: ids.length });
    const rows = await readVectorRows(file, input, context, dimensions, fields, taken);
    if ('reason' in rows) {
      skipped.push(rows);
      continue;
    }
    const codes = new Uint8Array((rows.rows * tables * bits) / 8);
    encodeKernel(rows.values, dimensions, mean, planes, codes);
    encoded.push(codes);
    skippedRows.add(rows.bad);
    const first = ids.length;
    places.push({ first, uri: file.uri, rows: rows.fileRows });
    for (const payload of rows.payloads ?? []) payloads?.push(payload);
    for (let row = 0; row < rows.rows; row++) ids.push(rows.ids?.[row] ?? BigInt(first + row));
  }
  if (ids.length === 0) throw new Failure('DataError', noRows(files.length, skipped));
  const keys = asOneKind(ids);
  const { order, kind } = orderOfIds(keys, places);
  const width = (tables * bits) / 8;
  const all = Buffer.concat(encoded);
  const code = new Uint8Array(all.length);
  order.forEach((row, number) =>
    code.set(all.subarray(row * width, (row + 1) * width), number * width),
  );
  const codes = await codesPart(code, tables, bits);
  const sorted = Array.from(order, (row) => keys[row]!);
  const encodedKeys = await encodeKeys(
    kind,
    sorted,
    payloads && Array.from(order, (row) => payloads[row]!),
  );
  const encoder = [{ name: 'hyperplane', width: dimensions, values: Float32Array.from(planes) }];
  const means = [{ name: 'mean', width: dimensions, values: Float32Array.from(mean) }];
  return {
    parts: [
      codes,
      { name: 'items.parquet', bytes: encodedKeys, rows: order.length },
      {
        name: 'hyperplanes.arrow',
        bytes: await encodeDense(encoder, {
          method: input.vectors.method,
          tables: String(tables),
          bits: String(bits),
        }),
        rows: tables * bits,
      },
      { name: 'mean.arrow', bytes: await encodeDense(means, {}), rows: 1 },
      ...(await skippedParts(skipped)),
      ...(await skippedRowParts(skippedRows.all)),
    ],
    rows: order.length,
    facts: {
      items: order.length,
      tables,
      bits,
      dimensions,
      kind,
      payloads: payloads !== undefined,
      ...factsOfFields(fields?.finish('vectors')),
      skipped: skipped.length,
      ...(skippedRows.all.count > 0 && { skippedRows: skippedRows.all.count }),
    },
  };
}

/** Where the vectors from `first` on were read. */
interface Place {
  first: number;
  uri: string;
  rows: number[];
}

function placeOf(at: number, places: readonly Place[]): string {
  const { uri, first, rows } = places.findLast((place) => place.first <= at)!;
  return `${uri} row ${rows[at - first]}`;
}

/** The same float32 values as are stored, so that what is encoded later gets the same codes. */
async function learnHyperplanes(
  input: EncodeVectorsInput,
  files: ListedFile[],
  context: StageContext,
): Promise<Hyperplanes> {
  const { vectors, tables, bits, seed } = input;
  const perFile = Math.ceil(vectors.sample / files.length);
  const samples: Float32Array[] = [];
  const skipped: SkippedFile[] = [];
  let dimensions: number | undefined;
  for (const [at, file] of files.entries()) {
    context.onProgress(at, 2 * files.length);
    const rows = await readVectorRows(file, input, context, dimensions);
    if ('reason' in rows) {
      skipped.push(rows);
      continue;
    }
    if (rows.rows === 0) continue;
    dimensions ??= rows.dimensions;
    samples.push(sampleRows(rows, perFile));
    // Random hyperplanes go through the origin: they need no more than the number of dimensions.
    if (vectors.method === 'lsh') break;
  }
  if (dimensions === undefined) throw new Failure('DataError', noRows(files.length, skipped));
  const mean = new Float64Array(dimensions);
  const planes = new Float64Array(tables * bits * dimensions);
  if (vectors.method === 'lsh') {
    for (let table = 0; table < tables; table++)
      planes.set(lsh(dimensions, bits, seed, table), table * bits * dimensions);
  } else {
    if (bits > dimensions)
      throw new Failure(
        'ConfigurationError',
        `vectors.method itq: ${bits} bits need vectors of at least ${bits} dimensions, these ` +
          `have ${dimensions}; take fewer bits, or lsh`,
      );
    const sample = joinSamples(samples);
    const n = sample.length / dimensions;
    for (let i = 0; i < sample.length; i++) mean[i % dimensions]! += sample[i]! / n;
    for (let c = 0; c < dimensions; c++) mean[c] = Math.fround(mean[c]!);
    for (let table = 0; table < tables; table++) {
      context.onProgress(files.length, 2 * files.length, { table });
      planes.set(itq(sample, dimensions, mean, bits, seed, table), table * bits * dimensions);
    }
  }
  return { dimensions, mean, planes: planes.map(Math.fround) };
}

function noRows(files: number, [first, ...others]: readonly SkippedFile[]): string {
  if (first === undefined) return `vectors: the ${files} files have no rows`;
  return (
    `vectors: nothing is left of ${files} files; ${others.length + 1} could not be read ` +
    `(source.badFiles: skip), the first of them: ${first.reason}`
  );
}

/** At most so many rows at even distances. */
function sampleRows({ rows, dimensions, values }: VectorRows, most: number): Float32Array {
  const count = Math.min(rows, most);
  const sample = new Float32Array(count * dimensions);
  for (let i = 0; i < count; i++) {
    const row = Math.floor((i * rows) / count);
    sample.set(values.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions);
  }
  return sample;
}

function joinSamples(samples: Float32Array[]): Float32Array {
  const all = new Float32Array(samples.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const sample of samples) {
    all.set(sample, at);
    at += sample.length;
  }
  return all;
}

/** Ids as they are, or all in decimal where a number among them is beyond 64 signed bits. */
function asOneKind(ids: (bigint | string)[]): (bigint | string)[] {
  return ids.some(isBeyondInt64)
    ? ids.map((id) => (typeof id === 'bigint' ? id.toString() : id))
    : ids;
}

/**
 * Rows by ascending id: numbers as numbers, strings by their UTF-8 bytes. Throws DataError on an id
 * that comes twice.
 */
function orderOfIds(
  ids: (bigint | string)[],
  places: readonly Place[],
): { order: Uint32Array; kind: 'id' | 'word' } {
  const strings = ids.some((id) => typeof id === 'string');
  if (strings && ids.some((id) => typeof id !== 'string'))
    throw new Failure(
      'DataError',
      'vectors: some files have string ids and others numbers or none',
    );
  const order = Uint32Array.from(ids, (_, row) => row);
  if (strings) {
    const bytes = (ids as string[]).map((id) => Buffer.from(id));
    order.sort((a, b) => Buffer.compare(bytes[a]!, bytes[b]!));
  } else order.sort((a, b) => Number(ids[a]! > ids[b]!) - Number(ids[a]! < ids[b]!));
  for (let i = 1; i < order.length; i++) {
    if (ids[order[i]!] === ids[order[i - 1]!])
      throw new Failure(
        'DataError',
        `vectors: the id ${ids[order[i]!]} comes twice: ${placeOf(order[i - 1]!, places)} and ` +
          `${placeOf(order[i]!, places)}\nhint: source.badRows: skip leaves out all but the first`,
      );
  }
  return { order, kind: strings ? 'word' : 'id' };
}
