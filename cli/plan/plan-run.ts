import pMap from 'p-map';
import { readListedFiles } from '../../activities/corpus/listed-files.ts';
import { relateArtifact } from '../../activities/affinity/name-lists.ts';
import { relateDocumentsArtifact } from '../../activities/documents/name-near.ts';
import { relateVectorsArtifact } from '../../activities/vectors/name-near.ts';
import { stepArtifact } from '../../activities/factors/name-factors.ts';
import { mineArtifact } from '../../activities/affinity/name-negatives.ts';
import { resumeTraining } from '../../activities/training/resume-training.ts';
import { loadStage } from '../../activities/load-stage.ts';
import type { ActivityInput, ActivityOutput } from '../../activities/stage-runner.ts';
import { ingestArtifact } from '../../activities/corpus/name-shards.ts';
import { countArtifact, mergeArtifact } from '../../activities/affinity/name-counts.ts';
import type { StageContext } from '../../activities/stage/stage.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import {
  type ActivityName,
  type ShardActivity,
  type StageName,
  STAGES,
} from '../../schemas/activities.ts';
import { stageNamesOf } from '../../schemas/stages.ts';
import { artifactComplete, artifactReference } from '../../store/artifacts.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { reindexStages } from '../../workflows/reindex.ts';
import type { StageFigures, StageRuntime } from '../../workflows/stage-runtime.ts';
import { lookingContext } from './planning-context.ts';
import { planningStore, StageWouldRun } from './planning-store.ts';
import { partRecipe, rangeRecipe } from '../../activities/index/name-export.ts';
import { filterArtifact } from '../../activities/affinity/name-filtered.ts';
import { readGroups } from '../../activities/affinity/read-groups.ts';

export interface StagePlan {
  name: StageName;
  /** Whether a run now would run it. */
  runs: boolean;
  why: string;
  /** Of a stage that is there: what it made. */
  made?: { rows: number; bytes: number };
  /** Of a stage whose files or ranges are there in part: how many are missing. */
  missing?: { artifacts: number; of: number };
}

/**
 * What a run now would do, stage by stage, without doing it: the run's own code with steps that
 * look and no more.
 */
export async function planRun(
  configuration: Configuration,
  force: boolean,
  retrain = false,
): Promise<StagePlan[]> {
  const names = stageNamesOf(configuration);
  if (force) return names.map((name) => ({ name, runs: true, why: 'asked for with --force' }));
  const plans: StagePlan[] = [];
  try {
    await reindexStages(
      { configuration, force: false, retrain, searchAttributes: false },
      lookingSteps(configuration, plans),
    );
  } catch (error) {
    if (!(error instanceof PlanEnds)) throw error;
  }
  const cause = plans.findLast((plan) => plan.runs);
  if (cause === undefined) return plans;
  for (const name of names.slice(plans.length))
    plans.push({ name, runs: true, why: `follows: ${STAGES[cause.name].title}` });
  return plans;
}

/** The stages of a run over a corpus that is not there. */
export function planResized(configuration: Configuration): StagePlan[] {
  return stageNamesOf(configuration).map((name) => ({
    name,
    runs: true,
    why: 'the corpus is planned in another size',
  }));
}

/** The first stage that runs ends the looking: what hangs on it cannot be known before. */
class PlanEnds extends Error {}

/** Some artifacts of a stage are not there. */
class ArtifactsMissing extends Error {
  readonly missing: { artifacts: number; of: number };
  constructor(artifacts: number, of: number, what: string) {
    super(
      `${artifacts} of ${of} ${what} have not been made with these ` +
        `${what === 'files' ? '' : 'inputs and '}settings`,
    );
    this.missing = { artifacts, of };
  }
}

const UNMADE = 'it has not been made with these inputs and settings';
const UNPUBLISHED = 'no version of these artifacts is current';

function lookingSteps({ store: uri, training }: Configuration, plans: StagePlan[]): StageRuntime {
  const real = openStore(uri);
  const store = planningStore(real);
  // The list alone looks at the corpus; another stage that does would run.
  const contextOf = (name: ActivityName): StageContext =>
    lookingContext((other) => {
      if (other === uri) return store;
      if (name === 'list') return openStore(other);
      throw new StageWouldRun(other);
    });
  return {
    run: {
      async stage(name, work) {
        try {
          const output = await work();
          const made = { rows: output.rows, bytes: output.bytes };
          // The list alone is made by looking, because everything hangs on it.
          if (name === 'list' && !output.cached)
            plans.push({
              name,
              runs: true,
              why: `${output.rows} files, not listed like this before`,
            });
          else
            plans.push({
              name,
              runs: false,
              why:
                name === 'list' ? `${output.rows} files, as they were` : 'its artifacts are there',
              made,
            });
          return output;
        } catch (error) {
          const unmade = error instanceof StageWouldRun;
          if (!unmade && !(error instanceof ArtifactsMissing)) throw error;
          const whyUnmade = name === 'report' || name === 'publish' ? UNPUBLISHED : UNMADE;
          const why = unmade ? whyUnmade : error.message;
          plans.push({
            name,
            runs: true,
            why,
            ...(!unmade && error.missing.of > 0 && { missing: error.missing }),
          });
          throw new PlanEnds(undefined, { cause: error });
        }
      },
      results: () => [],
      published: () => undefined,
    },
    runActivity: (name, _summary, input) => lookAt(name, input, contextOf(name)),
    processShards: async (activity, batches, shared) => {
      const { artifacts, what } = await ARTIFACTS[activity](shared, batches, store);
      return await figuresOf(real, artifacts, what);
    },
    learn: async (learning) => {
      const { finished, checkpoint } = await resumeTraining(
        learning,
        contextOf('resumeTraining'),
        false,
      );
      if (finished !== undefined) return finished;
      if (checkpoint === undefined) throw new StageWouldRun('the embeddings');
      throw new TrainingGoesOn(checkpoint.epoch, training.epochs);
    },
    passGate: () => Promise.resolve(undefined),
    execution: { workflowId: '', runId: '' },
  };
}

async function lookAt<Name extends ActivityName>(
  name: Name,
  input: ActivityInput<Name>,
  context: StageContext,
): Promise<ActivityOutput<Name>> {
  const look = (await loadStage(name)) as (
    input: ActivityInput<Name>,
    context: StageContext,
  ) => Promise<ActivityOutput<Name>>;
  return await look(input, context);
}

class TrainingGoesOn extends ArtifactsMissing {
  constructor(epoch: number, epochs: number) {
    super(epochs - epoch, epochs, 'epochs');
    this.message = `an interrupted training goes on after epoch ${epoch} of ${epochs}`;
  }
}

type Shared<Name extends ShardActivity> = Omit<ActivityInput<Name>, 'from' | 'to'>;
type NamesArtifacts<Name extends ShardActivity> = (
  shared: Shared<Name>,
  batches: readonly number[],
  store: Store,
) => Promise<{ artifacts: ArtifactReference[]; what: string }>;

const rangesOf = (batches: readonly number[]) =>
  batches.slice(1).map((to, at) => ({ from: batches[at] ?? 0, to }));
const byRange =
  <Name extends ShardActivity>(
    name: (
      shared: Shared<Name>,
      range: { from: number; to: number },
    ) => { artifact: ArtifactReference },
    what = 'ranges of words',
  ): NamesArtifacts<Name> =>
  (shared, batches) =>
    Promise.resolve({
      artifacts: rangesOf(batches).map((range) => name(shared, range).artifact),
      what,
    });

/** What each activity of many would leave. */
const ARTIFACTS: { [Name in ShardActivity]: NamesArtifacts<Name> } = {
  async ingest(shared, _batches, store) {
    const files = await readListedFiles(store, shared.files);
    return { artifacts: files.map((file) => ingestArtifact(file, shared).artifact), what: 'files' };
  },
  async count(shared, _batches, store) {
    const groups = await readGroups(store, shared.groups);
    return {
      artifacts: groups.map((group) => countArtifact(group, shared).artifact),
      what: 'groups of files',
    };
  },
  merge: byRange<'merge'>(mergeArtifact),
  filter: byRange<'filter'>(filterArtifact),
  mine: byRange<'mine'>(mineArtifact),
  factorize: byRange<'factorize'>(stepArtifact),
  relate: byRange<'relate'>(relateArtifact),
  relateDocuments: byRange<'relateDocuments'>(relateDocumentsArtifact, 'ranges of documents'),
  relateVectors: byRange<'relateVectors'>(relateVectorsArtifact, 'ranges of vectors'),
  exportRange: byRange<'exportRange'>((shared, range) => ({
    artifact: artifactReference(rangeRecipe(shared, range)),
  })),
  exportPart: byRange<'exportPart'>((shared, { from }) => ({
    artifact: artifactReference(partRecipe(shared, from)),
  })),
};

const LOOKS_AT_ONCE = 32;

async function figuresOf(
  store: Store,
  artifacts: readonly ArtifactReference[],
  what: string,
): Promise<StageFigures> {
  let missing = 0;
  const figures = { cached: true, rows: 0, bytes: 0 };
  const look = async (artifact: ArtifactReference): Promise<void> => {
    const manifest = await artifactComplete(store, artifact);
    if (manifest === undefined) {
      missing += 1;
      return;
    }
    figures.rows += manifest.rows;
    figures.bytes += manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
  };
  await pMap(artifacts, look, { concurrency: LOOKS_AT_ONCE });
  if (missing > 0) throw new ArtifactsMissing(missing, artifacts.length, what);
  return figures;
}
