import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import type { Manifest } from '../../schemas/artifact.ts';
import { STAGES, type StageName } from '../../schemas/activities.ts';
import {
  artifactComplete,
  artifactFolder,
  artifactKey,
  artifactReference,
  type ArtifactToWrite,
  openArtifact,
  readManifest,
  writeArtifact,
} from '../../store/artifacts.ts';
import { canonicalJson } from '../../store/canonical-json.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { bytesOf, listed } from './store-behaviour.ts';

const base = await mkdtemp(join(tmpdir(), 'hashloom-artifacts-'));
afterAll(() => rm(base, { recursive: true }));

let opened = 0;
const openEmpty = (): Store => openStore(join(base, String(opened++)));

const parameters = { window: 10, tokens: { maximumLength: 64, minimumLength: 1 } };
const inputs = [{ stage: 'list', key: '0123456789abcdef0123456789abcdef' }];
const reference = artifactReference({ stage: 'ingest', parameters, inputs });
const folder = artifactFolder(reference);

function artifact(tokens: string, over: Partial<ArtifactToWrite> = {}): ArtifactToWrite {
  const parts = [{ name: 'tokens.parquet', bytes: bytesOf(tokens), rows: 3 }];
  return {
    parameters,
    inputs,
    parts,
    rows: 3,
    facts: { words: 3, language: 'en', whole: true },
    seconds: 1.5,
    origin: { codeVersion: '0.1.0' },
    ...over,
  };
}

const pathOf = (written: Manifest, part = 0): string => `${folder}/${written.parts[part]!.path}`;

describe('canonicalJson', () => {
  it('sorts keys at every depth and leaves arrays as they are', () => {
    assert.equal(
      canonicalJson({ b: [3, 1, { z: null, a: 'ü"' }], a: { d: true, c: -0.5e-7 } }),
      '{"a":{"c":-5e-8,"d":true},"b":[3,1,{"a":"ü\\"","z":null}]}',
    );
  });

  it('refuses what JSON would change in silence, with the place', () => {
    const wrong: [unknown, RegExp][] = [
      [{ a: { b: [1, Number.NaN] } }, /^\$\.a\.b\[1\] is NaN/],
      [{ a: undefined }, /^\$\.a is undefined/],
      [[Number.NEGATIVE_INFINITY], /^\$\[0\] is -Infinity/],
      [new Array(1), /^\$\[0\] is undefined/],
      [{ at: new Date(0) }, /^\$\.at is \[object Date\]/],
      [{ n: 1n }, /^\$\.n is \[object BigInt\]/],
      [new Map(), /^\$ is \[object Map\]/],
    ];
    for (const [value, message] of wrong)
      assert.throws(() => canonicalJson(value), { name: 'ConfigurationError', message });
  });
});

describe('artifactKey', () => {
  it('never changes for the same identity', () => {
    const digest = (identity: string): string =>
      createHash('sha256').update(identity).digest('hex').slice(0, 32);
    const version = (stage: StageName): number => STAGES[stage].version;
    const input = '{"key":"0123456789abcdef0123456789abcdef","stage":"list"}';
    const own = '{"tokens":{"maximumLength":64,"minimumLength":1},"window":10}';
    assert.equal(
      reference.key,
      digest(
        `{"inputs":[${input}],"parameters":${own},"stage":"ingest","stageVersion":${version('ingest')}}`,
      ),
    );
    const members = [{ uri: 'file:///a', size: 1 }];
    assert.equal(
      artifactKey({ stage: 'list', parameters: {}, inputs: [], members }),
      digest(
        `{"inputs":[],"members":[{"size":1,"uri":"file:///a"}],"parameters":{},` +
          `"stage":"list","stageVersion":${version('list')}}`,
      ),
    );
  });

  it('knows order of inputs, members and stage, and not the order of parameters', () => {
    const [a, b] = [
      { stage: 'count', key: 'a'.repeat(32) },
      { stage: 'count', key: 'b'.repeat(32) },
    ];
    const keys = [
      artifactKey({ stage: 'merge', parameters: { x: 1, y: 2 }, inputs: [a, b] }),
      artifactKey({ stage: 'merge', parameters: { y: 2, x: 1 }, inputs: [a, b] }),
      artifactKey({ stage: 'merge', parameters: { x: 1, y: 2 }, inputs: [b, a] }),
      artifactKey({ stage: 'filter', parameters: { x: 1, y: 2 }, inputs: [a, b] }),
      artifactKey({ stage: 'merge', parameters: { x: 1, y: 2 }, inputs: [a, b], members: [] }),
      artifactKey({ stage: 'merge', parameters: { x: 1, y: 3 }, inputs: [a, b] }),
    ];
    assert.equal(keys[0], keys[1]);
    assert.equal(new Set(keys).size, 5);
    assert.match(keys[0]!, /^[0-9a-f]{32}$/);
  });
});

describe('artifacts', () => {
  it('come back as they were written, from bytes and from files', async () => {
    const store = openEmpty();
    const file = join(base, 'local.arrow');
    await writeFile(file, 'dense');
    const parts = [
      ...artifact('abc').parts,
      { name: 'dense.v1.arrow', file, rows: 1 },
      { name: 'plain', bytes: new Uint8Array(0), rows: 0 },
    ];
    const origin = { codeVersion: '0.1.0', workflowId: 'reindex/a', runId: 'r' };
    const written = await writeArtifact(
      store,
      reference,
      artifact('abc', { parts, origin, createdAt: '2026-01-02T03:04:05.000Z' }),
    );
    const read = await openArtifact(store, reference);
    assert.deepEqual(read.manifest, written);
    assert.equal(written.runId, 'r');
    assert.deepEqual(
      written.parts.map(({ path }) => path),
      [
        'tokens-ba7816bf8f01.parquet',
        `dense.v1-${written.parts[1]!.sha256.slice(0, 12)}.arrow`,
        'plain-e3b0c44298fc',
      ],
    );
    assert.equal(Buffer.from(await read.part('tokens.parquet')).toString(), 'abc');
    assert.equal(Buffer.from(await read.part('dense.v1.arrow')).toString(), 'dense');
    assert.equal((await read.part('plain')).length, 0);
    assert.equal(read.localFile('tokens.parquet'), store.localFile(pathOf(written)));
    assert.deepEqual(await artifactComplete(store, reference), written);
    await assert.rejects(read.part('other'), {
      name: 'IntegrityError',
      message: /no part "other"; its parts are tokens\.parquet, dense/,
    });
  });

  it('need a manifest', async () => {
    const store = openEmpty();
    assert.equal(await readManifest(store, reference), undefined);
    assert.equal(await artifactComplete(store, reference), undefined);
    await assert.rejects(openArtifact(store, reference), {
      name: 'IntegrityError',
      message: /no artifact at file:.*ingest.*run the reindex again/,
    });
  });

  it('refuse a flipped byte, a short part and a lost one', async () => {
    const store = openEmpty();
    const written = await writeArtifact(store, reference, artifact('abc'));
    const read = await openArtifact(store, reference);
    const ofBlob = async () =>
      Buffer.from(await (await read.partBlob('tokens.parquet')).arrayBuffer()).toString();
    assert.equal(await ofBlob(), 'abc');
    await store.put(pathOf(written), bytesOf('abd'));
    await assert.rejects(ofBlob(), {
      name: 'IntegrityError',
      message: /expected SHA-256 ba7816bf.*found a52d159f/,
    });
    await assert.rejects(read.part('tokens.parquet'), {
      name: 'IntegrityError',
      message: /part tokens\.parquet at .*expected SHA-256 ba7816bf.*found a52d159f/,
    });
    await truncate(store.localFile(pathOf(written))!, 2);
    await assert.rejects(read.part('tokens.parquet'), {
      name: 'IntegrityError',
      message: /expected 3 bytes, found 2 bytes/,
    });
    await assert.rejects(ofBlob(), {
      name: 'IntegrityError',
      message: /expected 3 bytes, found 2 bytes/,
    });
    await store.delete(pathOf(written));
    await assert.rejects(read.part('tokens.parquet'), {
      name: 'IntegrityError',
      message: /expected 3 bytes, found nothing/,
    });
  });

  it('refuse a manifest that is broken or of another artifact', async () => {
    const store = openEmpty();
    const written = await writeArtifact(store, reference, artifact('abc'));
    for (const [manifest, message] of [
      ['{"format":1', /manifest\.json is no manifest.*JSON/],
      [JSON.stringify({ ...written, parts: 3 }), /manifest\.json is no manifest[^]*parts/],
      [
        JSON.stringify({ ...written, key: 'f'.repeat(32) }),
        /expected ingest\/.*found ingest\/f{32}/,
      ],
    ] as const) {
      await store.put(`${folder}/manifest.json`, bytesOf(manifest));
      await assert.rejects(artifactComplete(store, reference), { name: 'IntegrityError', message });
    }
    assert.equal(
      (await writeArtifact(store, reference, artifact('abc', { seconds: 7 }))).seconds,
      7,
    );
    assert.equal((await artifactComplete(store, reference))!.seconds, 7);
  });

  it('stand once complete, and are replaced when a part is lost', async () => {
    const store = openEmpty();
    const first = await writeArtifact(store, reference, artifact('abc'));
    assert.deepEqual(await writeArtifact(store, reference, artifact('xyz', { seconds: 9 })), first);
    assert.equal(
      Buffer.from(await (await openArtifact(store, reference)).part('tokens.parquet')).toString(),
      'abc',
    );
    await store.delete(pathOf(first));
    assert.equal(await artifactComplete(store, reference), undefined);
    const second = await writeArtifact(store, reference, artifact('xyz', { seconds: 9 }));
    assert.equal(second.seconds, 9);
    assert.equal(
      Buffer.from(await (await openArtifact(store, reference)).part('tokens.parquet')).toString(),
      'xyz',
    );
  });

  it('are mended by a rewrite when a part rotted in its size', async () => {
    const store = openEmpty();
    const written = await writeArtifact(store, reference, artifact('abc'));
    await store.put(pathOf(written), bytesOf('abd'));
    await writeArtifact(store, reference, artifact('abc', { rewrite: true }));
    assert.equal(
      Buffer.from(await (await openArtifact(store, reference)).part('tokens.parquet')).toString(),
      'abc',
    );
  });

  it('have one manifest when twins write at once', async () => {
    const store = openEmpty();
    const manifests = await Promise.all(
      ['one', 'two', 'six'].map((tokens, i) =>
        writeArtifact(store, reference, artifact(tokens, { seconds: i })),
      ),
    );
    for (const manifest of manifests) assert.deepEqual(manifest, manifests[0]);
    assert.deepEqual(await artifactComplete(store, reference), manifests[0]);
    assert.deepEqual(
      (await listed(store)).filter((path) => path.endsWith('.json')),
      [`${folder}/manifest.json`],
    );
  });

  it('write nothing when a figure is not a number', async () => {
    const store = openEmpty();
    await assert.rejects(
      writeArtifact(store, reference, artifact('abc', { facts: { loss: Number.NaN } })),
    );
    assert.deepEqual(await listed(store), []);
  });
});
