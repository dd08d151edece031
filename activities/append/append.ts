import { createHash } from 'node:crypto';
import { DELTA_PART, mergeItems, parseDelta } from '@hashloom/lookup/internal';
import { buildDelta } from '../../kernels/pages/build-delta.ts';
import { bucketStatistics } from '../../evaluation/bucket-statistics.ts';
import { bucketTables, sharedBucketTables } from '../../evaluation/retrieval.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import type { Metrics } from '../../schemas/run.ts';
import { artifactReference } from '../../store/artifacts.ts';
import { type ChangedItems, changeItems, codeOf, type CodedItem } from './change-items.ts';
import { encodeAppended } from './encode-new-documents.ts';
import { encodeItems } from './encode-new-vectors.ts';
import { encodeAdded, encodeAddedPayloads, encodeTombstones } from './delta-tables.ts';
import { bucketCodes } from '../training/load-codes.ts';
import { buildDeltaLists } from './delta-lists.ts';
import { type FrozenIndex, loadFrozen } from './frozen-index.ts';
import { listChanged, type ListedChange } from './list-changed.ts';
import { codeNewItems } from './code-new-items.ts';
import type { NewLinks } from './new-links.ts';
import { requireVersion } from '../versions/current-version.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import { voteItems } from './vote-items.ts';
import { produceArtifact, type Recipe } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    append: typeof append;
  }
}

interface AppendInput extends StageInput {
  configuration: Configuration;
  /** The version that is changed. */
  version: number;
  /**
   * The list of a source, and of one that is no vectors its dictionary; neither where items are
   * only deleted.
   */
  files?: ArtifactReference;
  dictionary?: ArtifactReference;
  minimumCount: number;
  deleted: string[];
}

interface NewItems {
  items: CodedItem[];
  /** Of words and ids. */
  links: NewLinks | undefined;
  withoutNeighbours: number;
}

interface AppendOutput extends StageOutput {
  /** Of the items as they are now: what the gate judges. */
  metrics: Metrics;
  /** Nothing changed: the version stands. */
  unchanged: boolean;
}

/**
 * Items that came or went, with the model frozen: a delta beside the pages of the version
 * (docs/reference/index-format.md). Vectors and documents get the codes of their encoder, words and
 * ids those that their links give them by folded-in factors, or the vote of their neighbours, and
 * lists by their links. Rows: items that the delta adds.
 */
export async function append(input: AppendInput, context: StageContext): Promise<AppendOutput> {
  const { configuration, version, files, dictionary, minimumCount, deleted, force } = input;
  const store = context.openStore(input.store);
  const currentVersion = await requireVersion(store, configuration.index, version);
  const made = currentVersion.lineage.filter(
    ({ stage }) => stage === 'append' || stage === 'export',
  );
  const { source, cooccurrence, affinity } = configuration;
  const { documents, tokens } = configuration;
  const hasPayloads = currentVersion.payloads === true;
  const recipe = {
    stage: 'append',
    parameters: { ...parametersOf(input), kind: source.kind, deleted: digestOf(deleted) },
    inputs: [...made, ...(files ? [files] : []), ...(dictionary ? [dictionary] : [])],
    force,
  } as const;
  const output = await produceArtifact(context, store, recipe, async () => {
    const frozen = await loadFrozen(store, currentVersion);
    context.onProgress(1, 3);
    const { items, links, withoutNeighbours } = files
      ? await newItems()
      : { items: [], links: undefined, withoutNeighbours: 0 };
    const { tables, bits } = currentVersion;
    const changed = changeItems(frozen.base, frozen.delta, {
      deleted,
      added: items,
      tables,
      codeBytes: bits / 8,
    });
    if (frozen.base.keys.starts.length - changed.removed.length + changed.added.length < 1)
      throw new Failure('DataError', `no item of ${configuration.index} would be left`);
    context.onProgress(2, 3);
    const lists = await listChanged(
      { changed, links, frozen, manifest: currentVersion },
      store,
      context,
    );
    return await contentOf(changed, { ...lists, withoutNeighbours }, frozen, recipe);

    async function newItems(): Promise<NewItems> {
      if (source.kind === 'vectors')
        return {
          items: await encodeItems(
            files!,
            configuration,
            currentVersion,
            frozen.base.keys.kind,
            store,
            context,
          ),
          links: undefined,
          withoutNeighbours: 0,
        };
      if (source.kind === 'documents')
        return {
          items: await encodeAppended(files!, configuration, currentVersion, store, context),
          links: undefined,
          withoutNeighbours: 0,
        };
      if (!dictionary)
        throw new Failure(
          'IntegrityError',
          'append: a source of words or ids without its dictionary',
        );
      const voted = await voteItems(
        {
          source,
          tokens,
          documents,
          files: files!,
          dictionary,
          window: cooccurrence.window,
          minimumCount,
          rule: affinity,
        },
        currentVersion,
        frozen,
        store,
        context,
      );
      const coded = await codeNewItems(voted.links, currentVersion, store, context);
      return coded ? { ...voted, items: coded } : voted;
    }
  });
  const metrics = Object.fromEntries(
    Object.entries(output.facts).flatMap(([name, value]) =>
      name.startsWith('metric.') ? [[name.slice(7), Number(value)]] : [],
    ),
  );
  return {
    ...output,
    metrics,
    unchanged: ['added', 'replaced', 'deleted'].every((name) => output.facts[name] === 0),
  };

  async function contentOf(
    { removed, added, counts }: ChangedItems,
    { lists, withoutLists, withoutNeighbours }: ListedChange & { withoutNeighbours: number },
    { base }: FrozenIndex,
    recipe: Recipe,
  ) {
    const { tables, bits } = currentVersion;
    const codeBytes = bits / 8;
    const { kind } = base.keys;
    const identity = currentVersion.lineage.find(({ stage }) => stage === 'export')!.key;
    const own = artifactReference(recipe).key;
    const facts = { base: base.keys.starts.length, added: added.length, removed: removed.length };
    const items = facts.base - facts.removed + facts.added;
    const bytes = buildDelta({
      keys: kind,
      tables,
      codeBytes,
      baseItems: facts.base,
      baseIdentity: Buffer.from(identity, 'hex'),
      identity: Buffer.from(own, 'hex'),
      removed,
      added,
      payloads: hasPayloads,
    });
    const merged = mergeItems(
      base,
      parseDelta(bytes, {
        facts,
        tables,
        codeBytes,
        payloads: hasPayloads,
        items,
        bytes: bytes.length,
        identity,
        own,
      }),
      codeBytes,
    );
    const listed = buildDeltaLists(lists, {
      kind,
      tables,
      codeBytes,
      payloads: hasPayloads,
      identity: Buffer.from(own, 'hex'),
    });
    const codes = new Uint8Array(items * tables * codeBytes);
    for (let number = 0; number < items; number++)
      codes.set(codeOf(merged, number, codeBytes), number * tables * codeBytes);
    const hasRoles = currentVersion.roles !== undefined;
    const coded = bucketCodes({ items, tables, bits, codes, hasRoles });
    const isTrained = currentVersion.parts.some(({ name }) => name === 'embeddings.arrow');
    const statistics = bucketStatistics(
      coded,
      isTrained ? sharedBucketTables(coded) : bucketTables(coded),
    );
    const metrics = Object.fromEntries(
      Object.entries({ items, ...statistics }).map(([name, value]) => [`metric.${name}`, value]),
    );
    return {
      parts: [
        { name: DELTA_PART, bytes, rows: added.length },
        ...(listed ? [listed] : []),
        {
          name: 'delta-codes.parquet',
          bytes: await encodeAdded(added, kind, tables, bits),
          rows: added.length * tables,
        },
        ...(hasPayloads
          ? [
              {
                name: 'delta-payloads.parquet',
                bytes: await encodeAddedPayloads(added, kind),
                rows: added.length,
              },
            ]
          : []),
        {
          name: 'tombstones.parquet',
          bytes: await encodeTombstones(
            removed.map(({ key }) => key),
            kind,
          ),
          rows: removed.length,
        },
      ],
      rows: added.length,
      facts: {
        ...counts,
        withoutNeighbours,
        withoutLists,
        items,
        'delta.base': facts.base,
        'delta.added': facts.added,
        'delta.removed': facts.removed,
        ...(listed && { 'delta.listed': listed.rows }),
        ...metrics,
      },
    };
  }
}

/** What of the configuration the codes of new items depend on, by the kind of source. */
function parametersOf({ configuration, minimumCount }: AppendInput): Record<string, unknown> {
  const { source, vectors, documents, tokens, cooccurrence, affinity } = configuration;
  if (source.kind === 'vectors')
    return { id: vectors.id, vector: vectors.vector, payload: vectors.payload };
  if (source.kind === 'documents') return { field: source.field, documents, tokens };
  return { minimumCount, window: cooccurrence.window, ...affinity };
}

/** Of a set of ids: a list may be long, and an artifact's parameters are not. */
function digestOf(ids: readonly string[]): string {
  return createHash('sha256')
    .update([...new Set(ids)].toSorted().join('\0'))
    .digest('hex')
    .slice(0, 32);
}
