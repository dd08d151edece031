import { z } from 'zod';
import { configuration } from './configuration.ts';
import { METRICS } from './metrics.ts';

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

/**
 * The value without the keys that are gone, and without rules of the gate about metrics that are
 * measured no more; the value itself where it has none of them.
 */
export function upgradeConfiguration(value: unknown): unknown {
  let upgraded = withKnownMetrics(value);
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

/** A gate that names another metric would be a mistake in a file, and is history in a version. */
function withKnownMetrics(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value['gate'])) return value;
  const gate = { ...value['gate'] };
  let hasUnknown = false;
  for (const rules of ['minimum', 'regression']) {
    const given = gate[rules];
    if (!isRecord(given)) continue;
    const kept = Object.entries(given).filter(([name]) => name in METRICS);
    hasUnknown ||= kept.length < Object.keys(given).length;
    gate[rules] = Object.fromEntries(kept);
  }
  return hasUnknown ? { ...value, gate } : value;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
