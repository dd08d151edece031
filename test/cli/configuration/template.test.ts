import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { configurationSchema, keyPaths } from '../../../cli/configuration/schema.ts';
import { configurationTemplate } from '../../../cli/configuration/template.ts';
import { parseConfiguration } from '../../../cli/configuration/load-configuration.ts';
import { configuration } from '../../../schemas/configuration.ts';

const VALUES = { index: 'news', store: './store: 1', source: 's3://corpus/"texts"/*.gz' };

describe('configurationTemplate', () => {
  const text = configurationTemplate({ ...VALUES, all: true });

  it('parses to the defaults', () => {
    const { index, store, source } = VALUES;
    const expected = configuration.parse({ index, store, source: { path: source } });
    const parsed = parseConfiguration(text, '/data/hashloom.yaml');
    assert.deepEqual(parsed, { ...expected, store: 'file:///data/store:%201' });
  });

  it('without all holds what was chosen and where the rest is, and says the same', () => {
    const choices = [
      { key: 'vocabulary.common', value: 7, reason: 'they go with everything' },
      { key: 'training.beta', value: 3, reason: 'so' },
    ];
    const values = { ...VALUES, choices };
    const short = configurationTemplate(values);
    const read = (written: string) => parseConfiguration(written, '/data/hashloom.yaml');
    assert.deepEqual(read(short), read(configurationTemplate({ ...values, all: true })));
    assert.match(short, /^ {2}common: 7 +# they go with everything$/m);
    assert.match(short, /hashloom init --all/);
    assert.ok(!short.includes('groupTokens'));
  });

  it('holds choices in place of defaults, each below its reason', () => {
    const choices = [
      { key: 'source.kind', value: 'pairs', reason: 'user and item hold ids' },
      { key: 'source.columns', value: { left: 'a: b', right: '#c', weight: '' }, reason: 'so' },
      { key: 'source.delimiter', value: '\t', reason: 'a tab parts them' },
    ];
    const chosen = configurationTemplate({ ...VALUES, choices, all: true });
    assert.match(
      chosen,
      /^ {2}# Chosen: user and item hold ids\.\n {2}kind: pairs +# text: words;/m,
    );
    const { source } = parseConfiguration(chosen, '/data/hashloom.yaml');
    assert.deepEqual(
      [source.kind, source.columns, source.delimiter],
      ['pairs', choices[1]!.value, '\t'],
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
    assert.match(
      text,
      /method: als +# als: .* One of als, lse, cos, dch, dhn, dhn-power, dhn-inner\./,
    );
  });
});
