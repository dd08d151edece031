import type { StageContext, StageOutput } from '../stage/stage.ts';
import { type ExportPartInput, makePart } from './make-part.ts';

declare module '../stages.ts' {
  interface Stages {
    exportPart: typeof exportPart;
  }
}

/** A published file out of the ranges. Rows: as makePart. */
export async function exportPart(
  input: ExportPartInput,
  context: StageContext,
): Promise<StageOutput> {
  return await makePart(input, context);
}
