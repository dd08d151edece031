import { encodeFiles, type ListedFile } from '../../activities/corpus/listed-files.ts';
import { publish } from '../../activities/versions/publish.ts';
import { ingestArtifact } from '../../activities/corpus/name-shards.ts';
import { countArtifact } from '../../activities/affinity/name-counts.ts';
import type { StageContext } from '../../activities/stage/stage.ts';
import { openTensorflow } from '../../infra/tensorflow/tensorflow.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { configuration } from '../../schemas/configuration.ts';
import type { StageName } from '../../schemas/activities.ts';
import { COMMON, GROUPS, publishedCodes } from '../../schemas/tables.ts';
import { artifactReference, writeArtifact } from '../../store/artifacts.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';

export interface SmallVersion {
  index: string;
  /** One code of 8 bits an item, in word order. */
  codes: Record<string, number>;
  /** Names of corpus files. */
  files?: string[];
  metrics?: Record<string, number>;
  change?: Record<string, unknown>;
  /** Keys of training that the version was recorded with, and that there are no more. */
  formerTraining?: Record<string, unknown>;
  run?: string;
}

/** Publishes a version of what its run would have left, without running it; its number. */
export async function publishVersion(
  store: Store,
  {
    index,
    codes,
    files = ['a.txt'],
    metrics = { f1: 0.2 },
    change = {},
    formerTraining = {},
    run = 'run',
  }: SmallVersion,
): Promise<number> {
  const settings = configuration.parse({
    index,
    store: store.uri,
    source: { path: 'file:///corpus' },
    training: { tables: 1, bits: 8 },
    ...change,
  });
  const context: StageContext = {
    openStore: () => store,
    onProgress: () => undefined,
    trainThreads: 1,
    stageThreads: 1,
    openTensorflow: () => openTensorflow(),
    origin: { codeVersion: '0.1.0', workflowId: `reindex/${index}`, runId: run },
  };
  const listed = files.map((name): ListedFile => ({
    uri: `file:///corpus/${name}`,
    size: 1,
    etag: name,
    modifiedMs: 0,
    identity: name,
    start: 0,
    end: 1,
  }));
  const artifact = async (
    stage: StageName,
    content: Uint8Array,
    name: string,
    reference = artifactReference({
      stage,
      parameters: { content: Buffer.from(content).toString('base64') },
      inputs: [],
    }),
    inputs: ArtifactReference[] = [],
  ) => {
    const rows = stage === 'list' ? files.length : Object.keys(codes).length;
    await writeArtifact(store, reference, {
      parameters: {},
      inputs,
      parts: [{ name, bytes: content, rows }],
      rows,
      facts: { tables: 1, bits: 8 },
      seconds: 0,
      origin: { codeVersion: '0.1.0' },
    });
    return reference;
  };
  const listing = await artifact('list', await encodeFiles(listed), 'files.parquet');
  const commonWords = await encodeParquet(COMMON, { word: ['the'] }, { profile: 'internal' });
  const common = await artifact('common', commonWords, 'words.parquet');
  const { source, tokens, documents, cooccurrence } = settings;
  for (const file of listed) {
    await artifact(
      'ingest',
      Buffer.from(file.uri),
      'tokens.parquet',
      ingestArtifact(file, { source, tokens, documents }).artifact,
    );
  }
  const shards = listed.map((file) => ingestArtifact(file, { source, tokens, documents }).artifact);
  const grouped = await encodeParquet(
    GROUPS,
    { group: new Int32Array(shards.length), key: shards.map(({ key }) => key) },
    { profile: 'internal' },
  );
  const groups = await artifact('group', grouped, 'groups.parquet');
  await artifact(
    'count',
    grouped,
    'run.parquet',
    countArtifact(shards, { common, ...cooccurrence }).artifact,
  );
  const seed = Buffer.from(JSON.stringify([codes, metrics]));
  const pairs = await artifact('hold-out', seed, 'training.parquet');
  await artifact('mine', seed, 'negatives.parquet', undefined, [pairs]);
  const items = Object.keys(codes);
  const table = await encodeParquet(
    publishedCodes(8),
    {
      item: items,
      table: new Int32Array(items.length),
      code: Uint8Array.from(Object.values(codes)),
    },
    { profile: 'published' },
  );
  const made = await artifact('export', table, 'codes.parquet');
  const report = await artifact('report', Buffer.from(`<!doctype html>${run}`), 'report.html');
  const output = await publish(
    {
      store: store.uri,
      force: false,
      configuration: { ...settings, training: { ...settings.training, ...formerTraining } },
      lineage: [made, pairs, groups, listing],
      common,
      report,
      metrics,
    },
    context,
  );
  return output.version;
}
