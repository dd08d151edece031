import type { CurrentPointer, IndexManifest } from '../../schemas/index-manifest.ts';

/**
 * What makes a version current: its manifest goes with it, but for what no lookup asks for, so that
 * a reader is spared a round to the bucket.
 */
export function pointerTo(
  version: IndexManifest,
  facts: Pick<CurrentPointer, 'publishedAt' | 'rolledBackFrom' | 'workflowId' | 'runId'>,
): CurrentPointer {
  return {
    format: 1,
    index: version.index,
    version: version.version,
    path: `versions/${version.version}`,
    ...facts,
    // As JSON these two are not there.
    manifest: { ...version, configuration: undefined, metrics: undefined },
  };
}
