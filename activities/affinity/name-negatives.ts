import type { ArtifactReference } from '../../schemas/artifact.ts';
import { artifactReference } from '../../store/artifacts.ts';

/** What the hard negatives depend on. */
export interface MineParameters {
  pairs: ArtifactReference;
  perRow: number;
  /** `pairs`: as many in all, uniform over all pairs instead of over each row's. */
  over: 'rows' | 'pairs';
  seed: number;
}

/** Names the hard negatives of rows [from, to). */
export function mineArtifact(mining: MineParameters, range: { from: number; to: number }) {
  const parameters = {
    perRow: mining.perRow,
    ...(mining.over === 'pairs' && { over: mining.over }),
    seed: mining.seed,
    from: range.from,
    to: range.to,
  };
  const inputs = [mining.pairs];
  return { parameters, inputs, artifact: artifactReference({ stage: 'mine', parameters, inputs }) };
}
