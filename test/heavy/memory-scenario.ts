/*
 * One piece of work in a process of its own, whose memory is measured (bounded-memory.ts): `ingest
 * FOLDER FORMAT` or `affinity FOLDER MEMORY_MIB`. Prints a line of JSON: what came of it, and the
 * largest resident size in MiB.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { holdOut } from '../../activities/affinity/hold-out.ts';
import { ingest } from '../../activities/corpus/ingest.ts';
import { list } from '../../activities/corpus/list.ts';
import type { StageContext } from '../../activities/stage/stage.ts';
import { symmetrize } from '../../activities/affinity/symmetrize.ts';
import { configuration as configurationSchema } from '../../schemas/configuration.ts';
import { artifactReference, openArtifact } from '../../store/artifacts.ts';
import { openStore } from '../../store/open-store.ts';
import { filterArtifact } from '../../activities/affinity/name-filtered.ts';

export const FILTERING = {
  rows: artifactReference({ stage: 'merge', parameters: { heavy: true }, inputs: [] }),
  minimumPmi: 0,
  minimumWeight: 0,
};
/** The words of D: w and the number of their row. */
export const VOCABULARY = artifactReference({
  stage: 'vocabulary',
  parameters: { heavy: true },
  inputs: [],
});
export const rangeArtifact = (from: number, to: number) =>
  filterArtifact(FILTERING, { from, to }).artifact;
/** Row ranges of the filter. */
export const RANGES: [number, number, number] = [0, 20_000, 200_000];

const context: StageContext = {
  openStore,
  onProgress: () => undefined,
  trainThreads: 1,
  stageThreads: 1,
  openTensorflow: () => Promise.reject(new Error('nothing here trains')),
  origin: { codeVersion: 'test' },
};

async function ingestAll(folder: string, format: string): Promise<unknown> {
  const store = pathToFileURL(join(folder, `store-${format}`)).href;
  const configuration = configurationSchema.parse({
    index: 'heavy',
    store,
    source: { path: pathToFileURL(join(folder, 'corpus')).href, format },
  });
  const { source, tokens, documents } = configuration;
  const listed = await list({ store, force: false, configuration }, context);
  const { rows } = await ingest(
    {
      store,
      force: true,
      files: listed.artifact,
      source,
      tokens,
      documents,
      from: 0,
      to: listed.rows,
    },
    context,
  );
  return { tokens: rows };
}

async function affinity(folder: string, memoryMiB: number): Promise<unknown> {
  const store = pathToFileURL(join(folder, 'store')).href;
  const base = { store, force: true };
  const d = await symmetrize(
    {
      ...base,
      ...(FILTERING as never as { merging: never }),
      ...FILTERING,
      memoryMiB,
      ranges: RANGES,
      top: 100,
    },
    context,
  );
  const held = await holdOut(
    { ...base, affinity: d.artifact, vocabulary: VOCABULARY, pairs: 4600, seed: 1 },
    context,
  );
  const parts = [d, held].map(async ({ artifact }) =>
    (await openArtifact(openStore(store), artifact)).manifest.parts.map(({ name, sha256 }) => [
      name,
      sha256,
    ]),
  );
  return { entries: d.rows, parts: await Promise.all(parts) };
}

const [work, folder = '', option = ''] = process.argv.slice(2);
if (work !== undefined && process.argv[1]?.endsWith('memory-scenario.js') === true) {
  const outcome = await (
    work === 'ingest' ? ingestAll(folder, option) : affinity(folder, Number(option))
  ).catch((error: unknown) => ({ error: (error as Error).message }));
  process.stdout.write(
    `${JSON.stringify({ outcome, mebibytes: Math.round(process.resourceUsage().maxRSS / 1024) })}\n`,
  );
}
