import { foldIn } from '../../kernels/factors/fold-in.ts';
import { factorSides } from '../../kernels/factors/factorize.ts';
import { codesOf } from '../../kernels/two-codes/codes-of.ts';
import { codeVectors } from '../../kernels/two-codes/code-vectors.ts';
import { nearestCodes } from '../../kernels/two-codes/nearest-codes.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import { artifactComplete, openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { distinctCells, readProjections } from '../factors/learned-codes.ts';
import { loadFactors } from '../factors/load-factors.ts';
import { factorsArtifact } from '../factors/name-factors.ts';
import type { StageContext } from '../stage/stage.ts';
import { loadCodes } from '../training/load-codes.ts';
import type { CodedItem } from './change-items.ts';
import { graphOfVersion } from './graph-of-version.ts';
import { linksOfNew, type NewLinks } from './new-links.ts';

/**
 * The new items of a version whose codes were learned from factors, with codes of the same kind:
 * their factors are folded in, projected as those of all others were, and put in the nearest cell.
 * Undefined where codes came about in another way, or the store no longer has what they came from.
 */
export async function codeNewItems(
  { keys, neighbours }: NewLinks,
  { lineage, roles, ...manifest }: IndexManifest,
  store: Store,
  context: StageContext,
): Promise<CodedItem[] | undefined> {
  const of = (stage: string) => lineage.find((reference) => reference.stage === stage);
  const [learned, pairs] = [of('two-codes'), of('hold-out')];
  if (!roles || !learned || !pairs || !(await artifactComplete(store, learned))) return undefined;
  const made = await graphOfVersion(store, { ...manifest, lineage, roles });
  if (!made?.factors) return undefined;
  const parameters = { ...made.factors, affinity: pairs };
  if (!(await artifactComplete(store, factorsArtifact(parameters).artifact))) return undefined;
  const { links, sides } = await linksOfNew(neighbours, made, store, () =>
    context.onProgress(0, keys.length),
  );
  const known = await loadFactors(store, parameters, sides);
  const { factors, asks } = foldIn(links, known, sides, parameters);
  const { asking, answering } = await readProjections(await openArtifact(store, learned));
  const rows = Uint32Array.from(keys, (_, u) => u);
  const isOneSet = sides.asking.from === sides.answering.from;
  const d = made.factors.factors;
  const vectors = isOneSet
    ? codeVectors(factors, factorSides(keys.length), d)
    : { width: d, asking: () => factors.asking, answering: () => factors.answering };
  const asked = codesOf(vectors.asking(rows), vectors.width, asking);
  const answered = codesOf(vectors.answering(rows), vectors.width, answering);
  const codeBytes = asking.offsets.length / 8;
  // Of two sides an item has the code of its side for both.
  if (!isOneSet)
    for (const [u, isAsking] of asks.entries()) {
      const [from, to] = isAsking === 1 ? [asked, answered] : [answered, asked];
      to.set(from.subarray(u * codeBytes, (u + 1) * codeBytes), u * codeBytes);
    }
  const cells = nearestCodes(answered, distinctCells(await loadCodes(store, learned)), codeBytes);
  return keys.map((key, u) => ({
    key,
    code: Buffer.concat(
      [cells, answered, asked].map((codes) => codes.subarray(u * codeBytes, (u + 1) * codeBytes)),
    ),
  }));
}
