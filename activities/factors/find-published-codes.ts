import type { ArtifactReference } from '../../schemas/artifact.ts';
import { artifactComplete, readManifest } from '../../store/artifacts.ts';
import { canonicalJson } from '../../store/canonical-json.ts';
import type { Store } from '../../store/store.ts';
import type { StageContext, StageInput } from '../stage/stage.ts';
import { readIndexState } from '../versions/current-version.ts';
import { measureDrift } from './measure-drift.ts';
import { codesArtifact, type CodesParameters, type KeptCodes } from './name-codes.ts';
import { factorsArtifact } from './name-factors.ts';

declare module '../stages.ts' {
  interface Stages {
    findPublishedCodes: typeof findPublishedCodes;
  }
}

interface FindPublishedCodesInput extends StageInput {
  learning: CodesParameters;
  index: string;
  vocabulary: ArtifactReference;
  /** Share of the links that may have changed since codes were learned. */
  mostDrift: number;
}

/**
 * The codes of the published version, for items to keep; null where nothing is published, where
 * they were learned with other settings, or where D has drifted too far since they were learned.
 * Where that version comes of this very D, what it kept itself, so that a run that is done is done.
 */
export async function findPublishedCodes(
  input: FindPublishedCodesInput,
  context: StageContext,
): Promise<KeptCodes | null> {
  const { learning, index, vocabulary: own, mostDrift } = input;
  const store = context.openStore(input.store);
  const { currentVersion } = await readIndexState(store, index);
  const made = (stage: string) => currentVersion?.lineage.find((each) => each.stage === stage);
  const [codes, vocabulary, pairs] = [made('two-codes'), made('vocabulary'), made('hold-out')];
  const manifest = codes && (await artifactComplete(store, codes));
  if (!codes || !vocabulary || !pairs || !manifest) return null;
  const { kept, ...settings } = manifest.parameters;
  const { parameters, inputs } = codesArtifact(learning);
  if (canonicalJson(settings) !== canonicalJson(parameters)) return null;
  if (canonicalJson(manifest.inputs) === canonicalJson(inputs)) {
    const before = kept as KeptCodes | undefined;
    // What is made by force needs what gc may have removed since.
    return before && (!input.force || (await isThere(store, before))) ? before : null;
  }
  const factors = manifest.inputs[0] && (await readManifest(store, manifest.inputs[0]));
  const { parameters: factoring } = factorsArtifact(learning);
  if (!factors || canonicalJson(factors.parameters) !== canonicalJson(factoring)) return null;
  const published = { codes, vocabulary, pairs, own };
  if (!(await isThere(store, published))) return null;
  context.onProgress(1, 2);
  const { drift } = await measureDrift(
    store,
    { pairs, vocabulary },
    { pairs: learning.affinity, vocabulary: own },
  );
  const since = Number(manifest.facts['drift'] ?? 0) + drift;
  return since <= mostDrift ? published : null;
}

async function isThere(store: Store, kept: KeptCodes): Promise<boolean> {
  for (const needed of [kept.codes, kept.vocabulary, kept.pairs])
    if (!(await artifactComplete(store, needed))) return false;
  return true;
}
