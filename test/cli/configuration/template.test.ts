import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { configurationSchema, keyPaths } from '../../../cli/configuration/schema.ts';
import { configurationTemplate } from '../../../cli/configuration/template.ts';
import { parseConfiguration } from '../../../cli/configuration/load-configuration.ts';
import { configuration } from '../../../schemas/configuration.ts';
import { PRESETS } from '../../../schemas/presets.ts';

const VALUES = { index: 'news', store: './store: 1', source: 's3://corpus/"texts"/*.gz' };

describe('configurationTemplate', () => {
  const text = configurationTemplate(VALUES);

  it('parses to the defaults', () => {
    const { index, store, source } = VALUES;
    const expected = configuration.parse({ index, store, source: { path: source } });
    const parsed = parseConfiguration(text, '/data/hashloom.yaml');
    assert.deepEqual(parsed, { ...expected, store: 'file:///data/store:%201' });
  });

  it('with a preset parses to the defaults with its values', () => {
    const { index, store, source } = VALUES;
    const expected = configuration.parse({
      index,
      store,
      source: { path: source },
      ...PRESETS.paper,
    });
    const { training, buckets } = parseConfiguration(
      configurationTemplate({ ...VALUES, preset: 'paper' }),
      '/data/hashloom.yaml',
    );
    assert.deepEqual([training, buckets], [expected.training, expected.buckets]);
    const { training: unset, buckets: asTheyAre } = parseConfiguration(text, '/data/hashloom.yaml');
    assert.notDeepEqual(unset, training);
    assert.notDeepEqual(asTheyAre, buckets);
  });

  it('holds choices in place of defaults, each below its reason, and the preset before them', () => {
    const choices = [
      { key: 'source.kind', value: 'pairs', reason: 'user and item hold ids' },
      { key: 'source.columns', value: { left: 'a: b', right: '#c', weight: '' }, reason: 'so' },
      { key: 'source.delimiter', value: '\t', reason: 'a tab parts them' },
      { key: 'training.beta', value: 3, reason: 'the preset says 4' },
    ];
    const chosen = configurationTemplate({ ...VALUES, choices, preset: 'paper' });
    assert.match(
      chosen,
      /^ {2}# Chosen: user and item hold ids\.\n {2}kind: pairs +# text: words;/m,
    );
    const { source, training } = parseConfiguration(chosen, '/data/hashloom.yaml');
    assert.deepEqual(
      [source.kind, source.columns, source.delimiter, training.beta],
      ['pairs', choices[1]!.value, '\t', PRESETS.paper.training.beta],
    );
  });

  it('holds every key, and says of each what the schema says', () => {
    const lines = text.split('\n');
    const schema = configurationSchema();
    // The third level are names of metrics, none of which has a default.
    for (const path of keyPaths(schema).filter((each) => each.split('.').length < 3)) {
      const name = path.split('.').at(-1) ?? '';
      assert.ok(
        lines.some((line) => line.replace(/^[ #]*/, '').startsWith(`${name}:`)),
        path,
      );
    }
    assert.match(text, /window: 10 +# Words to each side; a pair at distance k weighs 1\/k\./);
    assert.match(text, /method: als +# als: .* One of als, lse, cos, dch, dhn, dhn-power, dhn-inner\./);
  });
});
