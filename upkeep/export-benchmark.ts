import type { ArtifactReference } from '../schemas/artifact.ts';
import { configuration as configurationSchema } from '../schemas/configuration.ts';
import { Failure } from '../schemas/failures.ts';
import {
  AFFINITY,
  DATA_HELD_OUT,
  DATA_ITEMS,
  DATA_TRUTH,
  HELD_OUT,
  NEGATIVES,
  VOCABULARY,
} from '../schemas/tables.ts';
import { artifactComplete, openArtifact } from '../store/artifacts.ts';
import { decodeParquet, writeParquetFile } from '../store/tables/parquet.ts';
import type { Store } from '../store/store.ts';
import { requireVersion } from '../activities/versions/current-version.ts';
import { mineArtifact } from '../activities/affinity/name-negatives.ts';
import { rangesOf } from '../activities/affinity/hold-out.ts';

/** A file of the export. */
interface DataFile {
  name: string;
  rows: number;
}

const PLAIN = { profile: 'published' } as const;

/**
 * What another method needs to learn and be measured on the same data as a version, as Parquet
 * files in a folder: items.parquet, truth.parquet (D, both orders), training.parquet (D without the
 * held-out pairs), held-out.parquet and, of a version whose embeddings were trained,
 * negatives.parquet. Items are numbers, rows of items.parquet.
 * Throws IntegrityError where gc has removed what the version was made from, DataError for an index
 * of vectors, which has no D.
 */
export async function exportData(
  store: Store,
  index: string,
  version: number | undefined,
  place: (name: string) => string,
): Promise<DataFile[]> {
  const manifest = await requireVersion(store, index, version);
  const find = (stage: string): ArtifactReference => {
    const found = manifest.lineage.find((each) => each.stage === stage);
    if (found) return found;
    throw new Failure(
      'DataError',
      `version ${manifest.version} of ${index} was made without the stage ${stage}, so it ` +
        'has no truth to export',
    );
  };
  const part = async (stage: string, name: string) =>
    await (await openArtifact(store, find(stage))).part(name);
  const files: DataFile[] = [];
  const write = async (name: string, rows: number, writing: (file: string) => Promise<void>) => {
    await writing(place(name));
    files.push({ name, rows });
  };

  const { word, count } = await decodeParquet(
    await part('vocabulary', 'vocabulary.parquet'),
    VOCABULARY,
    'vocabulary.parquet',
  );
  await write(
    'items.parquet',
    word.length,
    async (file) =>
      await writeParquetFile(
        file,
        DATA_ITEMS,
        [{ number: Int32Array.from(word, (_, id) => id), item: word, count }],
        PLAIN,
      ),
  );
  const d = await decodeParquet(
    await part('filter', 'affinity.parquet'),
    AFFINITY,
    'affinity.parquet',
  );
  await write(
    'truth.parquet',
    d.row.length,
    async (file) =>
      await writeParquetFile(file, DATA_TRUTH, [{ item: d.row, relevant: d.column }], PLAIN),
  );
  const training = await decodeParquet(
    await part('hold-out', 'training.parquet'),
    AFFINITY,
    'training.parquet',
  );
  await write(
    'training.parquet',
    training.row.length,
    async (file) => await writeParquetFile(file, AFFINITY, [training], PLAIN),
  );
  const held = await decodeParquet(
    await part('hold-out', 'held-out.parquet'),
    HELD_OUT,
    'held-out.parquet',
  );
  if (held.left.length > 0)
    await write(
      'held-out.parquet',
      held.left.length,
      async (file) =>
        await writeParquetFile(
          file,
          DATA_HELD_OUT,
          [{ item: held.left, relevant: held.right }],
          PLAIN,
        ),
    );

  // Codes that are learned from factors need no negatives, so none were mined.
  if (manifest.lineage.every(({ stage }) => stage !== 'train')) return files;
  const { negatives, seed } = configurationSchema.pick({ negatives: true, seed: true }).parse({
    negatives: manifest.configuration['negatives'],
    seed: manifest.configuration['seed'],
  });
  const starts = rangesOf(word.length);
  const batches: { row: Int32Array; column: Int32Array }[] = [];
  for (const [at, to] of starts.slice(1).entries()) {
    const { artifact } = mineArtifact(
      { pairs: find('hold-out'), ...negatives, seed },
      { from: starts[at]!, to },
    );
    if (!(await artifactComplete(store, artifact)))
      throw new Failure(
        'IntegrityError',
        `the hard negatives of version ${manifest.version} of ${index} are not in ` +
          `${store.uri} any more; run it again`,
      );
    const mined = await decodeParquet(
      await (await openArtifact(store, artifact)).part('negatives.parquet'),
      NEGATIVES,
      'negatives.parquet',
    );
    if (mined.row.length > 0) batches.push(mined);
  }
  if (batches.length > 0)
    await write(
      'negatives.parquet',
      batches.reduce((sum, { row }) => sum + row.length, 0),
      async (file) => await writeParquetFile(file, NEGATIVES, batches, PLAIN),
    );
  return files;
}
