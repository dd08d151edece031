import type { Configuration } from '../../schemas/configuration.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import { requireVersion, indexFolder } from './current-version.ts';
import type { StageContext, StageInput } from '../stage/stage.ts';

declare module '../stages.ts' {
  interface Stages {
    describeVersion: typeof describeVersion;
  }
}

type VersionDescription = Pick<
  IndexManifest,
  'lineage' | 'common' | 'report' | 'kind' | 'metrics'
> & { uri: string; configuration: Configuration };

/** What an append takes over from the version that it changes. */
export async function describeVersion(
  input: StageInput & { index: string; version: number },
  context: StageContext,
): Promise<VersionDescription> {
  const store = context.openStore(input.store);
  const { lineage, common, report, kind, metrics, configuration } = await requireVersion(
    store,
    input.index,
    input.version,
  );
  const uri = `${store.uri}/${indexFolder(input.index)}/versions/${input.version}`;
  return {
    lineage,
    kind,
    metrics,
    uri,
    configuration: configuration as Configuration,
    ...(common && { common }),
    ...(report && { report }),
  };
}
