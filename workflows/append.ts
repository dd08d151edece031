import { workflowInfo } from '@temporalio/workflow';
import type { StageOutput } from '../activities/stage/stage.ts';
import type { AppendChanges, AppendRunInput, Metrics, ReindexResult } from '../schemas/run.ts';
import type { RunKind } from '../schemas/activities.ts';
import { ITEM_METRICS } from '../schemas/metrics.ts';
import { stagesShown } from '../schemas/stages.ts';
import { setUpGate } from './pass-gate.ts';
import { runActivity } from './run-activity.ts';
import { followRun } from './run-progress.ts';
import { processShards } from './start-children.ts';

/**
 * Items that come and go between two reindexes: codes by the frozen model, published as a version
 * with a delta.
 */
export async function append(input: AppendRunInput): Promise<ReindexResult> {
  const { configuration, force, version, hasSource, minimumCount, deleted } = input;
  const { index, source, tokens, documents, vocabulary } = configuration;
  const base = { store: configuration.store, force };
  const hasEncoder = source.kind === 'vectors' || source.kind === 'documents';
  const run = followRun(input, stagesShown(kindOf(hasSource, hasEncoder)));
  // The model is frozen: rules about what it has learned were judged when it was published.
  const { minimum, regression } = configuration.gate;
  const passGate = setUpGate(
    {
      ...configuration,
      gate: { ...configuration.gate, minimum: ofItems(minimum), regression: ofItems(regression) },
    },
    run,
  );

  const corpus = hasSource
    ? await run.stage('list', () => runActivity('list', source.path, { ...base, configuration }))
    : undefined;
  const dictionary = corpus && !hasEncoder ? await ingestAll(corpus) : undefined;
  const changed = await run.stage('append', () =>
    runActivity('append', hasSource ? source.path : `${deleted.length} deletions`, {
      ...base,
      configuration,
      version,
      minimumCount,
      deleted,
      ...(corpus && { files: corpus.artifact }),
      ...(dictionary && { dictionary: dictionary.artifact }),
    }),
  );
  const remarks = {
    skippedFiles: dictionary?.skipped.files ?? 0,
    firstSkipped: dictionary?.skipped.first ?? [],
    repeatedFiles: corpus?.repeated ?? 0,
  };
  const changes = changesOf(changed);
  const { workflowId, runId } = workflowInfo();
  const published = changed.unchanged ? await standing() : await publish();
  run.published(published.version);
  return {
    index,
    ...published,
    workflowId,
    runId,
    stages: run.results(),
    corpus: remarks,
    changes,
  };

  async function ingestAll({
    artifact,
    batches,
    rows,
  }: {
    artifact: StageOutput['artifact'];
    batches: number[];
    rows: number;
  }) {
    const shards = { ...base, files: artifact, source, tokens, documents };
    await run.stage('ingest', () => processShards(run, 'ingest', batches, shards));
    return await run.stage('dictionary', () =>
      runActivity('mergeDictionaries', `${rows} dictionaries`, {
        ...shards,
        memoryMiB: vocabulary.memoryMiB,
      }),
    );
  }

  async function standing(): Promise<Published> {
    const { uri, metrics } = await runActivity('describeVersion', index, {
      ...base,
      index,
      version,
    });
    return { version, uri, published: false, metrics };
  }

  async function publish(): Promise<Published> {
    const before = await runActivity('describeVersion', index, { ...base, index, version });
    const approval = await passGate(changed.metrics, {
      uri: before.uri,
      previous: { version, metrics: before.metrics },
    });
    const metrics = { ...before.metrics, ...changed.metrics };
    const made = await run.stage('publish', () =>
      runActivity('publish', index, {
        ...base,
        configuration: before.configuration,
        lineage: [changed.artifact, ...before.lineage.filter(({ stage }) => stage !== 'append')],
        kind: before.kind,
        metrics,
        onTopOf: version,
        ...(before.common && { common: before.common }),
        ...(before.report && { report: before.report }),
        ...(approval && { approval }),
      }),
    );
    return { version: made.version, uri: made.uri, published: made.published, metrics };
  }
}

const ofItems = (rules: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(rules).filter(([name]) => ITEM_METRICS.some((metric) => metric === name)),
  );

function kindOf(hasSource: boolean, hasEncoder: boolean): RunKind {
  if (!hasSource) return 'append-deletions';
  return hasEncoder ? 'append-encoded' : 'append-words';
}

interface Published {
  version: number;
  uri: string;
  published: boolean;
  metrics: Metrics;
}

function changesOf({ facts }: StageOutput): AppendChanges {
  const count = (name: keyof AppendChanges) => Number(facts[name]);
  return {
    added: count('added'),
    replaced: count('replaced'),
    same: count('same'),
    deleted: count('deleted'),
    unknown: count('unknown'),
    withoutNeighbours: count('withoutNeighbours'),
  };
}
