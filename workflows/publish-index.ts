import type { IndexManifest } from '../schemas/index-manifest.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import type { Configuration } from '../schemas/configuration.ts';
import type { CorpusRemarks, Metrics, ReindexInput, ReindexResult } from '../schemas/run.ts';
import type { GatePage, StageRuntime } from './stage-runtime.ts';

/** What the stages of a reindex have made. */
interface FinishedIndex {
  /** The export, then what it was made from, the last first. */
  lineage: ArtifactReference[];
  metrics: Metrics;
  /** What an item is, where the source alone does not say. */
  kind?: IndexManifest['kind'];
  /** The common words, of a corpus of words. */
  common?: ArtifactReference;
  corpus: CorpusRemarks;
}

/** The end of every reindex: its report, its gate, its version. */
export async function publishIndex(
  { configuration, force }: ReindexInput,
  runtime: StageRuntime,
  { lineage, metrics, kind, common, corpus }: FinishedIndex,
): Promise<ReindexResult> {
  const { store, index } = configuration;
  const { run, runActivity } = runtime;
  const page = await run.stage('report', () =>
    runActivity('report', index, {
      store,
      force,
      configuration,
      lineage,
      metrics,
      stages: run.results(),
    }),
  );
  const published = await passAndPublish(runtime, page, metrics, {
    store,
    force,
    configuration,
    lineage,
    metrics,
    report: page.artifact,
    ...(kind && { kind }),
    ...(common && { common }),
    ...(page.previous && { comparedWith: page.previous.version }),
  });
  const { execution } = runtime;
  return { index, ...published, ...execution, stages: run.results(), metrics, corpus };
}

/** The gate judges `judged`; what passes it, or is wanted nevertheless, is published. */
export async function passAndPublish(
  { run, runActivity, passGate }: Pick<StageRuntime, 'run' | 'runActivity' | 'passGate'>,
  page: GatePage,
  judged: Metrics,
  version: Publication,
): Promise<{ version: number; uri: string; published: boolean }> {
  const { store, force, configuration, lineage, metrics } = version;
  const { report, kind, common, comparedWith, onTopOf } = version;
  const approval = await passGate(judged, page);
  const output = await run.stage('publish', () =>
    runActivity('publish', configuration.index, {
      store,
      force,
      configuration,
      lineage,
      metrics,
      ...(report && { report }),
      ...(kind && { kind }),
      ...(common && { common }),
      ...(comparedWith !== undefined && { comparedWith }),
      ...(onTopOf !== undefined && { onTopOf }),
      ...(approval && { approval }),
    }),
  );
  run.published(output.version);
  return { version: output.version, uri: output.uri, published: output.published };
}

interface Publication {
  store: string;
  force: boolean;
  configuration: Configuration;
  lineage: ArtifactReference[];
  metrics: Metrics;
  report?: ArtifactReference;
  kind?: IndexManifest['kind'];
  common?: ArtifactReference;
  comparedWith?: number;
  onTopOf?: number;
}
