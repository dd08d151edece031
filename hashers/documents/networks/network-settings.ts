import type { HashingConfiguration } from '../../../schemas/configuration/hashing.ts';

/** What was configured, and the method's own for the rest. */
export function networkSettings(
  { defaults, labelled }: { defaults: MethodDefaults; labelled?: Partial<MethodDefaults> },
  settings: HashingConfiguration,
): NetworkSettings {
  const own = settings.supervised ? { ...defaults, ...labelled } : defaults;
  const { batch, rate, wordDropout, encoderLayers, klWeight } = settings;
  return {
    ...settings,
    batch: batch ?? own.batch,
    rate: rate ?? own.rate,
    wordDropout: wordDropout ?? own.wordDropout,
    encoderLayers: encoderLayers ?? own.encoderLayers,
    klWeight: klWeight ?? own.klWeight,
  };
}

/** What a method sets where the configuration says nothing. */
export type MethodDefaults = Record<
  'batch' | 'rate' | 'wordDropout' | 'encoderLayers' | 'klWeight',
  number
>;
/** What a network learns with, nothing left open. */
export type NetworkSettings = HashingConfiguration & MethodDefaults;
