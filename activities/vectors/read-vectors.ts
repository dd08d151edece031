import type { Configuration } from '../../schemas/configuration.ts';
import { cappedMessage } from '../../schemas/capped-message.ts';
import { failureTypeOf } from '../../schemas/failures.ts';
import { payloadFields, type PayloadFields } from '../../schemas/payload-fields.ts';
import type { ReadingRules } from '../../schemas/reading-rules.ts';
import { openSource } from '../../sources/open-source.ts';
import { type KnownDimensions, readVectors, type VectorRows } from '../../sources/read-vectors.ts';
import type { TakenIds } from '../../sources/taken-ids.ts';
import type { ListedFile } from '../corpus/listed-files.ts';
import { type SkippedFile, withSkipHint } from '../corpus/skipped-files.ts';
import type { StageContext } from '../stage/stage.ts';

interface VectorOptions {
  reading: ReadingRules;
  vectors: Configuration['vectors'];
}

/**
 * With `badFiles: skip` why a file is left out, where it cannot be read. Whoever reads the files of
 * a corpus gives the same `taken` to each, so that all leave out the same rows.
 */
export async function readVectorRows(
  file: ListedFile,
  input: VectorOptions,
  context: StageContext,
  dimensions: number | undefined,
  fields?: PayloadFields,
  taken?: TakenIds,
): Promise<VectorRows | SkippedFile> {
  try {
    const rows = await readVectorFile(
      file,
      input,
      context,
      dimensions === undefined ? undefined : { dimensions, expected: 'as in the files before' },
      fields,
      taken,
    );
    taken?.finish(false);
    return rows;
  } catch (error) {
    if (input.reading.badFiles !== 'skip' || failureTypeOf(error) !== 'DataError')
      throw withSkipHint(error);
    taken?.finish(true);
    return { uri: file.uri, reason: cappedMessage((error as Error).message) };
  }
}

/**
 * The vectors of one file. Throws DataError where they have other dimensions than those that are
 * expected; `fields` learns the types of the payloads' fields, of a file without errors alone.
 */
export async function readVectorFile(
  file: ListedFile,
  { reading, vectors }: VectorOptions,
  context: StageContext,
  known?: KnownDimensions,
  fields?: PayloadFields,
  taken?: TakenIds,
): Promise<VectorRows> {
  const source = openSource(file, context.openStore);
  const { range } = source;
  const own = payloadFields(vectors.payload);
  for (const [name, seen] of fields?.seen() ?? []) own?.add(name, seen);
  const opened = { uri: file.uri, size: file.size, range };
  const rows = await readVectors(opened, vectors, reading, { known, fields: own, taken });
  await source.checkUnchanged();
  for (const [name, seen] of own?.seen() ?? []) fields?.add(name, seen);
  return rows;
}
