import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, it } from 'vitest';
import {
  loadConfiguration,
  parseConfiguration,
} from '../../../cli/configuration/load-configuration.ts';
import { editDistance, nearestKey } from '../../../cli/terminal/nearest-key.ts';
import { Failure } from '../../../schemas/failures.ts';

const FILE = '/data/hashloom.yaml';
const MINIMAL = 'index: news\nstore: ./store\nsource:\n  path: ./texts/*.txt\n';

describe('loadConfiguration', () => {
  it('fills in defaults and makes locations absolute, relative to the file', () => {
    const configuration = parseConfiguration(MINIMAL, FILE);
    assert.equal(configuration.store, 'file:///data/store');
    assert.equal(configuration.source.path, 'file:///data/texts/*.txt');
    assert.equal(configuration.training.method, 'als');
    assert.equal(configuration.cooccurrence.window, 10);
  });

  it('leaves s3:// and file:// locations as they are', () => {
    const configuration = parseConfiguration(
      'index: news\nstore: s3://models/hashloom\nsource: { path: "s3://corpus/texts/" }\n',
      FILE,
    );
    assert.equal(configuration.store, 's3://models/hashloom');
    assert.equal(configuration.source.path, 's3://corpus/texts/');
  });

  it('reads JSON', () => {
    const configuration = parseConfiguration(
      '{"index": "news", "store": "/s", "source": {"path": "/t"}, "seed": 7}',
      '/data/hashloom.json',
    );
    assert.equal(configuration.seed, 7);
  });

  it('names file, line, column, key, value and what was expected', () => {
    assert.deepEqual(problems(`${MINIMAL}cooccurrence:\n  window: 50\n`), [
      `${FILE}:6:11: cooccurrence.window: expected a whole number from 1 to 20, got 50`,
    ]);
    assert.deepEqual(problems(`${MINIMAL}vectors:\n  payload: [a, a]\n`), [
      `${FILE}:6:12: vectors.payload: expected a column, or a list of 1 to 64, each ` +
        'once, none with $ at its start, got a list',
    ]);
  });

  it('names the nearest key of an unknown one, at the key', () => {
    assert.deepEqual(problems(`${MINIMAL}training:\n  epoch: 3\n`), [
      `${FILE}:6:3: training.epoch: unknown key; did you mean training.epochs?`,
    ]);
    assert.deepEqual(problems(`${MINIMAL}vocabulary:\n  minimum_count: 3\n`), [
      `${FILE}:6:3: vocabulary.minimum_count: unknown key; did you mean vocabulary.minimumCount?`,
    ]);
  });

  it('says where a key belongs that stands in another section', () => {
    assert.deepEqual(problems(`${MINIMAL}window: 5\n`), [
      `${FILE}:5:1: window: unknown key; it belongs at cooccurrence.window`,
    ]);
  });

  it('lists the known keys where none is near', () => {
    assert.match(
      problems(`${MINIMAL}heldOut:\n  xyzzy: 1\n`)[0] ?? '',
      /^\/data\/hashloom\.yaml:6:3: heldOut\.xyzzy: unknown key; known here: pairs/,
    );
  });

  it('tells every problem at once, in the order of the file', () => {
    const text =
      'index: No Good\n' +
      'source:\n' +
      '  format: xml\n' +
      'training:\n' +
      '  bits: 33\n' +
      '  rate: 0\n' +
      '  lambdaRamp: yes please\n' +
      'seed: "1"\n' +
      'gate:\n' +
      '  minimum:\n' +
      '    f1: high\n';
    assert.deepEqual(problems(text), [
      `${FILE}:1:1: store: missing; expected text`,
      `${FILE}:1:8: index: expected lower-case letters, digits, dots, dashes and ` +
        'underscores, 64 at most, got "No Good"',
      `${FILE}:3:3: source.path: missing; expected text`,
      `${FILE}:3:11: source.format: expected one of auto, text, jsonl, parquet, oscar, ` +
        'oscar-2019, wet, delimited, got "xml"',
      `${FILE}:5:9: training.bits: expected a whole number from 8 to 256, a multiple of 8, got 33`,
      `${FILE}:6:9: training.rate: expected a number above 0, got 0`,
      `${FILE}:7:15: training.lambdaRamp: expected true or false, got "yes please"`,
      `${FILE}:8:7: seed: expected a whole number from 0 to 4294967295, got "1" (text; take ` +
        'the quotes away)',
      `${FILE}:11:9: gate.minimum.f1: expected a number, got "high"`,
    ]);
  });

  it('says of a key that is gone why it is', () => {
    assert.deepEqual(problems(`${MINIMAL}training: {reviveTo: 0.9}\n`), [
      `${FILE}:5:12: training.reviveTo: it is gone, for it did harm in every trial; ` +
        'buckets.settle takes its place',
    ]);
  });

  it('hints at quotes for a name that YAML reads as a number', () => {
    assert.deepEqual(problems(MINIMAL.replace('news', '2024')), [
      `${FILE}:1:8: index: expected text, got 2024 (put it in quotes to make it text)`,
    ]);
  });

  it('refuses locations that nothing here reads', () => {
    assert.deepEqual(problems(MINIMAL.replace('./store', 'gs://bucket/x')), [
      `${FILE}:2:8: store: expected a path, file:// or s3://bucket/prefix, got "gs://bucket/x"`,
    ]);
  });

  it('says which key a bad name of a bucket stands at', () => {
    assert.deepEqual(problems(MINIMAL.replace('./texts/*.txt', 's3://no_good bucket!/texts')), [
      '/data/hashloom.yaml:' +
        '4:9: source.path: expected s3:// and the name of a bucket: 2 to 63 letters, digits, ' +
        'dots, ' +
        'dashes, underscores, got "s3://no_good bucket!/texts"',
    ]);
    assert.deepEqual(problems(MINIMAL.replace('./store', 's3://-x')), [
      '/data/hashloom.yaml:' +
        '2:8: store: expected s3:// and the name of a bucket: 2 to 63 letters, digits, dots, ' +
        'dashes, underscores, got "s3://-x"',
    ]);
  });

  it('places syntax errors and doubled keys', () => {
    assert.match(
      problems(`${MINIMAL}tokens: {\n`)[0] ?? '',
      /^\/data\/hashloom\.yaml:\d+:\d+: not valid YAML: /,
    );
    assert.match(
      problems(`${MINIMAL}index: again\n`)[0] ?? '',
      /^\/data\/hashloom\.yaml:5:1: not valid YAML: .*unique/,
    );
  });

  it('takes ~ for the home folder', () => {
    const { source } = parseConfiguration(MINIMAL.replace('./texts/', '~/texts/'), FILE);
    assert.equal(source.path, `${pathToFileURL(homedir()).href}/texts/*.txt`);
  });

  it('says what an empty file lacks', () => {
    assert.deepEqual(problems('# nothing\n'), [
      `${FILE}:1:1: the configuration: expected a mapping with the keys index, store, ` +
        'source, tokens, vocabulary, cooccurrence, affinity, heldOut, negatives, neighbours, ' +
        'training, codes, ' +
        'vectors, documents, hashing, buckets, export, evaluation, gate, seed, got nothing',
    ]);
  });

  it('reads from a file, and says which one is not there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hashloom-cli-'));
    try {
      const file = join(folder, 'hashloom.yaml');
      await assert.rejects(
        loadConfiguration(file),
        (error: Failure) =>
          error.type === 'ConfigurationError' &&
          error.message.includes(file) &&
          error.message.includes('hashloom init'),
      );
      await writeFile(file, MINIMAL);
      assert.equal(
        (await loadConfiguration(file)).store,
        pathToFileURL(join(folder, 'store')).href,
      );
      await assert.rejects(loadConfiguration(folder), /is a folder/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('nearestKey', () => {
  it('counts a swap as one edit and ignores case, dashes and underscores', () => {
    assert.equal(editDistance('epohcs', 'epochs'), 1);
    assert.equal(editDistance('', 'abc'), 3);
    assert.equal(nearestKey('EPOCHS_PER_ROUND', ['epochs', 'epochsPerRound']), 'epochsPerRound');
    assert.equal(nearestKey('banana', ['epochs', 'rate']), undefined);
  });
});

/** The problems of a configuration, a line each. */
function problems(text: string): string[] {
  try {
    parseConfiguration(text, FILE);
  } catch (error) {
    assert.ok(error instanceof Failure);
    assert.equal(error.type, 'ConfigurationError');
    const lines = error.message.split('\n');
    return lines.length === 1 ? lines : lines.slice(1).map((line) => line.trim());
  }
  return [];
}
