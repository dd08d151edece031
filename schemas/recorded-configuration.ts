import { z } from 'zod';
import { configuration } from './configuration.ts';

/**
 * A configuration as a version, a schedule or a run under way holds it, which may have been written
 * before a key was taken away.
 */
export const recordedConfiguration = z.preprocess(upgradeConfiguration, configuration);

const REVIVAL = 'it is gone, for it did harm in every trial; buckets.settle takes its place';

/** Keys that there were once, as section and key, with what a user is told of them. */
export const REMOVED_KEYS: Readonly<Record<string, string>> = {
  'training.reviveFrom': REVIVAL,
  'training.reviveTo': REVIVAL,
};

/** The value without the keys that are gone; the value itself where it has none of them. */
export function upgradeConfiguration(value: unknown): unknown {
  let upgraded = value;
  for (const path of Object.keys(REMOVED_KEYS)) {
    const [section, key] = path.split('.') as [string, string];
    if (!isRecord(upgraded)) return upgraded;
    const values = upgraded[section];
    if (!isRecord(values) || !(key in values)) continue;
    const { [key]: _, ...kept } = values;
    upgraded = { ...upgraded, [section]: kept };
  }
  return upgraded;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
