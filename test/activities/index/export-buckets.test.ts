import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { exportBuckets } from '../../../activities/index/export-buckets.ts';
import { exportPart } from '../../../activities/index/export-part.ts';
import { planExport } from '../../../activities/index/plan-export.ts';
import { exportRange } from '../../../activities/index/export-range.ts';
import { fixtureCodes } from '../../../bench/index/index-fixture.ts';
import { lookingContext } from '../../../cli/plan/planning-context.ts';
import { buildBuckets } from '../../../kernels/codes/build-buckets.ts';
import { largeBuckets } from '../../../kernels/codes/large-buckets.ts';
import type { KeyColumn } from '../../../kernels/pages/keys.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import type { ArtifactReference } from '../../../schemas/artifact.ts';
import {
  codes as codesSchema,
  ITEM_IDS,
  ITEM_KEYS,
  ITEM_PAYLOAD,
  publishedBuckets,
  publishedCodes,
  publishedGroups,
  publishedPayloads,
} from '../../../schemas/tables.ts';
import { artifactReference, openArtifact, writeArtifact } from '../../../store/artifacts.ts';
import { openStore } from '../../../store/open-store.ts';
import { decodeParquet, encodeParquet } from '../../../store/tables/parquet.ts';
import type { Store } from '../../../store/store.ts';
import { buildIndex, words } from '../../lookup/index-in-memory.ts';
import {
  partRecipe,
  type ExportInput,
  exportRecipe,
  planReference,
  readPlan,
} from '../../../activities/index/name-export.ts';

interface Fixture {
  keys: string[] | BigInt64Array;
  codes: Uint8Array;
  tables: number;
  bits: number;
  payloads?: string[];
}

describe('the export', () => {
  let folder: string;
  let store: Store;
  const context = lookingContext(openStore);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-export-test-'));
    store = openStore(pathToFileURL(folder).href);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function inputOf(
    name: string,
    { keys, codes, tables, bits, payloads }: Fixture,
  ): Promise<ExportInput> {
    const isId = keys instanceof BigInt64Array;
    const items = keys.length;
    const item = Int32Array.from({ length: items * tables }, (_, at) => Math.floor(at / tables));
    const table = Int32Array.from(item, (_, at) => at % tables);
    const code = await encodeParquet(
      codesSchema(bits),
      { item, table, code: codes },
      { profile: 'internal', rowGroupRows: 200_000 },
    );
    const encodeKeys = () => {
      const profile = { profile: 'internal' } as const;
      if (isId) return encodeParquet(ITEM_IDS, { id: keys }, profile);
      if (!payloads) return encodeParquet(ITEM_KEYS, { id: keys }, profile);
      const schema = { ...ITEM_KEYS, ...ITEM_PAYLOAD };
      return encodeParquet(schema, { id: keys, payload: payloads }, profile);
    };
    const keyColumns = await encodeKeys();
    const reference: ArtifactReference = artifactReference({
      stage: 'encode',
      parameters: { name },
      inputs: [],
    });
    const parts = [
      { name: 'codes.parquet', bytes: code, rows: item.length },
      { name: 'items.parquet', bytes: keyColumns, rows: items },
    ];
    await writeArtifact(store, reference, {
      parameters: { name },
      inputs: [],
      parts,
      rows: items,
      facts: { items, tables, bits, kind: isId ? 'id' : 'word', payloads: payloads !== undefined },
      seconds: 0,
      origin: { codeVersion: 'test' },
    });
    return { store: store.uri, force: false, codes: reference, items: reference, memoryMiB: 512 };
  }

  const keyOf = (input: ExportInput): string => artifactReference(exportRecipe(input)).key;

  async function partsOf(reference: ArtifactReference): Promise<Map<string, Uint8Array>> {
    const artifact = await openArtifact(store, reference);
    return new Map(
      await Promise.all(
        artifact.manifest.parts.map(async ({ name }) => [name, await artifact.part(name)] as const),
      ),
    );
  }

  function expected(
    input: ExportInput,
    { keys, codes, tables, bits, payloads }: Fixture,
    shared = false,
  ): Map<string, Uint8Array> {
    const column: KeyColumn =
      keys instanceof BigInt64Array ? { kind: 'int64', values: keys } : words(...keys);
    const texts = payloads && words(...payloads);
    return buildIndex({
      keys: column,
      codes,
      tables,
      codeBytes: bits / 8,
      identity: keyOf(input),
      shared,
      ...(texts?.kind === 'utf8' && { payloads: texts }),
    }).parts;
  }

  const small = (items: number, tables: number, bits: number): Fixture => {
    const stream = new RandomStream(items, tables);
    const keys = Array.from({ length: items }, (_, i) => `${i % 5 === 0 ? 'é' : 'w'}${i}`).sort(
      (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
    return {
      keys,
      tables,
      bits,
      codes: Uint8Array.from({ length: (items * tables * bits) / 8 }, (_, at) =>
        at % (bits / 8) === 0 ? stream.below(7) : 1,
      ),
    };
  };

  it('gives the pages that are built in memory, and tables that hold the same', async () => {
    for (const fixture of [
      small(1, 1, 8),
      small(900, 3, 16),
      small(500, 2, 40),
      {
        ...small(300, 3, 16),
        keys: BigInt64Array.from({ length: 300 }, (_, i) => BigInt(i - 100) * 70_000_000_003n),
      },
    ]) {
      const input = await inputOf(`small ${fixture.keys.length}`, fixture);
      const output = await exportBuckets(input, context);
      const parts = await partsOf(output.artifact);
      for (const [name, bytes] of expected(input, fixture))
        assert.ok(Buffer.from(bytes).equals(parts.get(name)!), name);
      const { keys, codes, tables, bits } = fixture;
      if (keys instanceof BigInt64Array) continue;
      const rows = await decodeParquet(parts.get('codes.parquet')!, publishedCodes(bits));
      assert.deepEqual(
        rows.item,
        keys.flatMap((key) => Array<string>(tables).fill(key)),
      );
      assert.deepEqual(rows.code, codes);
      const buckets = await decodeParquet(parts.get('buckets.parquet')!, publishedBuckets(bits));
      assert.equal(buckets.items.values.length, keys.length * tables);
      assert.equal(output.facts['buckets'], buckets.size.length);
      const clustered = [...buckets.size].filter((size) => size > 1);
      assert.equal(output.facts['clusters'], clustered.length);
      if (clustered.length === 0) assert.ok(!parts.has('groups.parquet'));
      else {
        const groups = await decodeParquet(parts.get('groups.parquet')!, publishedGroups);
        assert.deepEqual(
          [...groups.group],
          clustered.flatMap((size, group) => Array<number>(size).fill(group)),
        );
        const offsets = buckets.items.offsets;
        assert.deepEqual(
          groups.item,
          [...buckets.size].flatMap((size, b) =>
            size > 1 ? buckets.items.values.slice(offsets[b], offsets[b + 1]) : [],
          ),
        );
      }
    }
  });

  it(
    'gives the same bytes from many ranges as from one, made by anyone in any order, and ' +
      'leaves nothing of them',
    async () => {
      const items = 240_000;
      const fixture: Fixture = {
        keys: BigInt64Array.from(
          { length: items },
          (_, i) => BigInt(i) * 1_000_003n - 5_000_000_000n,
        ),
        codes: fixtureCodes('learned', items, 2, 4, 3),
        tables: 2,
        bits: 32,
      };
      const input = await inputOf('large', fixture);
      const whole = await exportBuckets(input, context);
      const parts = await partsOf(whole.artifact);
      for (const [name, bytes] of expected(input, fixture))
        assert.ok(Buffer.from(bytes).equals(parts.get(name)!), name);
      assert.deepEqual(
        await readdir(join(folder, 'artifacts')).then(async (stages) =>
          (
            await Promise.all(
              stages
                .filter((stage) => stage.startsWith('export-'))
                .map((stage) => readdir(join(folder, 'artifacts', stage))),
            )
          ).flat(),
        ),
        [],
      );

      const cut = { ...input, memoryMiB: 16, force: true };
      const { itemRanges, codeRanges, parts: units } = await planExport(cut, context);
      const ranges = [...itemRanges, ...codeRanges.slice(1)];
      assert.deepEqual([itemRanges.length, codeRanges.length], [3, 3]);
      // Backwards, one of them twice: a range of codes makes those of items that it misses.
      for (let at = ranges.length - 2; at > 0; at--)
        await exportRange({ ...cut, from: ranges[at]!, to: ranges[at + 1]! }, context);
      assert.equal(
        (await exportRange({ ...cut, from: ranges[2]!, to: ranges[3]! }, context)).cached,
        true,
      );
      await exportRange({ ...cut, from: ranges[0]!, to: ranges[1]! }, context);
      for (const part of units.slice(2, -1))
        await exportPart({ ...cut, from: part, to: part + 1 }, context);
      const again = await exportBuckets(cut, context);
      assert.deepEqual(again.artifact, whole.artifact);
      for (const [name, bytes] of await partsOf(again.artifact))
        assert.ok(Buffer.from(bytes).equals(parts.get(name)!), name);
      const { manifest } = await openArtifact(store, again.artifact);
      assert.deepEqual(
        manifest.parts
          .map(({ name, rows }) => [name, rows])
          .find(([name]) => name === 'codes.parquet'),
        ['codes.parquet', 2 * items],
      );
    },
  );

  it('puts the items of all tables in the buckets of trained codes', async () => {
    const fixture = small(700, 3, 16);
    const input: ExportInput = {
      ...(await inputOf('shared', fixture)),
      model: { stage: 'train', key: '0'.repeat(32) },
    };
    const { parts } = await planExport(input, context);
    const { ranges, parts: names } = await readPlan(store, input);
    for (const [at, from] of ranges.slice(0, -1).entries())
      await exportRange({ ...input, from, to: ranges[at + 1]! }, context);
    const want = expected(input, fixture, true);
    for (const part of parts.slice(0, -1)) {
      if (!names[part]!.endsWith('.pages')) continue;
      const { artifact } = await exportPart({ ...input, from: part, to: part + 1 }, context);
      const made = (await partsOf(artifact)).get(names[part]!)!;
      assert.ok(Buffer.from(want.get(names[part]!)!).equals(made), names[part]);
    }
  });

  it('counts what a cap on the size of buckets keeps back, over all ranges', async () => {
    const fixture = small(600, 3, 16);
    const input: ExportInput = { ...(await inputOf('cap', fixture)), maximumBucket: 84 };
    const { facts } = await exportBuckets(input, context);
    const large = largeBuckets(84, 600);
    for (let table = 0; table < 3; table++) large.add(buildBuckets(fixture.codes, 3, 2, table));
    const { bucketsOverCap, itemsOverCap } = large.counts();
    assert.ok(
      bucketsOverCap > 2 && itemsOverCap > 2 && itemsOverCap < 600,
      `${bucketsOverCap}, ${itemsOverCap}`,
    );
    assert.deepEqual(
      [facts['bucketsOverCap'], facts['itemsOverCap'], facts['maximumBucket']],
      [bucketsOverCap, itemsOverCap, 84],
    );
  });

  it('carries payloads in pages and in a table of their own', async () => {
    const fixture: Fixture = {
      ...small(400, 2, 16),
      payloads: Array.from(
        { length: 400 },
        (_, i) => ['', 'https://example.com/é', 'x'.repeat(i)][i % 3]!,
      ),
    };
    const input = await inputOf('payloads', fixture);
    const output = await exportBuckets(input, context);
    assert.equal(output.facts['payloads'], true);
    const parts = await partsOf(output.artifact);
    for (const [name, bytes] of expected(input, fixture))
      assert.ok(Buffer.from(bytes).equals(parts.get(name)!), name);
    assert.deepEqual(await decodeParquet(parts.get('payloads.parquet')!, publishedPayloads), {
      item: fixture.keys,
      payload: fixture.payloads,
    });
  });

  it('goes on from ranges that lost a part, or half of it', async () => {
    const fixture = small(500, 2, 16);
    for (const [name, leave] of [
      ['codes.sections', 0.5],
      ['codes.index', 0],
      ['items.run', 0.5],
    ] as const) {
      const input = await inputOf(`half ${name}`, fixture);
      const { itemRanges, codeRanges } = await planExport(input, context);
      const { artifact } = await exportRange(
        { ...input, from: itemRanges[0]!, to: itemRanges[1]! },
        context,
      );
      const { manifest } = await openArtifact(store, artifact);
      const part = manifest.parts.find((each) => each.name === name)!;
      const path = `artifacts/${artifact.stage}/${artifact.key}/${part.path}`;
      const bytes = (await store.get(path))!;
      if (leave === 0) await store.delete(path);
      else await store.put(path, bytes.subarray(0, bytes.length * leave));
      await exportRange({ ...input, from: codeRanges[0]!, to: codeRanges[1]! }, context);
      assert.ok(Buffer.from((await store.get(path))!).equals(bytes), name);
      const parts = await partsOf((await exportBuckets(input, context)).artifact);
      for (const [made, bytes] of expected(input, fixture))
        assert.ok(Buffer.from(bytes).equals(parts.get(made)!), made);
    }
  });

  it('refuses keys that come twice, in one range or in two, and a broken range', async () => {
    const fixture = small(300, 1, 16);
    (fixture.keys as string[])[7] = 'same';
    (fixture.keys as string[])[200] = 'same';
    await assert.rejects(
      exportBuckets(await inputOf('twice', fixture), context),
      /items 7 and 200 have the same key/,
    );
    const input = await inputOf('broken', small(200, 1, 16));
    const { itemRanges } = await planExport(input, context);
    const { artifact } = await exportRange(
      { ...input, from: itemRanges[0]!, to: itemRanges[1]! },
      context,
    );
    const { manifest } = await openArtifact(store, artifact);
    const run = manifest.parts.find(({ name }) => name === 'items.run')!;
    const path = `artifacts/${artifact.stage}/${artifact.key}/${run.path}`;
    const bytes = (await store.get(path))!;
    await store.put(
      path,
      Uint8Array.from(bytes, (byte, at) => (at === 20 ? byte ^ 1 : byte)),
    );
    await assert.rejects(
      exportPart({ ...input, from: 0, to: 1 }, context),
      /part items\.run at .*expected SHA-256/,
    );
    assert.ok(partRecipe(input, 0).inputs.some(({ key }) => key === planReference(input).key));
    const codes = manifest.parts.find(({ name }) => name === 'codes.sections')!;
    const place = `artifacts/${artifact.stage}/${artifact.key}/${codes.path}`;
    await store.put(
      place,
      Uint8Array.from((await store.get(place))!, (byte, at) => (at === 20 ? byte ^ 1 : byte)),
    );
    await assert.rejects(
      exportRange({ ...input, from: itemRanges[1]!, to: itemRanges[1]! + 1 }, context),
      /codes of cell 0 in artifacts\/export-range\/.* are not as they were written/,
    );
  });
});
