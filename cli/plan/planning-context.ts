import type { StageContext } from '../../activities/stage/stage.ts';
import { openTensorflow } from '../../infra/tensorflow/tensorflow.ts';
import type { Store } from '../../store/store.ts';

/** For stages that only look: nobody follows them, and what they would make is nobody's. */
export const lookingContext = (openStore: (uri: string) => Store): StageContext => ({
  openStore,
  openTensorflow: () => openTensorflow(),
  trainThreads: 1,
  stageThreads: 1,
  onProgress: () => undefined,
  origin: { codeVersion: '' },
});
