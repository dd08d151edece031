import { closeSync, openSync, writeSync } from 'node:fs';

/** A file written from its start to its end, in memory as long as it is small. */
export interface GrowingFile {
  length(): number;
  /** Appends the bytes, which are copied. */
  push(bytes: Uint8Array): void;
  /** What was written, or the local file that holds it. */
  finish(): { bytes: Uint8Array } | { file: string };
}

const CHUNK_BYTES = 1 << 20;
/** Chunks of files that are finished, for the next ones; as many as were in memory at once. */
const free: Uint8Array[] = [];

/** Beyond `mostBytes` it goes to the local file `path`, which may not be there. */
export function growingFile(path: string, mostBytes: number): GrowingFile {
  let chunks: Uint8Array[] = [];
  let chunk = free.pop() ?? new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  let length = 0;
  let handle: number | undefined;

  function put(part: Uint8Array): void {
    if (handle === undefined && length <= mostBytes && mostBytes > 0) {
      chunks.push(part);
      return;
    }
    handle ??= openSync(path, 'wx');
    for (const each of [...chunks, part]) {
      for (let at = 0; at < each.length;) at += writeSync(handle, each, at);
    }
    free.push(...chunks);
    chunks = [];
  }

  function push(bytes: Uint8Array): void {
    length += bytes.length;
    for (let at = 0; at < bytes.length;) {
      const taken = Math.min(bytes.length - at, chunk.length - filled);
      chunk.set(bytes.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled < chunk.length) return;
      put(chunk);
      if (handle === undefined) chunk = free.pop() ?? new Uint8Array(CHUNK_BYTES);
      filled = 0;
    }
  }

  return {
    length: () => length,
    push,
    finish() {
      put(chunk.subarray(0, filled));
      if (handle !== undefined) {
        closeSync(handle);
        free.push(chunk);
        return { file: path };
      }
      const bytes = new Uint8Array(length);
      let at = 0;
      for (const part of chunks) {
        bytes.set(part, at);
        at += part.length;
      }
      free.push(...chunks.slice(0, -1), chunk);
      return { bytes };
    },
  };
}
