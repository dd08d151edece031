import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import type { HashIndex } from '@hashloom/lookup';
import { checkManifest, type Delta, DELTA_PART } from '@hashloom/lookup/internal';
import { RandomStream } from '../../kernels/numbers/random.ts';
import type { KeyColumn } from '../../kernels/pages/keys.ts';
import {
  buildIndex,
  ids,
  type IndexInMemory,
  openCounting,
  texts,
  words,
} from './index-in-memory.ts';
import { withDelta } from './index-with-delta.ts';

const TABLES = 3;
const CODE_BYTES = 2;

interface Case {
  kind: 'utf8' | 'int64';
  seed: number;
  shared: boolean;
  told: boolean;
}

const column = (kind: Case['kind'], keys: readonly string[]): KeyColumn =>
  kind === 'utf8' ? words(...keys) : ids(...keys.map(BigInt));

function inOrder(kind: Case['kind'], keys: Iterable<string>): string[] {
  const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const byNumber = (a: string, b: string) => (BigInt(a) < BigInt(b) ? -1 : 1);
  return [...keys].sort(kind === 'utf8' ? byBytes : byNumber);
}

/** What an item tells, by its codes: another code is another payload. */
const payloadOf = (key: string, code: Uint8Array): string =>
  code[0] === 0 ? '' : `${key} é${code[0]}${code[3]}`;

function indexOf(
  kind: Case['kind'],
  items: Map<string, Uint8Array>,
  shared = false,
  told = false,
): IndexInMemory {
  const keys = inOrder(kind, items.keys());
  return buildIndex({
    keys: column(kind, keys),
    codes: Buffer.concat(keys.map((key) => items.get(key)!)),
    tables: TABLES,
    codeBytes: CODE_BYTES,
    pageBytes: 512,
    shared,
    ...(told && { payloads: texts(keys.map((key) => payloadOf(key, items.get(key)!))) }),
  });
}

async function answersOf(
  index: HashIndex,
  queries: readonly string[],
  codes: readonly Uint8Array[],
): Promise<unknown[]> {
  const resident = await index.load();
  const answers: unknown[] = [await index.lookupBatch(queries), resident.lookupBatch(queries)];
  for (const query of queries) {
    answers.push(
      resident.lookup(query),
      await index.within(query, 3),
      await index.within(query, 4, { limit: 3 }),
      await index.nearest(query, 6),
    );
  }
  for (const code of codes) {
    for (let table = 0; table < TABLES; table++) {
      answers.push(
        await index.lookupCode(table, code),
        resident.withinCode(table, code, 2),
        resident.nearestCode(table, code, 4),
        resident.withinCodes(table, code, 1),
      );
    }
  }
  return answers;
}

describe('a base with a delta', () => {
  for (const kind of ['utf8', 'int64'] as const) {
    for (const [shared, told] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      it(
        'answers as an index built anew does, change upon change ' +
          `(${kind}${shared ? ', codes that meet across tables' : ''}${told ? ', payloads' : ''})`,
        async () => {
          for (let seed = 1; seed <= 6; seed++) await checkChanges({ kind, seed, shared, told });
        },
      );
    }
  }

  async function checkChanges({ kind, seed, shared, told }: Case): Promise<void> {
    const stream = new RandomStream(seed, 7);
    const keyOf = (n: number) =>
      kind === 'utf8'
        ? `${['a', 'é', '𐐀', 'ﬀ'][n % 4]}${n}`
        : String(BigInt(n - 40) * 70_000_000_003n);
    const code = () => Uint8Array.from({ length: TABLES * CODE_BYTES }, () => stream.below(3) * 5);
    const items = new Map<string, Uint8Array>();
    for (let n = 0; n < 60; n++) if (stream.below(2) === 0) items.set(keyOf(n), code());
    const base = indexOf(kind, items, shared, told);
    let delta: Delta | undefined;
    for (let day = 0; day < 4; day++) {
      const some = (share: number) =>
        Array.from({ length: 70 }, (_, n) => n)
          .filter(() => stream.below(100) < share)
          .map(keyOf);
      const deleted = some(day === 3 ? 100 : 15);
      const added = some(20).map((key) => ({
        key,
        code: stream.below(4) === 0 ? (items.get(key) ?? code()) : code(),
      }));
      for (const key of deleted) items.delete(key);
      for (const each of added) items.set(each.key, each.code);
      const next = await withDelta(base, delta, {
        deleted,
        added: told
          ? added.map((item) => ({ ...item, payload: payloadOf(item.key, item.code) }))
          : added,
      });
      ({ delta } = next);
      const queries = Array.from({ length: 70 }, (_, n) => keyOf(n)).filter(
        (_, n) => n % 3 === day % 3,
      );
      // Of each table: in another one nobody may have it, or a delta alone.
      const codes = [...items.values()]
        .slice(0, 6)
        .map((each, n) => each.slice((n % TABLES) * CODE_BYTES, ((n % TABLES) + 1) * CODE_BYTES));
      const expected = await answersOf(
        openCounting(indexOf(kind, items, shared, told)).index,
        queries,
        codes,
      );
      const changed = openCounting(next.index);
      assert.deepEqual(
        await answersOf(changed.index, queries, codes),
        expected,
        `${kind}, seed ${seed}, day ${day}`,
      );
      assert.equal(changed.reads.filter(({ part }) => part === DELTA_PART).length, 1);
    }
  }

  it('costs one read more, however many tables and lookups', async () => {
    const items = new Map(
      Array.from(
        { length: 300 },
        (_, n) => [`w${n}`, Uint8Array.of(n % 7, 1, n % 5, 2, n % 3, 3)] as const,
      ),
    );
    const base = indexOf('utf8', items);
    const { index } = await withDelta(base, undefined, {
      deleted: ['w3'],
      added: [{ key: 'fresh', code: Uint8Array.of(1, 1, 1, 2, 1, 3) }],
    });
    const { index: opened, reads } = openCounting(index);
    const alone = openCounting(base);
    await Promise.all([opened.lookup('w1'), alone.index.lookup('w1')]);
    assert.equal(reads.length, alone.reads.length + 1);
    assert.ok((await opened.lookup('fresh')).items.includes('w1'));
    assert.equal((await opened.lookup('w3')).found, false);
    assert.equal(reads.filter(({ part }) => part === DELTA_PART).length, 1);
  });

  it('counts what a change does, and leaves out what is as the base has it', async () => {
    const codes = [1, 2, 3, 4].map((n) => Uint8Array.of(n, 0, n, 0, n, 0));
    const base = indexOf('utf8', new Map(['a', 'b', 'c', 'd'].map((key, n) => [key, codes[n]!])));
    const first = await withDelta(base, undefined, {
      deleted: ['a', 'nobody', 'a'],
      added: [
        { key: 'b', code: codes[3]! },
        { key: 'c', code: codes[2]! },
        { key: 'x', code: codes[0]! },
      ],
    });
    assert.deepEqual(first.counts, { added: 1, replaced: 1, same: 1, deleted: 1, unknown: 1 });
    assert.deepEqual(first.delta.removedKeys, ['a', 'b']);
    const second = await withDelta(base, first.delta, {
      deleted: ['x'],
      added: [
        { key: 'a', code: codes[0]! },
        { key: 'b', code: codes[1]! },
      ],
    });
    assert.deepEqual([second.delta.removedKeys, second.delta.addedKeys], [[], []]);
  });

  it('changes a payload alone', async () => {
    const code = Uint8Array.of(1, 0, 1, 0, 1, 0);
    const base = indexOf(
      'utf8',
      new Map([
        ['a', code],
        ['b', code],
      ]),
      false,
      true,
    );
    const told = payloadOf('a', code);
    const { index, counts, delta } = await withDelta(base, undefined, {
      deleted: [],
      added: [
        { key: 'a', code, payload: 'new' },
        { key: 'b', code, payload: payloadOf('b', code) },
      ],
    });
    assert.deepEqual([counts.replaced, counts.same, delta.addedKeys], [1, 1, ['a']]);
    const { index: changed } = openCounting(index);
    assert.equal((await changed.lookup('a')).payload, 'new');
    assert.deepEqual((await changed.lookup('b')).payloads, ['new']);
    assert.deepEqual((await changed.lookup('b')).buckets[0]!.payloads, ['new']);
    assert.equal((await changed.within('b', 0))[0]!.payload, 'new');
    const back = await withDelta(base, delta, {
      deleted: [],
      added: [{ key: 'a', code, payload: told }],
    });
    assert.deepEqual([back.delta.removedKeys, back.delta.addedKeys], [[], []]);
  });

  it('is refused by readers that know no deltas, and where it is of another base or damaged', async () => {
    const base = indexOf(
      'utf8',
      new Map(['a', 'b'].map((key, n) => [key, Uint8Array.of(n, 0, n, 0, n, 0)])),
    );
    const { index } = await withDelta(base, undefined, { deleted: ['a'], added: [] });
    const broken = (change: (bytes: Uint8Array) => void) => {
      const bytes = index.parts.get(DELTA_PART)!.slice();
      change(bytes);
      return openCounting({
        manifest: index.manifest,
        parts: new Map([...index.parts, [DELTA_PART, bytes]]),
      }).index.lookup('b');
    };
    await assert.rejects(
      broken((bytes) => (bytes[8] = 2)),
      /delta\.items at byte 8: expected format version 1, got 2; a newer reader may know it/,
    );
    await assert.rejects(
      broken((bytes) => (bytes[40]! ^= 1)),
      /delta\.items at byte 124: expected header checksum/,
    );
    await assert.rejects(
      broken((bytes) => (bytes[129]! ^= 1)),
      /delta\.items at byte 120: expected body checksum/,
    );
    assert.throws(
      () => checkManifest({ ...index.manifest, lineage: base.manifest.lineage }),
      /lineage to be an artifact of stage append/,
    );
    const other = [{ stage: 'append', key: 'cd'.repeat(16) }, ...base.manifest.lineage];
    await assert.rejects(
      openCounting({
        manifest: { ...index.manifest, lineage: other },
        parts: index.parts,
      }).index.lookup('b'),
      /byte 48: expected identity cd/,
    );
    assert.throws(() => checkManifest({ ...index.manifest, format: 3 }), /format to be 1/);
  });
});
