import type { ArtifactReference } from '../../schemas/artifact.ts';
import { factsOfFields } from '../../schemas/field-types.ts';
import { encodeDense } from '../../store/tables/arrow-ipc.ts';
import {
  artifactComplete,
  artifactFolder,
  artifactReference,
  openArtifact,
  type PartToWrite,
  readManifest,
} from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { loadModel } from '../training/load-model.ts';
import { type StageContext, type StageOutput } from '../stage/stage.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import { ensurePlan } from './make-plan.ts';
import { makePart } from './make-part.ts';
import { makeRange } from './make-range.ts';
import {
  type ExportInput,
  type ExportPlan,
  exportRecipe,
  partRecipe,
  planReference,
  rangeRecipe,
  readPlan,
} from './name-export.ts';

declare module '../stages.ts' {
  interface Stages {
    exportBuckets: typeof exportBuckets;
  }
}

/**
 * Everything a published version holds (docs/reference/index-format.md): Parquet tables, lookup
 * pages, dense embeddings. Rows: items. Ranges and parts that are there, because activities of
 * their own have made them, are taken; the others are made here, one after the other. What it was
 * put together from is removed afterwards.
 */
export async function exportBuckets(
  input: ExportInput,
  context: StageContext,
): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const recipe = exportRecipe(input);
  try {
    const output = await produceArtifact(context, store, recipe, () =>
      assemble(input, store, context),
    );
    if (!output.cached) await removePieces(store, input);
    return output;
  } catch (error) {
    // A twin that was faster has removed what this one was reading.
    const { force } = recipe;
    if (force || !(await artifactComplete(store, artifactReference(recipe)))) throw error;
    return await produceArtifact(context, store, recipe, () => {
      throw error;
    });
  }
}

async function assemble(
  input: ExportInput,
  store: Store,
  context: StageContext,
): Promise<ArtifactContent> {
  await ensurePlan(input, context);
  const plan = await readPlan(store, input);
  const { ranges, parts: names, items, tables, bits } = plan;
  const coded = await openArtifact(store, input.codes);
  const { maximumBucket = 0 } = input;
  const counts = { buckets: 0, clusters: 0, over: 0 };
  /** In how many tables the bucket of an item is over the cap. */
  const overCap = new Uint8Array(maximumBucket > 0 ? items : 0);
  for (const [at, from] of ranges.slice(0, -1).entries()) {
    const { artifact, facts } = await makeRange({ ...input, from, to: ranges[at + 1]! }, context);
    if (from < plan.itemBlocks) continue;
    if (maximumBucket > 0) {
      const range = await openArtifact(store, artifact);
      for (const number of new Uint32Array(
        new Uint8Array(await range.part('over-cap.numbers')).buffer,
      ))
        overCap[number]!++;
      counts.over += Number(facts['bucketsOverCap']);
    }
    counts.buckets += Number(facts['buckets']);
    counts.clusters += Number(facts['clusters']);
  }
  const parts: PartToWrite[] = [];
  for (const [part] of names.entries()) {
    const { artifact } = await makePart({ ...input, from: part, to: part + 1 }, context);
    const { manifest } = await openArtifact(store, artifact);
    for (const each of manifest.parts)
      parts.push({ name: each.name, rows: each.rows, copy: { from: artifact, part: each } });
  }
  if (input.model) {
    const { embeddings } = await loadModel(store, input.model);
    const dense = [{ name: 'embedding', width: tables * bits, values: embeddings }];
    parts.push({
      name: 'embeddings.arrow',
      bytes: await encodeDense(dense, { tables: String(tables), bits: String(bits) }),
      rows: items,
    });
  }
  if (input.encoder) {
    const made = await openArtifact(store, input.encoder);
    for (const name of ['encoder.json', 'encoder.bin'])
      parts.push({ name, bytes: await made.part(name), rows: 0 });
  }
  // What encodes later items of vectors stays beside the index.
  if (input.items) parts.push(...(await encoderParts(store, input.items)));
  const over = maximumBucket > 0 && {
    maximumBucket,
    bucketsOverCap: counts.over,
    itemsOverCap: overCap.reduce((items, inTables) => items + (inTables === tables ? 1 : 0), 0),
  };
  return {
    parts,
    rows: items,
    facts: {
      tables,
      bits,
      buckets: counts.buckets,
      clusters: counts.clusters,
      singletons: counts.buckets - counts.clusters,
      payloads: plan.hasPayloads,
      ...factsOfFields(plan.fields),
      ...(coded.manifest.facts['roles'] === true && { roles: true }),
      ...over,
    },
  };
}

async function encoderParts(store: Store, reference: ArtifactReference): Promise<PartToWrite[]> {
  const encoded = await openArtifact(store, reference);
  const parts = encoded.manifest.parts.filter(
    ({ name }) => name === 'hyperplanes.arrow' || name === 'mean.arrow',
  );
  return await Promise.all(
    parts.map(async ({ name, rows }) => ({ name, rows, bytes: await encoded.part(name) })),
  );
}

/** Removes plan, ranges and parts; manifests first, so that what has lost a part is no artifact. */
async function removePieces(store: Store, input: ExportInput): Promise<void> {
  if (!(await artifactComplete(store, planReference(input)))) return;
  const { ranges, parts }: ExportPlan = await readPlan(store, input);
  const pieces = [
    ...ranges
      .slice(0, -1)
      .map((from, at) => artifactReference(rangeRecipe(input, { from, to: ranges[at + 1]! }))),
    ...parts.map((_, part) => artifactReference(partRecipe(input, part))),
    planReference(input),
  ];
  for (const piece of pieces) {
    const manifest = await readManifest(store, piece);
    const folder = artifactFolder(piece);
    await store.delete(`${folder}/manifest.json`);
    for (const { path } of manifest?.parts ?? []) await store.delete(`${folder}/${path}`);
  }
}
