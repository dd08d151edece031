import { artifactComplete } from '../../store/artifacts.ts';
import type { StageContext, StageInput } from '../stage/stage.ts';
import { factorsArtifact, type FactorParameters, stepArtifacts } from './name-factors.ts';

declare module '../stages.ts' {
  interface Stages {
    resumeFactors: typeof resumeFactors;
  }
}

interface ResumeFactorsInput extends StageInput, FactorParameters {
  ranges: number[];
}

/**
 * The last half-step that an interrupted run of the same factors has left whole, with the one
 * before it, or 0; the number of all of them where the factors are there.
 */
export async function resumeFactors(
  input: ResumeFactorsInput,
  context: StageContext,
): Promise<{ step: number }> {
  const { rounds, ranges, force } = input;
  const store = context.openStore(input.store);
  const steps = 2 * rounds;
  if (force) return { step: 0 };
  if (await artifactComplete(store, factorsArtifact(input).artifact)) return { step: steps };
  const isWhole = async (step: number): Promise<boolean> => {
    if (step === 0) return true;
    for (const artifact of stepArtifacts(input, ranges, step))
      if (!(await artifactComplete(store, artifact))) return false;
    return true;
  };
  for (let step = steps; step > 0; step--) {
    context.onProgress(steps - step, steps);
    if ((await isWhole(step)) && (await isWhole(step - 1))) return { step };
  }
  return { step: 0 };
}
