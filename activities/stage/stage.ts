import type { ArtifactReference, Manifest } from '../../schemas/artifact.ts';
import type { OpenedTensorflow } from '../../schemas/tensorflow.ts';
import type { Store } from '../../store/store.ts';

export type Figures = Record<string, number>;

/** What a stage gets beside its input. Stages run in a worker thread, away from the heartbeats. */
export interface StageContext {
  openStore: (uri: string) => Store;
  /**
   * Tells how far the stage is; throws when the run is cancelled, so call it between pieces of work
   * of at most a second.
   */
  onProgress(done: number, total: number, figures?: Figures): void;
  /** Threads that share a visit to a block; changes nothing of its result. */
  trainThreads: number;
  /**
   * Loads TensorFlow; throws ConfigurationError, naming `hashloom setup tensorflow`, where it is
   * not set up.
   */
  openTensorflow: () => Promise<OpenedTensorflow>;
  /** Stages that run at once in this worker and share its memory. */
  stageThreads: number;
  origin: { workflowId?: string; runId?: string; codeVersion: string };
}

/** What every stage's input begins with. */
export interface StageInput {
  /** URI of the store. */
  store: string;
  /** Make the artifact even where it is there. */
  force: boolean;
}

/** What a stage returns to the workflow: references and figures, never data. */
export interface StageOutput {
  artifact: ArtifactReference;
  cached: boolean;
  rows: number;
  bytes: number;
  facts: Manifest['facts'];
}
