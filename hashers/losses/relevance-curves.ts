import { exp } from '../../kernels/numbers/elementary.ts';
import { COSINE_LIMIT } from '../../kernels/training/pair-loss.ts';
import { LOSS_NAMES } from '../../schemas/configuration/training.ts';
import type { LossParameters } from './loss.ts';
import { createLoss } from './losses.ts';

const STEPS = 160;

/**
 * p(y = 1) of every model against the cosine distance from 0 to 2 (paper 1, Fig. 1, right), with
 * one K for all; gamma of DCH is K.
 */
export function relevanceCurves({
  concentration,
  bits,
}: LossParameters): { model: string; points: { distance: number; relevance: number }[] }[] {
  const out = new Float64Array(2);
  const losses = LOSS_NAMES.map((method) => ({
    method,
    loss: createLoss({ method, concentration, bits }),
  }));
  // An inner product is of no one cosine.
  return losses.flatMap(({ method, loss }) => {
    if (loss.innerProduct) return [];
    const points = Array.from({ length: STEPS + 1 }, (_, step) => {
      // Steps grow with the distance: all that matters is near.
      const distance = 2 * (step / STEPS) ** 2;
      loss.logRelevance(Math.max(-COSINE_LIMIT, Math.min(COSINE_LIMIT, 1 - distance)), out);
      return { distance, relevance: exp(out[0]!) };
    });
    return [{ model: method.toUpperCase(), points }];
  });
}
