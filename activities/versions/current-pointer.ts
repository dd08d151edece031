import { recordedConfiguration } from '../../schemas/recorded-configuration.ts';
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
    manifest: {
      ...version,
      configuration: toldByReaders(version.configuration),
      // As JSON they are not there.
      metrics: undefined,
    },
  };
}

/** What of the configuration a reader says why an item is missing by. */
function toldByReaders(configuration: Record<string, unknown>): Record<string, unknown> {
  const recorded = recordedConfiguration.safeParse(configuration);
  if (!recorded.success) return {};
  const { source, tokens, vocabulary } = recorded.data;
  const { minimumLength, maximumLength, numbers } = tokens;
  const { minimumCount, maximumSize } = vocabulary;
  return {
    source: { kind: source.kind, sides: source.sides, columns: source.columns },
    tokens: { minimumLength, maximumLength, numbers },
    vocabulary: { minimumCount, maximumSize },
  };
}
