import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

/** APPNOTE.TXT 4.3.16, 4.3.12, 4.3.7: signatures and lengths without the names. */
const END = { signature: 0x06054b50, bytes: 22, comment: 65_535 } as const;
const CENTRAL = { signature: 0x02014b50, bytes: 46 } as const;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  name: string;
  method: number;
  packed: number;
  size: number;
  at: number;
  /** Of a file made on Unix; else 0. */
  mode: number;
}

/**
 * Unpacks from a zip archive the files for which `place` gives a path, one after another, in the
 * memory of a stream. Throws on an archive of more than 4 GB, and when a file has not the length
 * that the archive states.
 */
export async function unpackZip(
  file: string,
  place: (name: string) => string | undefined,
): Promise<string[]> {
  const handle = await open(file);
  try {
    const written: string[] = [];
    for (const entry of await directoryOf(handle, file)) {
      const target = entry.name.endsWith('/') ? undefined : place(entry.name);
      if (target === undefined) continue;
      await mkdir(dirname(target), { recursive: true });
      await unpackEntry(handle, file, entry, target);
      written.push(target);
    }
    return written;
  } finally {
    await handle.close();
  }
}

async function directoryOf(handle: FileHandle, file: string): Promise<Entry[]> {
  const { size } = await handle.stat();
  const tail = await read(
    handle,
    Math.max(0, size - END.bytes - END.comment),
    Math.min(size, END.bytes + END.comment),
  );
  let end = tail.length - END.bytes;
  // A comment may hold the signature too; the real one's comment ends with the file.
  while (
    end >= 0 &&
    !(
      tail.readUInt32LE(end) === END.signature &&
      end + END.bytes + tail.readUInt16LE(end + 20) === tail.length
    )
  )
    end--;
  if (end < 0) throw new Error(`${file} is no zip archive`);
  const [count, length, start] = [
    tail.readUInt16LE(end + 10),
    tail.readUInt32LE(end + 12),
    tail.readUInt32LE(end + 16),
  ];
  if (count === 0xffff || start === 0xffffffff)
    throw new Error(`${file} is a zip archive of the 64-bit form, which is not read here`);
  const directory = await read(handle, start, length);
  const entries: Entry[] = [];
  for (let at = 0; entries.length < count;) {
    if (directory.readUInt32LE(at) !== CENTRAL.signature)
      throw new Error(`${file}: the directory is broken at byte ${start + at}`);
    const name = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + CENTRAL.bytes, at + CENTRAL.bytes + name),
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      at: directory.readUInt32LE(at + 42),
      mode: (directory.readUInt32LE(at + 38) >>> 16) & 0o777,
    });
    at += CENTRAL.bytes + name + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function unpackEntry(
  handle: FileHandle,
  file: string,
  entry: Entry,
  target: string,
): Promise<void> {
  const local = await read(handle, entry.at, LOCAL_BYTES);
  const start = entry.at + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
  const out = createWriteStream(target, { mode: entry.mode || 0o644 });
  if (entry.packed > 0) {
    const packed = createReadStream(file, {
      start,
      end: start + entry.packed - 1,
      highWaterMark: 1 << 20,
    });
    if (entry.method === DEFLATED)
      await pipeline(packed, createInflateRaw({ chunkSize: 1 << 20 }), out);
    else if (entry.method === STORED) await pipeline(packed, out);
    else
      throw new Error(
        `${file}: ${entry.name} is packed by method ${entry.method}, which is not read here`,
      );
  } else await pipeline([], out);
  if (out.bytesWritten !== entry.size)
    throw new Error(`${file}: ${entry.name} has ${out.bytesWritten} bytes, expected ${entry.size}`);
}

async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
