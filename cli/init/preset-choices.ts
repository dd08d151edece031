import { PRESETS, type Preset, type PresetValues } from '../../schemas/presets.ts';
import type { Choice, Kind } from './choice.ts';

/** What was chosen, with the values of a preset in place of those of the same keys. */
export function withPreset(
  choices: readonly Choice[],
  preset: Preset | undefined,
  kind: Kind,
): Choice[] {
  if (preset === undefined) return [...choices];
  const { says, values } = PRESETS[preset];
  const reason = `preset ${preset}: ${says}`;
  const own = Object.entries<PresetValues[string]>(values(kind)).flatMap(([section, keys]) =>
    Object.entries(keys).map(([key, value]): Choice => ({
      key: `${section}.${key}`,
      value,
      reason,
    })),
  );
  const named = new Map(own.map((choice) => [choice.key, choice]));
  return [
    ...choices.map((choice) => named.get(choice.key) ?? choice),
    ...own.filter(({ key }) => !choices.some((choice) => choice.key === key)),
  ];
}
