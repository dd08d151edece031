import type { Configuration } from '../../schemas/configuration.ts';
import { Failure, failureTypeOf } from '../../schemas/failures.ts';
import { payloadFields, type PayloadFields } from '../../schemas/payload-fields.ts';
import { openSource } from '../../sources/open-source.ts';
import { decodeVectors, type VectorRows } from '../../store/foreign/vectors-parquet.ts';
import type { ListedFile } from '../corpus/listed-files.ts';
import type { SkippedFile } from '../corpus/skipped-files.ts';
import type { StageContext } from '../stage/stage.ts';

interface VectorOptions {
  badFiles: Configuration['source']['badFiles'];
  vectors: Configuration['vectors'];
}

/** With `badFiles: skip` why a file is left out, where it cannot be read. */
export async function readVectorRows(
  file: ListedFile,
  input: VectorOptions,
  context: StageContext,
  dimensions: number | undefined,
  fields?: PayloadFields,
): Promise<VectorRows | SkippedFile> {
  try {
    return await readVectorFile(
      file,
      input.vectors,
      context,
      dimensions === undefined ? undefined : { dimensions, expected: 'as in the files before' },
      fields,
    );
  } catch (error) {
    if (input.badFiles !== 'skip' || failureTypeOf(error) !== 'DataError') throw error;
    return { uri: file.uri, reason: (error as Error).message };
  }
}

/**
 * The vectors of one file. Throws DataError where they have other dimensions than those that are
 * expected; `fields` learns the types of the payloads' fields, of a file without errors alone.
 */
export async function readVectorFile(
  file: ListedFile,
  vectors: Configuration['vectors'],
  context: StageContext,
  known?: { dimensions: number; expected: string },
  fields?: PayloadFields,
): Promise<VectorRows> {
  const chunks: Uint8Array[] = [];
  const source = openSource(file, context.openStore);
  for await (const chunk of source.stream()) chunks.push(chunk);
  await source.checkUnchanged();
  const own = payloadFields(vectors.payload);
  for (const [name, seen] of fields?.seen() ?? []) own?.add(name, seen);
  const rows = await decodeVectors(Buffer.concat(chunks), vectors, file.uri, own);
  if (known && rows.rows > 0 && rows.dimensions !== known.dimensions) {
    throw new Failure(
      'DataError',
      `${file.uri}, row 0: expected ${known.dimensions} dimensions ${known.expected}, got ` +
        `${rows.dimensions}`,
    );
  }
  for (const [name, seen] of own?.seen() ?? []) fields?.add(name, seen);
  return rows;
}
