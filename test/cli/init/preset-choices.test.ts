import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { parseConfiguration } from '../../../cli/configuration/load-configuration.ts';
import { configurationTemplate } from '../../../cli/configuration/template.ts';
import { withPreset } from '../../../cli/init/preset-choices.ts';
import { configuration } from '../../../schemas/configuration.ts';
import { PRESETS, type Preset } from '../../../schemas/presets.ts';

const KINDS = ['text', 'sequences', 'pairs', 'documents', 'vectors'] as const;
const NAMES = Object.keys(PRESETS) as Preset[];

describe('withPreset', () => {
  const places = { index: 'news', store: 's3://store/here', source: 's3://corpus/texts' };

  it('parses to the defaults with the values of the preset, of every kind', () => {
    for (const preset of NAMES)
      for (const kind of KINDS) {
        const { index, store, source: path } = places;
        const values = PRESETS[preset].values(kind);
        const expected = configuration.parse({ index, store, source: { path }, ...values });
        const text = configurationTemplate({ ...places, choices: withPreset([], preset, kind) });
        assert.deepEqual(parseConfiguration(text, '/data/hashloom.yaml'), expected);
        assert.notDeepEqual(expected, configuration.parse({ index, store, source: { path } }));
      }
  });

  it('takes the place of what was chosen, and says so', () => {
    const chosen = [
      { key: 'affinity.minimumWeight', value: 1, reason: 'for about 5,000,000 words' },
      { key: 'vocabulary.common', value: 50, reason: 'so' },
    ];
    const [weight, common, ...more] = withPreset(chosen, 'broad', 'text');
    assert.equal(weight!.value, 0.5);
    assert.match(weight!.reason, /^preset broad: lower thresholds/);
    assert.deepEqual(common, chosen[1]);
    assert.ok(more.some(({ key, value }) => key === 'neighbours.top' && value === 100));
    assert.deepEqual(withPreset(chosen, undefined, 'text'), chosen);
  });

  it('never makes broad narrower than tight', () => {
    for (const kind of ['text', 'sequences', 'pairs'] as const) {
      const of = (preset: Preset) =>
        new Map(withPreset([], preset, kind).map(({ key, value }) => [key, Number(value)]));
      const [broad, tight] = [of('broad'), of('tight')];
      for (const key of ['affinity.minimumWeight', 'affinity.minimumPmi'])
        assert.ok((broad.get(key) ?? 0) < (tight.get(key) ?? Infinity), key);
      assert.ok(broad.get('affinity.top')! > tight.get('affinity.top')!);
    }
  });
});
