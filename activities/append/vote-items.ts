import { toFloat64 } from '../../kernels/numbers/int64.ts';
import { chooseNeighbours, type NeighbourRule } from '../../kernels/codes/choose-neighbours.ts';
import { countUnseen, knownRole, unseenRole } from '../../kernels/codes/count-unseen.ts';
import { voteCodes } from '../../kernels/codes/vote-codes.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { Failure } from '../../schemas/failures.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import { COMMON, MARGINALS, PAIRS, TOKENS } from '../../schemas/tables.ts';
import { type Artifact, openArtifact } from '../../store/artifacts.ts';
import { decodeParquet, decodeWords } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import { decodeUtf8 } from '../../store/tables/utf8-column.ts';
import { type CodedItem, codeOf, presentItems } from './change-items.ts';
import type { FrozenIndex } from './frozen-index.ts';
import type { NewLinks } from './new-links.ts';
import { readListedFiles } from '../corpus/listed-files.ts';
import { ingestArtifact } from '../corpus/name-shards.ts';
import type { StageContext } from '../stage/stage.ts';
import { loadDictionary } from '../words/read-dictionary.ts';
import type { ShardOptions } from '../../sources/shards/shard.ts';

interface VoteInput extends ShardOptions {
  files: ArtifactReference;
  dictionary: ArtifactReference;
  window: number;
  /** Rarer items get no code. */
  minimumCount: number;
  /** Who is a neighbour: the rule by which the model's pairs were chosen. */
  rule: NeighbourRule;
}

interface VotedItems {
  items: CodedItem[];
  /** What they were linked with, in the same order. */
  links: NewLinks;
  /** Unseen items that have no neighbour among what is known. */
  withoutNeighbours: number;
}

/** Of unseen with known items: 16 bytes each, in a table half full. */
const MAX_PAIRS = 2 ** 24;

/**
 * Codes of the items of a source that the index does not have, by the vote of those that its model
 * has learned.
 */
export async function voteItems(
  input: VoteInput,
  currentVersion: IndexManifest,
  frozen: FrozenIndex,
  store: Store,
  context: StageContext,
): Promise<VotedItems> {
  const { tables, bits } = currentVersion;
  const { base } = frozen;
  const known = presentItems(base, frozen.delta);
  const common = new Set(
    currentVersion.common &&
      (await readColumn(store, currentVersion.common, 'words.parquet', COMMON)).word,
  );
  const { words, counts } = await loadDictionary(store, input.dictionary);
  const unseen = words.filter(
    (word, at) => counts[at]! >= input.minimumCount && !common.has(word) && !known.has(word),
  );
  const place = new Map(unseen.map((word, u) => [word, u]));
  const gone = new Set(frozen.delta?.removedKeys);
  const roleOf = (word: string): number => {
    const u = place.get(word);
    if (u !== undefined) return unseenRole(u);
    const v = gone.has(word) ? -1 : known.find(word);
    return v < 0 ? 0 : knownRole(v);
  };
  const marginals = await learnedMarginals(store, currentVersion, base.keys.starts.length);
  const counted = countUnseen(unseen.length, base.keys.starts.length, MAX_PAIRS);
  const files = await readListedFiles(store, input.files);
  for (const [at, file] of files.entries()) {
    context.onProgress(at, files.length, { items: unseen.length });
    const shard = await openArtifact(store, ingestArtifact(file, input).artifact);
    const roles = Int32Array.from(await wordsOfShard(shard), roleOf);
    if (input.source.kind === 'pairs') {
      const { row, column, sum } = await decodeParquet(
        await shard.part('pairs.parquet'),
        PAIRS,
        'pairs.parquet',
      );
      const scale = Number(shard.manifest.facts['scale']);
      counted.addPairs(
        row,
        column,
        toFloat64(sum).map((units) => units / scale),
        roles,
      );
    } else {
      const { tokens } = await decodeParquet(
        await shard.part('tokens.parquet'),
        TOKENS,
        'tokens.parquet',
      );
      counted.addRows(tokens.values, tokens.offsets, input.window, roles);
    }
  }
  const chosen = chooseNeighbours(counted.finish(), marginals, input.rule);
  const codes = voteCodes(chosen, {
    bits: tables * bits,
    codeOf: (v: number, out: Uint8Array) => out.set(codeOf(base, v, bits / 8)),
  });
  const stride = (tables * bits) / 8;
  const linked = [...unseen.keys()].filter((u) => chosen.offsets[u + 1]! > chosen.offsets[u]!);
  const items = linked.map((u) => ({
    key: unseen[u]!,
    code: codes.subarray(u * stride, (u + 1) * stride),
  }));
  // Items without neighbours have no entries, so those of the others lie as they are.
  const offsets = Uint32Array.from([0, ...linked.map((u) => chosen.offsets[u + 1]!)]);
  return {
    items,
    links: { keys: items.map(({ key }) => key), neighbours: { ...chosen, offsets } },
    withoutNeighbours: unseen.length - items.length,
  };
}

/** The dictionary of a shard: its ids are places in it. */
export async function wordsOfShard(shard: Artifact): Promise<string[]> {
  return decodeUtf8(
    await decodeWords(await shard.part('dictionary.parquet'), 'word', 'dictionary.parquet'),
    'dictionary.parquet',
  );
}

/** How much each item cooccurred in the corpus of the model. */
async function learnedMarginals(
  store: Store,
  { lineage, version }: IndexManifest,
  items: number,
): Promise<Float64Array> {
  const merged = lineage.find(({ stage }) => stage === 'merge');
  if (!merged)
    throw new Failure(
      'IntegrityError',
      `version ${version} names no counts among what it was made from; reindex, then append`,
    );
  const marginals = toFloat64(
    (await readColumn(store, merged, 'marginals.parquet', MARGINALS)).marginal,
  );
  if (marginals.length !== items)
    throw new Failure(
      'IntegrityError',
      `version ${version} has ${items} items and counts of ${marginals.length}`,
    );
  return marginals;
}

async function readColumn<Schema extends typeof COMMON | typeof MARGINALS>(
  store: Store,
  reference: ArtifactReference,
  part: string,
  schema: Schema,
) {
  return await decodeParquet(await (await openArtifact(store, reference)).part(part), schema, part);
}
