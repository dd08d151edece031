import type { StageContext, StageOutput } from '../stage/stage.ts';
import { type ExportRangeInput, makeRange } from './make-range.ts';

declare module '../stages.ts' {
  interface Stages {
    exportRange: typeof exportRange;
  }
}

/**
 * Units [from, to) of the plan as entries of pages and row groups of tables. Rows: as makeRange.
 */
export async function exportRange(
  input: ExportRangeInput,
  context: StageContext,
): Promise<StageOutput> {
  return await makeRange(input, context);
}
