import type { Readable } from 'node:stream';

export interface ObjectHead {
  /** Relative to the store's root, with `/` between folders. */
  path: string;
  size: number;
  /** Changes when the content changes; opaque. For files: from size and mtime in nanoseconds. */
  etag: string;
  modifiedMs: number;
  /**
   * Of what a listing has found through a symbolic link: where it lies, below the root or, outside
   * of it, as an absolute path.
   */
  liesAt?: string;
  /** Of a file or folder whose name is no UTF-8, so that nothing can be read of it: its bytes. */
  nameBytes?: string;
}

/** A condition on a write; a store that cannot keep it says so in `conditional`. */
export interface PutCondition {
  /** Write only when nothing is there. */
  ifAbsent?: true;
  /** Write only over this very object. */
  ifMatch?: string;
}

/**
 * Where artifacts and indexes live: a folder (`file://`) or a bucket and prefix (`s3://`).
 * A `put` is atomic: a reader sees the whole object or none. Missing objects are `undefined`, never
 * an error; every other refusal is a Failure of type StoreError (permanent: no bucket, no
 * permission, no space) or a plain Error (worth a retry).
 */
export interface Store {
  /** Canonical, without a trailing slash. */
  readonly uri: string;
  get(path: string): Promise<Uint8Array | undefined>;
  /** Bytes [start, end); shorter at the object's end. */
  getRange(path: string, start: number, end: number): Promise<Uint8Array | undefined>;
  stream(path: string): Promise<Readable | undefined>;
  head(path: string): Promise<ObjectHead | undefined>;
  /** Returns the new etag, or `undefined` when the condition does not hold. */
  put(path: string, bytes: Uint8Array, condition?: PutCondition): Promise<string | undefined>;
  /** Uploads a local file; the file stays where it is. */
  putFile(path: string, localFile: string): Promise<string>;
  copy(from: string, to: string): Promise<void>;
  delete(path: string): Promise<void>;
  /** Every object whose path begins with the prefix, in byte order of paths. */
  list(prefix: string): AsyncIterable<ObjectHead>;
  /**
   * Whether put conditions are honoured: probed once by writing, remembered for the store's life.
   */
  conditional(): Promise<boolean>;
  /** The local file behind a path, for zero-copy reads; undefined where there is none. */
  localFile(path: string): string | undefined;
}
