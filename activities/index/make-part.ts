import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { type Artifact, artifactReference, openArtifact } from '../../store/artifacts.ts';
import { joinParquet, parquetBytes, type ParquetSource } from '../../store/tables/join-parquet.ts';
import type { Store } from '../../store/store.ts';
import {
  type ExportInput,
  type ExportPlan,
  exportRecipe,
  partRecipe,
  rangeRecipe,
  readPlan,
} from './name-export.ts';
import { groupRows } from './group-rows.ts';
import { openItems } from './item-rows.ts';
import { mergePages } from './merge-pages.ts';
import { writeNeighbourPages } from './neighbour-pages.ts';
import { listArtifacts } from './all-lists.ts';
import { encodeNeighbours } from './neighbour-rows.ts';
import { readLists } from './read-lists.ts';
import { writeFields } from './write-fields.ts';
import { type StageContext, type StageOutput } from '../stage/stage.ts';
import { writeFileOf } from '../stage/scratch-file.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';

export interface ExportPartInput extends ExportInput {
  /** Parts [from, to) of the plan; one. */
  from: number;
  to: number;
}

/**
 * A published file out of the ranges: pages by merging their runs, tables by joining their row
 * groups. Its memory does not grow with the index. Rows: entries, or rows of the table.
 */
export async function makePart(
  input: ExportPartInput,
  context: StageContext,
): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-export-'));
  try {
    return await produceArtifact(context, store, partRecipe(input, input.from), async () => {
      const plan = await readPlan(store, input);
      const name = plan.parts[input.from]!;
      const file = join(scratch, name);
      if (name === 'neighbours.parquet')
        return await neighboursOf(name, file, store, { plan, input, context });
      if (name === 'neighbours.pages')
        return await neighbourPagesOf(name, scratch, store, { plan, input, context });
      if (name === 'fields.bin') return await fieldsOf(name, scratch, store, { input, context });
      const ranges = await openRanges(
        store,
        input,
        plan,
        name === 'items.pages' || name === 'codes.parquet' || name === 'payloads.parquet',
      );
      return await contentOf(name, file, ranges, { plan, input, context });
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function openRanges(
  store: Store,
  input: ExportInput,
  { ranges, itemBlocks }: ExportPlan,
  ofItems: boolean,
): Promise<Artifact[]> {
  const wanted = ranges
    .slice(0, -1)
    .flatMap((from, at) => (from < itemBlocks === ofItems ? [{ from, to: ranges[at + 1]! }] : []));
  return await Promise.all(
    wanted.map((range) => openArtifact(store, artifactReference(rangeRecipe(input, range)))),
  );
}

async function contentOf(
  name: string,
  file: string,
  ranges: readonly Artifact[],
  { plan, input, context }: { plan: ExportPlan; input: ExportInput; context: StageContext },
): Promise<ArtifactContent> {
  const one = (rows: number): ArtifactContent => ({ parts: [{ name, file, rows }], rows });
  if (name.endsWith('.pages')) {
    const identity = Buffer.from(artifactReference(exportRecipe(input)).key, 'hex');
    return one(
      await mergePages(name, file, ranges, plan, identity, (done, total) =>
        context.onProgress(done, total),
      ),
    );
  }
  if (name === 'groups.parquet') {
    let rows = 0;
    if (ranges.every(({ manifest }) => manifest.facts['clusters'] === 0))
      return { parts: [], rows };
    const pieces = async function* () {
      for await (const { bytes, rows: more } of groupRows(
        tablesOf(ranges, plan, false).map(({ artifact, name }) => ({ artifact, part: name })),
        plan.kind,
      )) {
        rows += more;
        context.onProgress(rows, rows + 1);
        yield parquetBytes('row group', bytes);
      }
    };
    await writeFileOf(file, joinParquet(pieces()));
    return one(rows);
  }
  const sources = tablesOf(ranges, plan, name !== 'buckets.parquet', name);
  await writeFileOf(
    file,
    joinParquet(
      told(
        sources.map(({ artifact, name }) => sourceOf(artifact, name)),
        context,
      ),
    ),
  );
  return one(sources.reduce((sum, { rows }) => sum + rows, 0));
}

/** The lists of all items with their keys, which are in memory. */
async function neighboursOf(
  name: string,
  file: string,
  store: Store,
  { plan, input, context }: { plan: ExportPlan; input: ExportInput; context: StageContext },
): Promise<ArtifactContent> {
  const { items, kind } = plan;
  const keys = await (await openItems(store, input)).keys();
  let rows = 0;
  const pieces = async function* () {
    for await (const block of readLists(store, input.lists!, 0, items)) {
      context.onProgress(block.first, items);
      if (block.neighbours.length === 0) continue;
      rows += block.neighbours.length;
      yield parquetBytes('row group', await encodeNeighbours(kind, keys, block));
    }
  };
  await writeFileOf(file, joinParquet(pieces()));
  return { parts: [{ name, file, rows }], rows };
}

/** The same lists by the keys of items. */
async function neighbourPagesOf(
  name: string,
  scratch: string,
  store: Store,
  { plan, input, context }: { plan: ExportPlan; input: ExportInput; context: StageContext },
): Promise<ArtifactContent> {
  const ranges = await Promise.all(
    listArtifacts(input.lists!).map((reference) => openArtifact(store, reference)),
  );
  const file = join(scratch, name);
  const rows = await writeNeighbourPages(file, {
    plan,
    keys: await (await openItems(store, input)).keys(),
    blocks: readLists(store, input.lists!, 0, plan.items),
    listEntries: ranges.reduce((sum, { manifest }) => sum + manifest.rows, 0),
    identity: Buffer.from(artifactReference(exportRecipe(input)).key, 'hex'),
    memoryBytes: input.memoryMiB * 2 ** 20,
    place: (each) => join(scratch, each),
    onProgress: (done, total) => context.onProgress(done, total),
  });
  return { parts: [{ name, file, rows }], rows };
}

/** What filters ask of all items. */
async function fieldsOf(
  name: string,
  scratch: string,
  store: Store,
  { input, context }: { input: ExportInput; context: StageContext },
): Promise<ArtifactContent> {
  const file = join(scratch, name);
  const rows = await writeFields(file, {
    source: await openItems(store, input),
    identity: Buffer.from(artifactReference(exportRecipe(input)).key, 'hex'),
    memoryBytes: input.memoryMiB * 2 ** 20,
    place: (each) => join(scratch, each),
    onProgress: (done, total) => context.onProgress(done, total),
  });
  return { parts: [{ name, file, rows }], rows };
}

/** The files of ranges that a table is joined from, in its order: of buckets table by table. */
function tablesOf(
  ranges: readonly Artifact[],
  { tables }: ExportPlan,
  isOneEach: boolean,
  name = '',
): { artifact: Artifact; name: string; rows: number }[] {
  const names = isOneEach
    ? [name]
    : Array.from({ length: tables }, (_, table) => `buckets-${table}.parquet`);
  return names.flatMap((each) =>
    ranges.flatMap((artifact) => {
      const part = artifact.manifest.parts.find((candidate) => candidate.name === each);
      return part ? [{ artifact, name: each, rows: part.rows }] : [];
    }),
  );
}

function* told(
  sources: readonly ParquetSource[],
  context: StageContext,
): Generator<ParquetSource, void, undefined> {
  for (const [at, source] of sources.entries()) {
    context.onProgress(at, sources.length);
    yield source;
  }
}

function sourceOf(artifact: Artifact, name: string): ParquetSource {
  const { bytes } = artifact.manifest.parts.find((part) => part.name === name)!;
  return {
    name: `${name} of ${describe(artifact.reference)}`,
    size: bytes,
    read: (start, end) => artifact.partRange(name, start, end),
    stream: () => artifact.partStream(name),
  };
}

const describe = ({ stage, key }: ArtifactReference): string => `${stage}/${key}`;
