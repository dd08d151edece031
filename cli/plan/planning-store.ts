import { Readable } from 'node:stream';
import type { ObjectHead, Store } from '../../store/store.ts';

/** A stage began to work: it asked for data, or wanted to write. */
export class StageWouldRun extends Error {
  constructor(path: string) {
    super(`would touch ${path}`);
    this.name = 'StageWouldRun';
  }
}

/** Parts that stages read to find out what to do; small, or needed by what follows. */
const READ_AHEAD = new Set(['list', 'dictionary', 'common', 'group', 'evaluate', 'answers']);

/** What everything hangs on is made, in memory. */
const MADE_IN_MEMORY = ['artifacts/list/', 'artifacts/group/'];

/**
 * A store that lets a stage find out whether its artifact is there, and stops it as soon as it
 * begins to make one: manifests and sizes are read from `base`, nothing is written to it. The list
 * of files and their groups alone are made, in memory, because everything hangs on them.
 */
export function planningStore(base: Store): Store {
  const memory = new Map<string, Uint8Array>();
  const readable = async <Result>(path: string, read: () => Promise<Result>): Promise<Result> => {
    const [root, stage = '', , ...rest] = path.split('/');
    if (root === 'artifacts' && rest.join('/') !== 'manifest.json' && !READ_AHEAD.has(stage))
      throw new StageWouldRun(path);
    return await read();
  };
  const put = (path: string, bytes: Uint8Array): Promise<string> => {
    if (!MADE_IN_MEMORY.some((folder) => path.startsWith(folder))) throw new StageWouldRun(path);
    memory.set(path, bytes);
    return Promise.resolve('planned');
  };
  const stop = (path: string): never => {
    throw new StageWouldRun(path);
  };
  return {
    uri: base.uri,
    get: (path) => readable(path, async () => memory.get(path) ?? (await base.get(path))),
    getRange: (path, start, end) =>
      readable(
        path,
        async () =>
          memory.get(path)?.subarray(start, end) ?? (await base.getRange(path, start, end)),
      ),
    stream: (path) =>
      readable(path, async () => {
        const kept = memory.get(path);
        return kept === undefined ? await base.stream(path) : Readable.from([kept]);
      }),
    async head(path): Promise<ObjectHead | undefined> {
      const kept = memory.get(path);
      return kept === undefined
        ? await base.head(path)
        : { path, size: kept.length, etag: 'planned', modifiedMs: 0 };
    },
    put: async (path, bytes) => await put(path, bytes),
    putFile: async (path) => stop(path),
    copy: async (_from, to) => stop(to),
    delete: async (path) => stop(path),
    list: (prefix) => base.list(prefix),
    conditional: () => Promise.resolve(true),
    localFile: () => undefined,
  };
}
