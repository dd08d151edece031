import { sidesOf } from '../../kernels/factors/sides-of.ts';
import type { FactorLinks, Factors, FactorSides } from '../../kernels/factors/factorize.ts';
import { type PairScorer, pairScorer } from '../../kernels/factors/pair-scores.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { Failure } from '../../schemas/failures.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { factorsArtifact, type FactorParameters, partOf, stepArtifacts } from './name-factors.ts';

/** The factors of all ranges of a half-step, one after the other. */
export async function readStep(
  store: Store,
  parameters: FactorParameters,
  ranges: readonly number[],
  step: number,
  values: number,
): Promise<Float32Array> {
  const all = new Float32Array(values);
  let at = 0;
  for (const reference of stepArtifacts(parameters, ranges, step))
    at = await readInto(store, reference, 'factors.f32', all, at);
  if (at !== values)
    throw new Failure(
      'IntegrityError',
      `half-step ${step} of the factors of ${parameters.affinity.key} has ${at} values, ` +
        `expected ${values}; run the reindex again`,
    );
  return all;
}

/** Fills `out` from a place on with the floats of a part; returns where they end. */
export async function readInto(
  store: Store,
  reference: ArtifactReference,
  part: string,
  out: Float32Array,
  at: number,
): Promise<number> {
  const artifact = await openArtifact(store, reference);
  const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
  let end = 4 * at;
  for await (const piece of artifact.partStream(part)) {
    if (end + piece.length > bytes.length)
      throw new Failure(
        'IntegrityError',
        `${reference.stage}/${reference.key}: ${part} has more than ${out.length - at} values; ` +
          'run the reindex again',
      );
    bytes.set(piece, end);
    end += piece.length;
  }
  return end / 4;
}

let kept: { key: string; scorer: PairScorer } | undefined;

/** What the factors of all rows predict; a thread keeps the last ones. */
export async function keepScorer(
  store: Store,
  parameters: FactorParameters,
  links: FactorLinks,
): Promise<PairScorer> {
  const { artifact } = factorsArtifact(parameters);
  const key = `${store.uri}/${artifact.key}`;
  if (kept?.key === key) return kept.scorer;
  kept = undefined;
  const sides = sidesOf(links, parameters.sides);
  const factors = await loadFactors(store, parameters, sides);
  const scorer = pairScorer(factors, sides, parameters.factors);
  kept = { key, scorer };
  return scorer;
}

/** The factors of all rows. */
export async function loadFactors(
  store: Store,
  parameters: FactorParameters,
  sides: FactorSides,
): Promise<Factors> {
  const { artifact } = factorsArtifact(parameters);
  const read = async (side: keyof Factors): Promise<Float32Array> => {
    const { from, to } = sides[side];
    const values = new Float32Array((to - from) * parameters.factors);
    await readInto(store, artifact, partOf(side), values, 0);
    return values;
  };
  return { asking: await read('asking'), answering: await read('answering') };
}
