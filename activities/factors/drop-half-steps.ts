import { dropParts } from '../stage/drop-parts.ts';
import type { StageContext } from '../stage/stage.ts';
import { type FactorParameters, stepArtifacts } from './name-factors.ts';

declare module '../stages.ts' {
  interface Stages {
    dropHalfSteps: typeof dropHalfSteps;
  }
}

interface DropHalfStepsInput extends FactorParameters {
  store: string;
  ranges: number[];
  steps: number[];
}

/** Removes the factors of half-steps that nothing will read again. */
export async function dropHalfSteps(
  input: DropHalfStepsInput,
  context: StageContext,
): Promise<void> {
  const artifacts = input.steps.flatMap((step) => stepArtifacts(input, input.ranges, step));
  await dropParts(context.openStore(input.store), artifacts, (done, total) =>
    context.onProgress(done, total),
  );
}
