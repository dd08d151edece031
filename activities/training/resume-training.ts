import type { ArtifactReference } from '../../schemas/artifact.ts';
import { Failure } from '../../schemas/failures.ts';
import {
  artifactComplete,
  artifactFolder,
  openArtifact,
  readManifest,
} from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import type { StageOutput, StageContext } from '../stage/stage.ts';
import { roundsAhead, surveyArtifact, type LearningInput } from './name-training.ts';
import { finishedTraining } from './finished-training.ts';

declare module '../stages.ts' {
  interface Stages {
    resumeTraining: typeof resumeTraining;
  }
}

interface ResumeTrainingOutput {
  /** The whole training is there already. */
  finished?: StageOutput;
  /**
   * The last whole checkpoint of a run that was interrupted, and what the surveys before it found.
   */
  checkpoint?: { epoch: number; states: ArtifactReference[]; scores: Score[] };
  /** States that were there but not with the bytes that were written; they are made anew. */
  corrupted: string[];
}

/** What a survey found after so many epochs. */
export interface Score {
  epoch: number;
  f1: number;
  hitRate: number;
}

/**
 * Looks for what an earlier run of the same training has left. A state that fails its checksum is
 * forgotten, and the checkpoint before counts; without `verify` nothing is read but manifests.
 * Throws ConfigurationError where partitions would be without words.
 */
export async function resumeTraining(
  learning: LearningInput,
  context: StageContext,
  verify = true,
): Promise<ResumeTrainingOutput> {
  const {
    words,
    training: { partitions },
  } = learning;
  if (partitions > words)
    throw new Failure(
      'ConfigurationError',
      `training.partitions: ${partitions} partitions of ${words} words; take at most as many ` +
        'as there are words',
    );
  if (learning.force) return { corrupted: [] };
  const store = context.openStore(learning.store);
  const finished = await finishedTraining(learning, store);
  if (finished) return { finished, corrupted: [] };
  const rounds = [...roundsAhead(learning)];
  const corrupted: string[] = [];
  for (const [at, { to, checkpoint }] of [...rounds.entries()].reverse()) {
    context.onProgress(0, 0);
    const state = await stateOfAll(store, checkpoint, verify, corrupted);
    if (state === 'whole')
      return {
        checkpoint: {
          epoch: to,
          states: checkpoint,
          scores: await readScores(rounds.slice(0, at)),
        },
        corrupted,
      };
  }
  return { corrupted };

  async function readScores(before: typeof rounds): Promise<Score[]> {
    const scores: Score[] = [];
    for (const { to, checkpoint } of before) {
      const manifest = await readManifest(store, surveyArtifact(learning, to, checkpoint).artifact);
      if (manifest)
        scores.push({
          epoch: to,
          f1: Number(manifest.facts['f1']),
          hitRate: Number(manifest.facts['hitRate']),
        });
    }
    return scores;
  }
}

/** Reads every state; one with wrong bytes is noted and removed. */
async function stateOfAll(
  store: Store,
  states: readonly ArtifactReference[],
  verify: boolean,
  corrupted: string[],
): Promise<'whole' | 'missing' | 'corrupted'> {
  for (const state of states) if (!(await artifactComplete(store, state))) return 'missing';
  if (!verify) return 'whole';
  let isWhole = true;
  for (const state of states) {
    try {
      await (await openArtifact(store, state)).part('state.arrow');
    } catch (error) {
      if (!(error instanceof Failure && error.type === 'IntegrityError')) throw error;
      corrupted.push(error.message);
      const manifest = await readManifest(store, state);
      for (const part of manifest?.parts ?? [])
        await store.delete(`${artifactFolder(state)}/${part.path}`);
      await store.delete(`${artifactFolder(state)}/manifest.json`);
      isWhole = false;
    }
  }
  return isWhole ? 'whole' : 'corrupted';
}
