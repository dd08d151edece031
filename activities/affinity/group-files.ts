import { createHash } from 'node:crypto';
import pMap from 'p-map';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { currentPointer, indexManifest } from '../../schemas/index-manifest.ts';
import { GROUPS } from '../../schemas/tables.ts';
import { readGroups } from './read-groups.ts';
import { artifactComplete, openArtifact } from '../../store/artifacts.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import { readJson } from '../stage/json-object.ts';
import { readListedFiles } from '../corpus/listed-files.ts';
import { ingestArtifact } from '../corpus/name-shards.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import type { ShardOptions } from '../../sources/shards/shard.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    groupFiles: typeof groupFiles;
  }
}

interface GroupFilesInput extends StageInput, ShardOptions {
  index: string;
  files: ArtifactReference;
  /**
   * A group ends before it would hold more tokens, or more than a MAX_GROUPS-th of all; a larger
   * file is a group of its own.
   */
  groupTokens: number;
}

interface GroupFilesOutput extends StageOutput {
  /** Batch k of counting is group [batches[k], batches[k + 1]). */
  batches: number[];
}

/** A file that is counted with others: the key of its tokens, how many they are. */
export interface GroupedFile {
  key: string;
  tokens: number;
}

/** About so many runs are merged at once at most, and so many kept ones beside them. */
const MAX_GROUPS = 256;
/** So many kept groups may be less than half full before they are grouped anew. */
const MAX_SMALL = 32;
const LOOKS_AT_ONCE = 32;

/**
 * Groups files to be counted together. Groups of the published version stay as long as all their
 * files are there, so that added files are counted alone; the rest is grouped in the order of the
 * list. The counts do not depend on the grouping. Rows: groups.
 */
export async function groupFiles(
  input: GroupFilesInput,
  context: StageContext,
): Promise<GroupFilesOutput> {
  const store = context.openStore(input.store);
  const files = await readListedFiles(store, input.files);
  const keys = files.map((file) => ingestArtifact(file, input).artifact);
  const tokens = await tokensOf(store, keys, context);
  const present = keys.map(({ key }, at): GroupedFile => ({ key, tokens: tokens[at]! }));
  const all = present.reduce((sum, file) => sum + file.tokens, 0);
  const groups = planGroups(
    present,
    await publishedGroups(store, input.index),
    mostGroupTokens(all, input.groupTokens),
  );
  const digest = createHash('sha256');
  for (const group of groups) digest.update(`${group.map(({ key }) => key).join(',')}\n`);
  const recipe = {
    stage: 'group',
    parameters: { groups: digest.digest('hex').slice(0, 32) },
    inputs: [],
    force: input.force,
  } as const;
  const output = await produceArtifact(context, store, recipe, async () => {
    const members = groups.flatMap((group, at) => group.map(({ key }) => ({ key, at })));
    const columns = {
      group: Int32Array.from(members, ({ at }) => at),
      key: members.map(({ key }) => key),
    };
    return {
      parts: [
        {
          name: 'groups.parquet',
          bytes: await encodeParquet(GROUPS, columns, { profile: 'internal' }),
          rows: members.length,
        },
      ],
      rows: groups.length,
    };
  });
  return { ...output, batches: Array.from({ length: groups.length + 1 }, (_, at) => at) };
}

/** Tokens of a group at most, so that there are not far more than MAX_GROUPS. */
export const mostGroupTokens = (all: number, groupTokens: number): number =>
  Math.max(groupTokens, Math.ceil((2 * all) / MAX_GROUPS));

/**
 * Groups of an earlier run whose files are all there, then the other files in order. Each file is
 * in one group; files of the same content are several.
 */
export function planGroups(
  files: readonly GroupedFile[],
  earlier: readonly (readonly string[])[],
  groupTokens: number,
): GroupedFile[][] {
  const left = new Map<string, GroupedFile[]>();
  for (const file of files.toReversed()) left.set(file.key, [...(left.get(file.key) ?? []), file]);
  let kept = earlier.flatMap((group) => {
    const members = group.flatMap((key) => left.get(key)?.pop() ?? []);
    if (members.length === group.length) return [members];
    for (const member of members) left.get(member.key)?.push(member);
    return [];
  });
  const isSmall = (group: GroupedFile[]) =>
    group.reduce((sum, { tokens }) => sum + tokens, 0) < groupTokens / 2;
  if (kept.filter(isSmall).length > MAX_SMALL) kept = kept.filter((group) => !isSmall(group));
  const grouped = new Set(kept.flat());
  const fresh: GroupedFile[][] = [];
  let size = 0;
  for (const file of files) {
    if (grouped.has(file)) continue;
    const last = fresh.at(-1);
    if (last !== undefined && size + file.tokens <= groupTokens) {
      last.push(file);
      size += file.tokens;
    } else {
      fresh.push([file]);
      size = file.tokens;
    }
  }
  return [...kept, ...fresh];
}

async function publishedGroups(store: Store, index: string): Promise<string[][]> {
  const current = await readJson(store, `indexes/${index}/current.json`, currentPointer);
  const version =
    current &&
    (await readJson(store, `indexes/${index}/${current.path}/index.json`, indexManifest));
  const reference = version?.lineage.find(({ stage }) => stage === 'group');
  if (reference === undefined || (await artifactComplete(store, reference)) === undefined)
    return [];
  return (await readGroups(store, reference)).map((group) => group.map(({ key }) => key));
}

async function tokensOf(
  store: Store,
  artifacts: readonly ArtifactReference[],
  context: StageContext,
): Promise<Float64Array> {
  const tokens = new Float64Array(artifacts.length);
  const look = async (artifact: ArtifactReference, at: number): Promise<void> => {
    tokens[at] = (await openArtifact(store, artifact)).manifest.rows;
    if (at % LOOKS_AT_ONCE === 0) context.onProgress(at, artifacts.length);
  };
  await pMap(artifacts, look, { concurrency: LOOKS_AT_ONCE });
  return tokens;
}
