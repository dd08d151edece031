import { movedItems, type MovedItems, recodedItems } from '../evaluation/moved-items.ts';
import type { MovedAnswers } from '../evaluation/moved-answers.ts';
import type { IndexManifest } from '../schemas/index-manifest.ts';
import { upgradeConfiguration } from '../schemas/recorded-configuration.ts';
import {
  publishedCodes,
  publishedIdCodes,
  TOMBSTONE_IDS,
  TOMBSTONE_KEYS,
} from '../schemas/tables.ts';
import { Failure } from '../schemas/failures.ts';
import { readManifest } from '../store/artifacts.ts';
import type { TableColumns, TableSchema } from '../store/tables/columns.ts';
import { columnTypes, decodeParquet } from '../store/tables/parquet.ts';
import type { Store } from '../store/store.ts';
import { indexFolder, requireVersion } from '../activities/versions/current-version.ts';

export interface VersionComparison {
  index: string;
  versions: [a: number, b: number];
  /** Settings that differ, by dotted path. */
  configuration: { key: string; a: unknown; b: unknown }[];
  data: {
    filesA?: number;
    filesB?: number;
    itemsA: number;
    itemsB: number;
    added: number;
    removed: number;
  };
  metrics: { name: string; a?: number; b?: number }[];
  /** What both answer to the items that both have, where they were asked. */
  answers?: MovedAnswers;
  moved: Omit<MovedItems, 'most'> & { most: { item: string; overlap: number }[] };
}

/** Two versions of an index side by side; `askBoth` gets the items that both have. */
export async function compareVersions(
  store: Store,
  index: string,
  a: number,
  b: number,
  shown: number,
  askBoth?: (items: readonly string[]) => Promise<MovedAnswers>,
): Promise<VersionComparison> {
  const [before, after] = [
    await requireVersion(store, index, a),
    await requireVersion(store, index, b),
  ];
  const [old, fresh] = [await readCodes(store, before), await readCodes(store, after)];
  const place = new Map(fresh.items.map((item, at) => [item, at]));
  const common = old.items.flatMap((item, at) =>
    place.has(item) ? [{ item, a: at, b: place.get(item)! }] : [],
  );
  const moved = moveOf(
    pick(
      old,
      common.map((each) => each.a),
    ),
    pick(
      fresh,
      common.map((each) => each.b),
    ),
    shown,
  );
  const [filesA, filesB] = [await filesOf(store, before), await filesOf(store, after)];
  const names = [...new Set([...Object.keys(before.metrics), ...Object.keys(after.metrics)])];
  return {
    index,
    versions: [a, b],
    configuration: differences(
      upgradeConfiguration(before.configuration),
      upgradeConfiguration(after.configuration),
    ),
    data: {
      ...(filesA !== undefined && { filesA }),
      ...(filesB !== undefined && { filesB }),
      itemsA: before.items,
      itemsB: after.items,
      added: fresh.items.length - common.length,
      removed: old.items.length - common.length,
    },
    metrics: names.map((name) => ({
      name,
      ...valueOf('a', before.metrics[name]),
      ...valueOf('b', after.metrics[name]),
    })),
    ...(askBoth && { answers: await askBoth(common.map(({ item }) => item)) }),
    moved: {
      ...moved,
      most: moved.most.map(({ item, overlap }) => ({ item: common[item]!.item, overlap })),
    },
  };
}

function moveOf(before: PickedCodes, after: PickedCodes, shown: number): MovedItems {
  if (before.codes.length === 0)
    return { common: 0, recoded: undefined, moved: 0, meanOverlap: 1, most: [] };
  return {
    ...movedItems(bucketCodes(before), bucketCodes(after), shown),
    recoded: recodedItems(before, after),
  };
}

/** Where codes have roles, only those of the cells, the first table, make buckets. */
function bucketCodes({ hasRoles, ...all }: PickedCodes) {
  if (!hasRoles) return all;
  const { tables, codeBytes, codes } = all;
  const cells = new Uint8Array(codes.length / tables);
  for (let at = 0; at < cells.length; at += codeBytes)
    cells.set(codes.subarray(at * tables, at * tables + codeBytes), at);
  return { tables: 1, codeBytes, codes: cells };
}

type PickedCodes = Omit<VersionCodes, 'items'>;

interface VersionCodes {
  items: string[];
  tables: number;
  codeBytes: number;
  codes: Uint8Array;
  /** Whether the tables are cell, answering and asking. */
  hasRoles: boolean;
}

/** Items of a version in their order, with what its delta has changed. */
async function readCodes(store: Store, manifest: IndexManifest): Promise<VersionCodes> {
  const { version, tables, bits, items, delta } = manifest;
  const codeBytes = bits / 8;
  const codes = new Map<string, Uint8Array>();
  const take = async (name: string) => {
    const { item, code } = await readTable(store, manifest, name, (keys) =>
      keys === 'int64' ? publishedIdCodes(bits) : publishedCodes(bits),
    );
    for (let at = 0; at < item.length; at += tables)
      codes.set(String(item[at]), code.subarray(at * codeBytes, (at + tables) * codeBytes));
  };
  await take('codes.parquet');
  if (delta) {
    const { item } = await readTable(store, manifest, 'tombstones.parquet', (keys) =>
      keys === 'int64' ? TOMBSTONE_IDS : TOMBSTONE_KEYS,
    );
    for (const key of item) codes.delete(String(key));
    await take('delta-codes.parquet');
  }
  if (codes.size !== items)
    throw new Failure(
      'IntegrityError',
      `version ${version} at ${store.uri}: expected ${items} items, found the codes of ` +
        `${codes.size}`,
    );
  return {
    items: [...codes.keys()],
    tables,
    codeBytes,
    codes: Buffer.concat([...codes.values()]),
    hasRoles: manifest.roles !== undefined,
  };
}

async function readTable<Schema extends TableSchema>(
  store: Store,
  { index, version, parts }: IndexManifest,
  name: string,
  schema: (keys: string | undefined) => Schema,
): Promise<TableColumns<Schema>> {
  const path = `${indexFolder(index)}/versions/${version}/${parts.find((part) => part.name === name)?.path ?? name}`;
  const bytes = await store.get(path);
  if (!bytes)
    throw new Failure(
      'IntegrityError',
      `${store.uri}/${path} is missing, though version ${version} names it`,
    );
  return await decodeParquet(bytes, schema((await columnTypes(bytes, path)).get('item')), path);
}

function pick(
  { tables, codeBytes, codes, hasRoles }: VersionCodes,
  rows: readonly number[],
): PickedCodes {
  const stride = tables * codeBytes;
  const picked = new Uint8Array(rows.length * stride);
  for (const [at, row] of rows.entries())
    picked.set(codes.subarray(row * stride, (row + 1) * stride), at * stride);
  return { codes: picked, tables, codeBytes, hasRoles };
}

/** Files of the corpus; unknown when the listing is gone. */
async function filesOf(store: Store, { lineage }: IndexManifest): Promise<number | undefined> {
  const listing = lineage.find(({ stage }) => stage === 'list');
  return listing && (await readManifest(store, listing))?.rows;
}

function differences(a: unknown, b: unknown, key = ''): VersionComparison['configuration'] {
  if (isRecord(a) && isRecord(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((name) =>
      differences(a[name], b[name], key === '' ? name : `${key}.${name}`),
    );
  }
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [{ key, a, b }];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const valueOf = <Name extends string>(name: Name, value: number | undefined) =>
  value === undefined ? {} : ({ [name]: value } as Record<Name, number>);
