import type { Choice, Kind } from './choice.ts';
import type { CorpusFigures } from './corpus-size.ts';
import { pairSettings, sequenceSettings } from './id-settings.ts';
import { textSettings } from './text-settings.ts';
import { documentSettings, vectorSettings } from './vector-settings.ts';

/**
 * Values that differ from the defaults for a corpus of this kind and size, each with its reason.
 * docs/results/answers.md has the trials behind them.
 */
export function chooseSettings(kind: Kind, figures: CorpusFigures): Choice[] {
  return SETTINGS[kind](figures);
}

const SETTINGS: Record<Kind, (figures: CorpusFigures) => Choice[]> = {
  text: textSettings,
  sequences: sequenceSettings,
  pairs: pairSettings,
  vectors: vectorSettings,
  documents: documentSettings,
};
