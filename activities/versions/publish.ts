import { CODE_ROLES } from '../../format/code-roles.ts';
import type { ArtifactReference, ManifestPart } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import { fieldsOfFacts } from '../../schemas/field-types.ts';
import type { GateApproval } from '../../schemas/gate.ts';
import { currentPointer, type IndexManifest, indexManifest } from '../../schemas/index-manifest.ts';
import type { Metrics } from '../../schemas/run.ts';
import { artifactFolder, openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { commonText } from './common-text.ts';
import { pointerTo } from './current-pointer.ts';
import { isMadeFrom, readIndexState } from './current-version.ts';
import { withHeads } from './part-heads.ts';
import { readJson, toJson } from '../stage/json-object.ts';
import type { StageContext, StageInput, StageOutput } from '../stage/stage.ts';

declare module '../stages.ts' {
  interface Stages {
    publish: typeof publish;
  }
}

interface PublishInput extends StageInput {
  configuration: Configuration;
  /**
   * The export, then what it was made from, the last first; before it, of a changed version, the
   * append.
   */
  lineage: ArtifactReference[];
  /** The page of the run. */
  report?: ArtifactReference;
  /** The version that was current when the run came to its report. */
  comparedWith?: number;
  /** Of a corpus of words. */
  common?: ArtifactReference;
  /**
   * The version that an append changes; another one that is current by then is a PublishConflict.
   */
  onTopOf?: number;
  /** What an item is; `word` when absent. */
  kind?: IndexManifest['kind'];
  metrics: Metrics;
  /** Who wants it though it missed its gate. */
  approval?: GateApproval;
}

interface PublishOutput extends StageOutput {
  version: number;
  uri: string;
  published: boolean;
}

/**
 * Copies the finished index to a version of its own and swaps `current.json` to it by a conditional
 * write. May run any number of times: a run that has its version keeps it. An index that is the
 * current one already is not published again.
 */
export async function publish(input: PublishInput, context: StageContext): Promise<PublishOutput> {
  const store = context.openStore(input.store);
  const { folder, seen, currentVersion } = await readIndexState(store, input.configuration.index);
  if (currentVersion && !input.force && isMadeFrom(currentVersion, input.lineage))
    return describe(store, folder, currentVersion, input, false);

  if (input.onTopOf !== undefined && currentVersion?.version !== input.onTopOf) {
    throw new Failure(
      'PublishConflict',
      `${input.configuration.index} is at version ${currentVersion?.version ?? 'none'} now, this ` +
        `append changes version ${input.onTopOf}; append again`,
    );
  }
  const manifest = await writeVersion(store, folder, input, context);
  const publishedAt = new Date().toISOString();
  const pointer = pointerTo(manifest, { publishedAt, ...identityOf(context) });
  const condition = seen ? { ifMatch: seen.etag } : { ifAbsent: true as const };
  const swapped = await store.put(`${folder}/current.json`, toJson(pointer), condition);
  if (swapped === undefined) await explainConflict(store, folder, manifest.version);
  return describe(store, folder, manifest, input, true);
}

/** Takes the next free version number, copies the parts, and writes `index.json` last. */
async function writeVersion(
  store: Store,
  folder: string,
  input: PublishInput,
  context: StageContext,
): Promise<IndexManifest> {
  const version = await claimVersion(store, folder, context);
  const written = await readJson(store, `${folder}/versions/${version}/index.json`, indexManifest);
  if (written) return written;
  const { manifest: made } = await openArtifact(store, exportOf(input));
  const page = input.report && (await openArtifact(store, input.report)).manifest;
  const [last] = input.lineage;
  const change = last?.stage === 'append' ? (await openArtifact(store, last)).manifest : undefined;
  const inCells = input.lineage.find(({ stage }) => stage === 'cells');
  const cells = inCells && (await openArtifact(store, inCells)).manifest;
  const added = [cells, page, change].filter((manifest) => manifest !== undefined);
  const copies = [made, ...added].flatMap((manifest) =>
    manifest.parts.map((part) => ({
      part,
      from: `${artifactFolder(manifest as ArtifactReference)}/${part.path}`,
    })),
  );
  for (const [at, { part, from }] of copies.entries()) {
    context.onProgress(at, copies.length);
    await store.copy(from, `${folder}/versions/${version}/${part.name}`);
  }
  const common = input.common && (await commonText(store, input.common));
  if (common) await store.put(`${folder}/versions/${version}/${common.part.name}`, common.bytes);
  const { configuration } = input;
  const fields = fieldsOfFacts(made.facts);
  const parts = [...copies.map(({ part }) => part), ...(common ? [common.part] : [])].map(
    (part) => ({ ...part, path: part.name }),
  );
  const placeOf = ({ path }: ManifestPart): string => `${folder}/versions/${version}/${path}`;
  const manifest: IndexManifest = {
    format: change ? 2 : 1,
    index: configuration.index,
    version,
    kind: input.kind ?? (configuration.source.kind === 'text' ? 'word' : 'id'),
    items: change ? Number(change.facts['items']) : made.rows,
    tables: Number(made.facts['tables']),
    bits: Number(made.facts['bits']),
    ...(made.facts['roles'] === true && { roles: [...CODE_ROLES] }),
    ...(made.facts['payloads'] === true && { payloads: true }),
    ...(fields && { fields }),
    ...(made.facts['maximumBucket'] !== undefined && {
      maximumBucket: Number(made.facts['maximumBucket']),
    }),
    ...(change && {
      delta: {
        base: Number(change.facts['delta.base']),
        added: Number(change.facts['delta.added']),
        removed: Number(change.facts['delta.removed']),
        ...(change.facts['delta.listed'] !== undefined && {
          listed: Number(change.facts['delta.listed']),
        }),
      },
    }),
    parts: await withHeads(store, parts, placeOf),
    lineage: input.lineage,
    ...(input.common && { common: input.common }),
    configuration,
    metrics: input.metrics,
    ...(input.report && { report: input.report }),
    ...(input.approval && { approval: input.approval }),
    ...(input.comparedWith !== undefined && { comparedWith: input.comparedWith }),
    codeVersion: context.origin.codeVersion,
    createdAt: new Date().toISOString(),
    ...identityOf(context),
  };
  await store.put(`${folder}/versions/${version}/index.json`, toJson(manifest));
  return manifest;
}

/**
 * A version number belongs to the run whose claim stands first; two runs never write into one
 * folder.
 */
async function claimVersion(store: Store, folder: string, context: StageContext): Promise<number> {
  const claim = toJson(identityOf(context));
  const text = Buffer.from(claim).toString();
  const taken: number[] = [];
  for await (const { path } of store.list(`${folder}/versions/`)) {
    const match = /^(\d+)\/(claim\.json)?/.exec(path.slice(`${folder}/versions/`.length));
    if (!match) continue;
    taken.push(Number(match[1]));
    if (match[2] && Buffer.from((await store.get(path)) ?? []).toString() === text)
      return Number(match[1]);
  }
  for (let version = Math.max(0, ...taken) + 1; ; version++) {
    if (await store.put(`${folder}/versions/${version}/claim.json`, claim, { ifAbsent: true }))
      return version;
  }
}

/**
 * The swap did not go through: fine if it was our own twin's, a conflict if another run published
 * meanwhile.
 */
async function explainConflict(store: Store, folder: string, version: number): Promise<void> {
  const winner = await readJson(store, `${folder}/current.json`, currentPointer);
  if (winner?.version === version) return;
  const theirs = winner
    ? 'version ' +
      `${winner.version}${winner.workflowId ? ` by ${winner.workflowId}, run ${winner.runId}` : ''}`
    : 'its removal';
  throw new Failure(
    'PublishConflict',
    `${store.uri}/${folder}/current.json changed while version ${version} was published ` +
      `(now: ${theirs}); version ${version} is complete but not current. Run again to publish ` +
      'on top of it',
  );
}

function exportOf({ lineage }: PublishInput): ArtifactReference {
  const [last, before] = lineage;
  const made = last?.stage === 'append' ? before : last;
  if (made?.stage === 'export') return made;
  throw new Failure(
    'IntegrityError',
    `publish: expected a lineage that begins with an export, got ${made?.stage ?? 'an empty one'}`,
  );
}

function identityOf({ origin }: StageContext): { workflowId?: string; runId?: string } {
  const { workflowId, runId } = origin;
  return { ...(workflowId !== undefined && { workflowId }), ...(runId !== undefined && { runId }) };
}

function describe(
  store: Store,
  folder: string,
  manifest: IndexManifest,
  input: PublishInput,
  published: boolean,
): PublishOutput {
  const bytes = manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
  const { version, items } = manifest;
  const uri = `${store.uri}/${folder}/versions/${version}`;
  return {
    artifact: exportOf(input),
    cached: !published,
    rows: items,
    bytes,
    facts: {},
    version,
    uri,
    published,
  };
}
