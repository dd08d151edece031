import { currentPointer, indexManifest } from '../../schemas/index-manifest.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import { Failure } from '../../schemas/failures.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import type { z } from 'zod';
import { formatCount, formatTime } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface ListedIndex {
  index: string;
  /** The current one. */
  version: number;
  /** How many versions are there. */
  versions: number;
  kind: string;
  items: number;
  tables: number;
  bits: number;
  /** A lookup gives no bucket of more items. */
  maximumBucket?: number;
  /** ISO 8601, of the current version: when its run published it. */
  publishedAt: string;
  /** ISO 8601: when somebody went back to this version, and from which one. */
  rolledBackAt?: string;
  rolledBackFrom?: number;
  uri: string;
}

/**
 * The indexes of a store with what is current in each. Throws IntegrityError when a header is not
 * what it must be.
 */
export async function listIndexes(storeUri: string): Promise<ListedIndex[]> {
  const store = openStore(storeUri);
  const pointers: string[] = [];
  const versions = new Map<string, number>();
  for await (const { path } of store.list('indexes/')) {
    const [, index = '', ...rest] = path.split('/');
    if (rest.join('/') === 'current.json') pointers.push(path);
    if (rest[0] === 'versions' && rest[2] === 'index.json')
      versions.set(index, (versions.get(index) ?? 0) + 1);
  }
  return await Promise.all(
    pointers.map(async (path) => {
      const pointer = await readJson(store, path, currentPointer);
      const folder = `indexes/${pointer.index}/${pointer.path}`;
      const header: IndexManifest = await readJson(store, `${folder}/index.json`, indexManifest);
      const { index, version, kind, items, tables, bits, maximumBucket } = header;
      const uri = `${store.uri}/${folder}`;
      return {
        index,
        version,
        versions: versions.get(index) ?? 1,
        kind,
        items,
        tables,
        bits,
        ...(maximumBucket !== undefined && { maximumBucket }),
        ...(pointer.rolledBackFrom === undefined
          ? { publishedAt: pointer.publishedAt }
          : {
              publishedAt: header.createdAt,
              rolledBackAt: pointer.publishedAt,
              rolledBackFrom: pointer.rolledBackFrom,
            }),
        uri,
      };
    }),
  );
}

export function indexesTable(indexes: readonly ListedIndex[], terminal: Terminal): string[] {
  const rows = indexes.map((each) => [
    each.index,
    String(each.version),
    String(each.versions),
    `${formatCount(each.items)} ${each.kind}s`,
    `${each.tables} x ${each.bits} ` +
      `bits${each.maximumBucket === undefined ? '' : `, buckets to ${formatCount(each.maximumBucket)}`}`,
    formatTime(new Date(each.publishedAt)) +
      (each.rolledBackAt === undefined
        ? ''
        : `, back from ${each.rolledBackFrom} since ${formatTime(new Date(each.rolledBackAt))}`),
    each.uri,
  ]);
  const columns = [
    { title: 'Index' },
    { title: 'Version', align: 'right' as const },
    { title: 'Versions', align: 'right' as const },
    { title: 'Items', align: 'right' as const },
    { title: 'Codes' },
    { title: 'Published' },
    { title: 'Where' },
  ];
  return renderTable(columns, rows, terminal.columns());
}

async function readJson<Schema extends z.ZodType>(
  store: Store,
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const bytes = await store.get(path);
  if (bytes === undefined)
    throw new Failure(
      'IntegrityError',
      `${store.uri}/${path} is missing, though its index names it`,
    );
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw new Failure(
      'IntegrityError',
      `${store.uri}/${path} is no header of an index: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
