import { binarize } from '../activities/binarize.ts';
import { chooseVocabulary } from '../activities/choose-vocabulary.ts';
import { evaluate } from '../activities/evaluate.ts';
import { exportBuckets } from '../activities/export-buckets.ts';
import { filterArtifact } from '../activities/filter.ts';
import { groupFiles, readGroups } from '../activities/group-files.ts';
import { holdOut } from '../activities/hold-out.ts';
import { list } from '../activities/list.ts';
import { readListedFiles } from '../activities/listed-files.ts';
import { mergeDictionaries } from '../activities/merge-dictionaries.ts';
import { mineArtifact } from '../activities/mined-artifacts.ts';
import { publish } from '../activities/publish.ts';
import { report } from '../activities/report.ts';
import { resumeTraining } from '../activities/resume-training.ts';
import { countArtifact, ingestArtifact, mergeArtifact } from '../activities/shard-artifacts.ts';
import type { StageContext } from '../activities/stage-context.ts';
import { sumMarginals } from '../activities/sum-marginals.ts';
import { symmetrize } from '../activities/symmetrize.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import type { Configuration } from '../schemas/configuration.ts';
import { STAGE_NAMES, STAGES } from '../schemas/stages.ts';
import { artifactComplete } from '../store/artifacts.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { planningStore, StageWouldRun } from './planning-store.ts';

export type RunStageName = (typeof STAGE_NAMES)[number];

export interface StagePlan {
  name: RunStageName;
  /** Whether a run now would run it. */
  runs: boolean;
  why: string;
}

/** What a run now would do, stage by stage, without doing it: the stages' own code on a store that lets them look and no more. */
export async function planRun(configuration: Configuration, force: boolean): Promise<StagePlan[]> {
  if (force) return STAGE_NAMES.map((name) => ({ name, runs: true, why: 'asked for with --force' }));
  const plans: StagePlan[] = [];
  try {
    await walk(configuration, plans);
  } catch (error) {
    if (!(error instanceof PlanEnds)) throw error;
  }
  const cause = plans.findLast((plan) => plan.runs);
  if (cause === undefined) return plans;
  for (const name of STAGE_NAMES.slice(plans.length)) plans.push({ name, runs: true, why: `follows: ${STAGES[cause.name].title}` });
  return plans;
}

/** The first stage that runs ends the looking: what hangs on it cannot be known before. */
class PlanEnds extends Error {}

/** The way of workflows/reindex.ts; a test holds that a finished run is planned as cached throughout. */
async function walk(configuration: Configuration, plans: StagePlan[]): Promise<void> {
  const { index, source, tokens, vocabulary, cooccurrence, affinity, heldOut, negatives, training, evaluation, seed } = configuration;
  const base = { store: configuration.store, force: false };
  const real = openStore(configuration.store);
  const store = planningStore(real);
  const opened = new Map<string, Store>([[configuration.store, store]]);
  const context: StageContext = {
    openStore: (uri) => opened.get(uri) ?? openStore(uri),
    trainThreads: 1,
    report: () => undefined,
    origin: { codeVersion: '' },
  };
  const cached = (name: RunStageName, why = 'its artifact is there') => plans.push({ name, runs: false, why });
  const runs = (name: RunStageName, why: string): never => {
    plans.push({ name, runs: true, why });
    throw new PlanEnds();
  };
  const stage = async <Output>(name: RunStageName, look: () => Promise<Output>, why = 'it has not been made with these inputs and settings'): Promise<Output> => {
    try {
      const output = await look();
      cached(name);
      return output;
    } catch (error) {
      if (error instanceof StageWouldRun) return runs(name, why);
      throw error;
    }
  };
  const shards = async (name: RunStageName, artifacts: readonly ArtifactReference[], what: string) => {
    const missing = await countMissing(real, artifacts);
    if (missing > 0) runs(name, `${missing} of ${artifacts.length} ${what} have not been made with these settings`);
    cached(name, `all ${artifacts.length} ${what} are there`);
  };

  const rangesOf = async (name: RunStageName, artifacts: readonly ArtifactReference[]) => {
    const missing = await countMissing(real, artifacts);
    if (missing > 0) runs(name, `${missing} of ${artifacts.length} ranges of words have not been made with these inputs and settings`);
  };

  const corpus = await list({ ...base, configuration }, context);
  if ((await artifactComplete(real, corpus.artifact)) === undefined) plans.push({ name: 'list', runs: true, why: `${corpus.rows} files, not listed like this before` });
  else cached('list', `${corpus.rows} files, as they were`);
  const files = await readListedFiles(store, corpus.artifact);
  const ingestion = { ...base, files: corpus.artifact, source, tokens };
  await shards('ingest', files.map((file) => ingestArtifact(file, ingestion).artifact), 'files');
  const dictionary = await stage('dictionary', () => mergeDictionaries(ingestion, context));
  const words = await stage('vocabulary', () => chooseVocabulary({ ...base, dictionary: dictionary.artifact, index, ...vocabulary }, context));
  const counting = { ...ingestion, index, common: words.common, ...cooccurrence };
  const grouped = await groupFiles(counting, context);
  const groups = await readGroups(store, grouped.artifact);
  await shards('count', groups.map((group) => countArtifact(group, counting).artifact), 'groups of files');
  const merging = { ...counting, groups: grouped.artifact, vocabulary: words.artifact };
  const rowRanges = words.ranges.slice(1).map((to, at) => ({ from: words.ranges[at] ?? 0, to }));
  await rangesOf('merge', rowRanges.map((range) => mergeArtifact(merging, range).artifact));
  const rows = await stage('merge', () => sumMarginals({ ...merging, ranges: words.ranges }, context));
  const filtering = { ...base, merging, rows: rows.artifact, ...affinity };
  await rangesOf('filter', rowRanges.map((range) => filterArtifact(filtering, range).artifact));
  const d = await stage('filter', () => symmetrize({ ...filtering, ranges: words.ranges }, context));
  const pairs = await stage('hold-out', () => holdOut({ ...base, affinity: d.artifact, pairs: heldOut.pairs, seed }, context));
  const mining = { ...base, pairs: pairs.artifact, perRow: negatives.perRow, seed };
  const ranges = pairs.batches.slice(1).map((to, at) => ({ from: pairs.batches[at] ?? 0, to }));
  await shards('mine', ranges.map((range) => mineArtifact(mining, range).artifact), 'ranges of words');
  const learned = await resumeTraining({ ...mining, batches: pairs.batches, words: words.rows, training }, context);
  const model = learned.finished ?? runs('train', startOfTraining(learned.checkpoint?.epoch, training.epochs));
  cached('train');
  const codes = await stage('binarize', () => binarize({ ...base, model: model.artifact }, context));
  const buckets = await stage('export', () => exportBuckets({ ...base, codes: codes.artifact, vocabulary: words.artifact, model: model.artifact }, context));
  const truth = { affinity: d.artifact, pairs: pairs.artifact };
  const quality = await stage('evaluate', () =>
    evaluate({ ...base, ...truth, codes: codes.artifact, model: model.artifact, queries: evaluation.queries, seed }, context),
  );
  const lineage = [...[buckets, quality, codes, model, pairs, d, rows].map((output) => output.artifact), grouped.artifact, words.artifact, dictionary.artifact, corpus.artifact];
  const made = { ...base, configuration, lineage, metrics: quality.metrics };
  const page = await stage('report', () => report({ ...made, stages: [] }, context), 'no version of these artifacts is current');
  const publication = { ...made, common: words.common, report: page.artifact };
  await stage('publish', () => publish(publication, context), 'no version of these artifacts is current');
}

function startOfTraining(epoch: number | undefined, epochs: number): string {
  return epoch === undefined ? 'it has not been made with these inputs and settings' : `an interrupted training goes on after epoch ${epoch} of ${epochs}`;
}

const LOOKS_AT_ONCE = 32;

async function countMissing(store: Store, artifacts: readonly ArtifactReference[]): Promise<number> {
  let missing = 0;
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < artifacts.length; at = next++) {
      const artifact = artifacts[at];
      if (artifact !== undefined && (await artifactComplete(store, artifact)) === undefined) missing += 1;
    }
  };
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, lane));
  return missing;
}
