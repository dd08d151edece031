import { workflowInfo } from '@temporalio/workflow';
import type { ActivityOutput } from '../activities/stage-runner.ts';
import type { StageOutput } from '../activities/stage/stage.ts';
import type { AppendChanges, AppendRunInput, Metrics, ReindexResult } from '../schemas/run.ts';
import type { RunKind } from '../schemas/activities.ts';
import { ITEM_METRICS } from '../schemas/metrics.ts';
import { stagesShown } from '../schemas/stages.ts';
import { setUpGate } from './pass-gate.ts';
import { passAndPublish } from './publish-index.ts';
import { runActivity } from './run-activity.ts';
import { followRun } from './run-progress.ts';
import { processShards } from './start-children.ts';
import { corpusRemarks } from './corpus-remarks.ts';

/**
 * Items that come and go between two reindexes: codes by the frozen model, published as a version
 * with a delta.
 */
export async function append(input: AppendRunInput): Promise<ReindexResult> {
  const { configuration, force, version, hasSource, minimumCount, deleted } = input;
  const { store, index, source, tokens, documents, vocabulary } = configuration;
  const kind = kindOf(input);
  const run = followRun(input, stagesShown(kind));
  // The model is frozen: rules about what it has learned were judged when it was published.
  const { minimum, regression } = configuration.gate;
  const gate = {
    ...configuration.gate,
    minimum: ofItems(minimum),
    regression: ofItems(regression),
  };
  const passGate = setUpGate({ ...configuration, gate }, run);

  const corpus = hasSource
    ? await run.stage('list', () =>
        runActivity('list', source.path, { store, force, configuration }),
      )
    : undefined;
  const dictionary = corpus && kind === 'append-words' ? await ingestAll(corpus) : undefined;
  const what = hasSource ? source.path : `${deleted.length} deletions`;
  const changed = await run.stage('append', () =>
    runActivity('append', what, {
      store,
      force,
      configuration,
      version,
      minimumCount,
      deleted,
      ...(corpus && { files: corpus.artifact }),
      ...(dictionary && { dictionary: dictionary.artifact }),
    }),
  );
  const current = await runActivity('describeVersion', index, { store, force, index, version });
  const metrics = { ...current.metrics, ...changed.metrics };
  const published = changed.unchanged ? keepVersion() : await publishChange();
  const { workflowId, runId } = workflowInfo();
  return {
    index,
    ...published,
    workflowId,
    runId,
    stages: run.results(),
    corpus: corpusRemarks(dictionary?.skipped, corpus),
    changes: changesOf(changed),
  };

  async function ingestAll({ artifact: files, batches, rows }: ActivityOutput<'list'>) {
    await run.stage('ingest', () =>
      processShards(run, 'ingest', batches, { store, force, files, source, tokens, documents }),
    );
    return await run.stage('dictionary', () =>
      runActivity('mergeDictionaries', `${rows} dictionaries`, {
        store,
        force,
        files,
        source,
        tokens,
        documents,
        memoryMiB: vocabulary.memoryMiB,
      }),
    );
  }

  function keepVersion(): Published {
    run.published(version);
    return { version, uri: current.uri, published: false, metrics: current.metrics };
  }

  async function publishChange(): Promise<Published> {
    const page = { uri: current.uri, previous: { version, metrics: current.metrics } };
    const earlier = current.lineage.filter(({ stage }) => stage !== 'append');
    const output = await passAndPublish({ run, runActivity, passGate }, page, changed.metrics, {
      store,
      force,
      configuration: current.configuration,
      lineage: [changed.artifact, ...earlier],
      metrics,
      kind: current.kind,
      onTopOf: version,
      ...(current.common && { common: current.common }),
      ...(current.report && { report: current.report }),
    });
    return { ...output, metrics };
  }
}

const ofItems = (rules: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(rules).filter(([name]) => ITEM_METRICS.some((metric) => metric === name)),
  );

function kindOf({ hasSource, configuration: { source } }: AppendRunInput): RunKind {
  if (!hasSource) return 'append-deletions';
  const hasEncoder = source.kind === 'vectors' || source.kind === 'documents';
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
    withoutLists: count('withoutLists'),
  };
}
