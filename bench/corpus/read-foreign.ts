import { once } from 'node:events';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

/*
 * A child of the bench `foreign`: reads a file as a run reads it, with the code of the checkout
 * that is named, and prints what it took. `ROOT KIND FILE ROUNDS`, or `duckdb vectors FILE ROUNDS`.
 */
const [root = '', kind = '', path = '', rounds = ''] = process.argv.slice(2);

/** What one reading took. */
export interface ForeignReading {
  rows: number;
  cpuSeconds: number;
  /** Bytes asked of the file, as a share of its own. */
  ratio: number;
}

interface Checkout {
  configuration: { parse: (value: unknown) => { source: object } };
  openShard: (kind: string) => {
    read: (file: object, options: object, context: object) => Promise<{ rows: number }>;
  };
  openStore: (uri: string) => Record<string, (...values: never[]) => Promise<unknown>>;
  openSource: (file: object, openStore: (uri: string) => object) => { range: unknown };
  readVectors?: (...values: unknown[]) => Promise<{ rows: number }>;
  readingRules?: (source: object) => object;
}

const best: ForeignReading = { rows: 0, cpuSeconds: Number.POSITIVE_INFINITY, ratio: 0 };
const read = root === 'duckdb' ? await duckdbReader() : await checkoutReader();
for (let round = 0; round < Number(rounds); round++) {
  const cpu = process.cpuUsage();
  const { rows, ratio } = await read();
  const { user, system } = process.cpuUsage(cpu);
  best.cpuSeconds = Math.min(best.cpuSeconds, (user + system) / 1e6);
  Object.assign(best, { rows, ratio });
}
process.stdout.write(JSON.stringify(best));
if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');

/** The column of vectors by DuckDB, on one thread, all chunks in memory. */
async function duckdbReader(): Promise<() => Promise<{ rows: number; ratio: number }>> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  return async () => {
    const result = await connection.run(`SELECT vector FROM '${path}'`);
    const chunks = await result.fetchAllChunks();
    return { rows: chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0), ratio: 1 };
  };
}

async function checkoutReader(): Promise<() => Promise<{ rows: number; ratio: number }>> {
  const load = async (file: string): Promise<object> =>
    (await import(pathToFileURL(`${root}/dist/${file}.js`).href)) as object;
  const files = ['schemas/configuration', 'sources/shards/open-shard', 'store/open-store'];
  if (kind === 'vectors') files.push('sources/read-vectors', 'schemas/reading-rules');
  const parts = await Promise.all([...files, 'sources/open-source'].map(load));
  const code = Object.assign({}, ...parts) as Checkout;
  const { size } = statSync(path);
  const folder = pathToFileURL(dirname(path)).href;
  const name = path.slice(dirname(path).length + 1);
  const { etag } = (await code.openStore(folder)['head']!(name as never)) as { etag: string };
  const settings = code.configuration.parse({
    index: 'bench',
    store: folder,
    source: { path, kind },
    ...(kind === 'documents' && { documents: { id: 'id', labels: '', split: '' } }),
  });
  const file = { uri: pathToFileURL(path).href, size, etag, start: 0, end: size };
  return async () => {
    let bytes = 0;
    const openStore = (uri: string) => {
      const store = code.openStore(uri);
      for (const method of ['get', 'getRange']) {
        const plain = store[method]!.bind(store);
        store[method] = async (...values) => {
          const found = await plain(...values);
          bytes += (found as Uint8Array).length;
          return found;
        };
      }
      return store;
    };
    const { rows } =
      kind === 'vectors'
        ? await code.readVectors!(
            { ...file, range: code.openSource(file, openStore).range },
            { id: 'id', vector: 'vector' },
            code.readingRules!(settings.source),
          )
        : await code
            .openShard(kind)
            .read(file, settings, { openStore, onProgress: () => undefined });
    return { rows, ratio: bytes / size };
  };
}
