import type { RandomStream } from './random.ts';

/** Fisher and Yates's shuffle from the last place down, in place; returns the same array. */
export function shuffle<Values extends { readonly length: number; [at: number]: unknown }>(
  values: Values,
  random: RandomStream,
): Values {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const value = values[i];
    values[i] = values[j];
    values[j] = value;
  }
  return values;
}
