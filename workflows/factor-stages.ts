import type { ActivityInput } from '../activities/stage-runner.ts';
import type { StageRuntime } from './stage-runtime.ts';

/** Rows up to which one activity takes all half-steps, in seconds. */
const MAX_IN_ONE = 65_536;
const RANGE_ROWS = 32_768;
const MAX_RANGES = 64;

/**
 * The factors of D: of a large one each half-step by ranges of rows, whose factors are dropped when
 * the half-step after the next is done; of a small one in one activity.
 */
export async function factorizeRows(
  { runActivity, processShards }: Pick<StageRuntime, 'runActivity' | 'processShards'>,
  rows: number,
  input: Omit<ActivityInput<'finishFactors'>, 'ranges'>,
) {
  const { filtered, vocabulary, ...parameters } = input;
  const { factors, rounds } = input;
  const summary = `${factors} factors, ${rounds} rounds`;
  if (rows <= MAX_IN_ONE)
    return await runActivity('finishFactors', summary, { ...input, ranges: [] });
  const ranges = rangesOf(rows);
  const steps = 2 * rounds;
  const { step: done } = await runActivity('resumeFactors', summary, { ...parameters, ranges });
  const drop = async (...outdated: number[]): Promise<void> => {
    const { force: _, ...named } = parameters;
    await runActivity('dropHalfSteps', summary, { ...named, ranges, steps: outdated });
  };
  for (let step = done + 1; step <= steps; step++) {
    await processShards('factorize', ranges, {
      ...parameters,
      filtered,
      vocabulary,
      ranges,
      step,
    });
    if (step > 2) await drop(step - 2);
  }
  const output = await runActivity('finishFactors', summary, { ...input, ranges });
  if (!output.cached) await drop(steps - 1, steps);
  return output;
}

function rangesOf(rows: number): number[] {
  const step = Math.max(RANGE_ROWS, Math.ceil(rows / MAX_RANGES));
  const starts = Array.from({ length: Math.ceil(rows / step) }, (_, at) => at * step);
  return [...starts, rows];
}
