import { collisionCurve } from '../../evaluation/collision-curve.ts';
import { unitVectors } from '../../evaluation/hit-rate.ts';
import { bucketTables, type Codes, sharedBucketTables } from '../../evaluation/retrieval.ts';
import { relevanceCurves } from '../../hashers/losses/relevance-curves.ts';
import { codeDistancesOf } from '../../kernels/codes/code-distances.ts';
import { largestCosinesOf } from '../../kernels/codes/largest-cosines.ts';
import { bucketFigures } from '../../report/bucket-figures.ts';
import { exampleClusters } from '../../report/example-clusters.ts';
import { commonestCodes, commonestEmbeddings, mapVectors } from '../../report/map-vectors.ts';
import { renderReport } from '../../report/render-report.ts';
import type { LineageEntry } from '../../report/report-data.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { isPairwise, type PairwiseTraining } from '../../schemas/configuration/training.ts';
import { Failure } from '../../schemas/failures.ts';
import { judgeGate } from '../../schemas/gate.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import type { Metrics, StageResult } from '../../schemas/run.ts';
import {
  artifactComplete,
  artifactFolder,
  openArtifact,
  readManifest,
} from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { isMadeFrom, readIndexState, readVersion } from '../versions/current-version.ts';
import { bucketCodes, loadCodes, twoCodes } from '../training/load-codes.ts';
import { loadModel } from '../training/load-model.ts';
import {
  readAnswers,
  readCandidates,
  readCurve,
  readIntervals,
  readNames,
} from './report-sources.ts';
import { measureDocuments } from './measure-documents.ts';
import { measureVectors } from './measure-vectors.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import type { Similarity } from '../../report/similarity-curves.ts';

declare module '../stages.ts' {
  interface Stages {
    report: typeof report;
  }
}

interface ReportInput extends StageInput {
  configuration: Configuration;
  /** The export, then what it was made from, the last first. */
  lineage: ArtifactReference[];
  metrics: Metrics;
  /** The stages before this one, as the run saw them. */
  stages: StageResult[];
}

export interface ReportOutput extends StageOutput {
  /** Where the page lies. */
  uri: string;
  /** The version that the run is compared with; absent for the first one. */
  previous?: { version: number; metrics: Metrics };
}

/** Words on the map, so that a page stays small. */
const MAP_POINTS = 1000;
/**
 * Items whose pairs with all others make the curve of collisions, and multiplications spent on
 * them.
 */
const CURVE_QUERIES = 200;
const CURVE_WORK = 1e10;

/**
 * The page of the run, compared with the current version. An index that is the current one already
 * keeps its page. Rows: items. The page holds the times of its run, which are therefore part of its
 * key.
 */
export async function report(input: ReportInput, context: StageContext): Promise<ReportOutput> {
  const store = context.openStore(input.store);
  const { configuration, lineage, metrics, stages, force } = input;
  const { currentVersion } = await readIndexState(store, configuration.index);
  const same = currentVersion !== undefined && isMadeFrom(currentVersion, lineage);
  const baseline = await baselineOf(store, currentVersion, same);
  const previous = baseline && { version: baseline.version, metrics: baseline.metrics };
  const output =
    (!force && same && (await currentReport(store, currentVersion))) ||
    (await produceArtifact(context, store, recipe(), make));
  const { parts } = (await openArtifact(store, output.artifact)).manifest;
  return {
    ...output,
    uri: `${store.uri}/${artifactFolder(output.artifact)}/${parts[0]!.path}`,
    ...(previous && { previous }),
  };

  function recipe() {
    const settings: Record<string, unknown> = { ...configuration };
    delete settings['store'];
    return {
      stage: 'report',
      parameters: { configuration: settings, previous: previous ?? null, stages },
      inputs: lineage,
      force,
    } as const;
  }

  async function make(): Promise<ArtifactContent> {
    const encoded = find('encode') ?? find('encode-documents');
    const loaded = await loadCodes(
      store,
      find('binarize') ?? find('two-codes') ?? encoded ?? missing('binarize'),
    );
    const { bits, items } = loaded;
    const coded = bucketCodes(loaded);
    const buckets = find('train') ? sharedBucketTables(coded) : bucketTables(coded);
    const { names, counts } = await readNames(
      store,
      find('vocabulary') ?? encoded ?? missing('vocabulary'),
    );
    const measured = find('evaluate');
    context.onProgress(1, 10);
    const { seed } = configuration;
    const model = find('train');
    const embeddings = model && (await loadModel(store, model)).embeddings;
    const beside = { codes: coded, names, points: MAP_POINTS };
    const weighed = find('weigh');
    const [listed, vectors] = [find('list'), find('encode')];
    const measureOther = async () => {
      if (weighed) return await measureDocuments(beside, weighed, store, context);
      if (!vectors || !listed) return undefined;
      const files = { files: listed, encoded: vectors };
      return await measureVectors(beside, configuration, files, store, context);
    };
    const other = await measureOther();
    const itemsOnMap = () => {
      if (embeddings) return commonestEmbeddings(embeddings, counts, MAP_POINTS);
      return loaded.hasRoles
        ? commonestCodes(twoCodes(loaded).answering, counts, MAP_POINTS)
        : other;
    };
    const onMap = itemsOnMap();
    const steps = (done: number, total: number) => context.onProgress(2 + (7 * done) / total, 10);
    const page = renderReport({
      index: configuration.index,
      itemsName: ITEMS_NAMES[configuration.source.kind],
      items,
      tables: coded.tables,
      hasRoles: loaded.hasRoles,
      bits,
      shared: model !== undefined,
      configuration: recipe().parameters.configuration,
      codeVersion: context.origin.codeVersion,
      stages,
      lineage: await describeLineage(store, lineage),
      curve: model ? await readCurve(store, model) : [],
      metrics,
      intervals: {
        ...(await readIntervals(store, find('answers'))),
        ...(await readIntervals(store, measured)),
      },
      answers: await readAnswers(store, find('answers')),
      sought: find('hold-out') ? 'links' : 'nearest',
      candidates: other?.candidates ?? (await readCandidates(store, measured)),
      nearestBy: NEAREST_BY[configuration.source.kind],
      relevantBy: weighed ? 'labels' : 'D',
      gate: judgeGate(configuration.gate, metrics, previous),
      ...(previous && {
        previous: {
          ...previous,
          intervals: await readIntervals(
            store,
            baseline.lineage.find(({ stage }) => stage === 'evaluate'),
          ),
        },
      }),
      buckets: bucketFigures(coded, buckets),
      maximumBucket: configuration.buckets.maximumSize,
      examples: exampleClusters(buckets, names, seed),
      ...(embeddings &&
        isPairwise(configuration.training) && {
          similarity: similarityOf(configuration.training, coded, embeddings, () =>
            context.onProgress(1, 10),
          ),
        }),
      map: onMap ? mapVectors({ ...onMap, words: names, buckets, seed, onProgress: steps }) : [],
    });
    return { parts: [{ name: 'report.html', bytes: Buffer.from(page), rows: items }], rows: items };
  }

  function find(stage: string): ArtifactReference | undefined {
    return lineage.find((each) => each.stage === stage);
  }
}

/** How the codes of a trained run agree, over the pairs of items at even places with all. */
function similarityOf(
  training: PairwiseTraining,
  codes: Codes,
  embeddings: Float32Array,
  tick: () => void,
): Similarity {
  const { method, concentration, tables, bits } = training;
  const items = embeddings.length / (tables * bits);
  const vectors = unitVectors(embeddings, tables, bits);
  const cosinesTo = largestCosinesOf(vectors.values, tables, bits);
  const distancesTo = codeDistancesOf(codes.codes, tables, bits / 8, true, [bits / 8]);
  const count = Math.max(
    1,
    Math.min(items, CURVE_QUERIES, Math.floor(CURVE_WORK / (items * tables ** 2 * bits))),
  );
  const queries = Uint32Array.from({ length: count }, (_, k) => Math.floor((k * items) / count));
  return {
    method,
    concentration,
    bits,
    relevance: relevanceCurves(training),
    measured: collisionCurve(cosinesTo, distancesTo, queries, tick),
  };
}

const NEAREST_BY: Record<Configuration['source']['kind'], string> = {
  text: 'the dense embeddings',
  sequences: 'the dense embeddings',
  pairs: 'the dense embeddings',
  vectors: 'the cosine of the vectors',
  documents: 'the cosine of their weighed words',
};

const ITEMS_NAMES: Record<Configuration['source']['kind'], string> = {
  text: 'words',
  sequences: 'ids',
  pairs: 'ids',
  vectors: 'vectors',
  documents: 'documents',
};

/**
 * What a run is compared with: the current version, or, for a run that made it anew, what that one
 * was compared with.
 */
async function baselineOf(
  store: Store,
  currentVersion: IndexManifest | undefined,
  same: boolean,
): Promise<IndexManifest | undefined> {
  if (!currentVersion || !same) return currentVersion;
  return currentVersion.comparedWith === undefined
    ? undefined
    : await readVersion(store, currentVersion.index, currentVersion.comparedWith);
}

async function currentReport(
  store: Store,
  currentVersion: IndexManifest,
): Promise<StageOutput | undefined> {
  const manifest = currentVersion.report && (await artifactComplete(store, currentVersion.report));
  if (!manifest || !currentVersion.report) return undefined;
  const bytes = manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
  return {
    artifact: currentVersion.report,
    cached: true,
    rows: manifest.rows,
    bytes,
    facts: manifest.facts,
  };
}

async function describeLineage(
  store: Store,
  lineage: readonly ArtifactReference[],
): Promise<LineageEntry[]> {
  return await Promise.all(
    lineage.map(async (reference) => {
      const manifest = (await readManifest(store, reference)) ?? missing(reference.stage);
      const bytes = manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
      return { ...reference, rows: manifest.rows, bytes, parts: manifest.parts.length };
    }),
  );
}

function missing(stage: string): never {
  throw new Failure(
    'IntegrityError',
    `the lineage has no artifact of ${stage}; run the reindex again, it makes what is missing`,
  );
}
