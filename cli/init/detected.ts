import type { Choice, Kind } from './choice.ts';
import type { ColumnRole, SampledColumn } from './sampled-table.ts';

/** What a corpus was taken for, and what else a person should know of it. */
export interface Detected {
  kind: Kind;
  choices: Choice[];
  notes: string[];
}

/** A column, and what it may be for. */
export interface RatedColumn extends SampledColumn {
  role: ColumnRole;
}
