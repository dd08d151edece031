import { ZSTDDecoder } from 'zstddec/stream';

/**
 * libzstd in an instance of WebAssembly: what goes wrong in it, a trap included, is an exception
 * here and nothing else. A frame may ask for a window of 128 MiB at most, as `zstd -d` has it.
 */
export interface ZstdDecoder {
  /** Decodes some bytes; `give` takes each piece, a copy. */
  push(bytes: Uint8Array, give: (piece: Buffer) => void): void;
  /** Bytes taken of this file. */
  taken(): number;
  /** How many of them when the last frame ended: as many as are taken where none is open. */
  frameAt(): number;
}

/** An error of libzstd, in words. */
export class ZstdError extends Error {}

/** So many bytes go in at once, and twice as many come out. */
const INPUT_BYTES = 64 * 1024;
const OUTPUT_BYTES = 2 * INPUT_BYTES;
/** Memory of WebAssembly never shrinks: beyond this, an instance is not kept for the next file. */
const KEPT_BYTES = 32 * 1024 * 1024;

/** zstd_errors.h, those that bytes can cause. */
const ERRORS: Readonly<Record<number, string>> = {
  10: 'no frame begins there',
  12: 'a format before zstd 0.8',
  14: 'a kind of frame that is not supported',
  16: 'its window is larger than 128 MiB, of --long=28 and more; compress it anew without --long',
  20: 'its blocks are corrupt',
  22: 'its content does not have its checksum',
  24: 'its literals are corrupt',
  30: 'its dictionary is corrupt',
  32: 'it was compressed with a dictionary, which is not in it; compress it anew without one',
  64: 'it needs more memory than there is',
  80: 'its blocks go nowhere',
  72: 'it has not the size that it says',
};
const MOST_ERRORS = 120;

/**
 * Calls `decode` with a decoder that is between frames. One that failed, or that has grown large,
 * is not used again.
 */
export async function* withZstd<Piece>(
  decode: (decoder: ZstdDecoder) => AsyncGenerator<Piece, void, undefined>,
): AsyncGenerator<Piece, void, undefined> {
  const module = await loadModule();
  const instance = kept.pop() ?? new Instance(module);
  instance.begin();
  yield* decode(instance);
  if (instance.frameAt() === instance.taken() && instance.memoryBytes() <= KEPT_BYTES)
    kept.push(instance);
}

const kept: Instance[] = [];

interface LibZstd {
  memory: { buffer: ArrayBuffer };
  malloc: (bytes: number) => number;
  ZSTD_createDCtx: () => number;
  ZSTD_decompressStream: (context: number, output: number, input: number) => number;
}

class Instance implements ZstdDecoder {
  readonly #zstd: LibZstd;
  readonly #context: number;
  readonly #input: number;
  readonly #output: number;
  /** Of the structs ZSTD_inBuffer and ZSTD_outBuffer: pointer, size, position. */
  readonly #inputAt: number;
  readonly #outputAt: number;
  #taken = 0;
  #frameAt = 0;

  constructor(module: object) {
    const imports = { env: { emscripten_notify_memory_growth: () => undefined } };
    this.#zstd = new webAssembly.Instance(module, imports).exports;
    this.#context = this.#zstd.ZSTD_createDCtx();
    this.#input = this.#zstd.malloc(INPUT_BYTES);
    this.#output = this.#zstd.malloc(OUTPUT_BYTES);
    this.#inputAt = this.#zstd.malloc(12);
    this.#outputAt = this.#zstd.malloc(12);
  }

  begin(): void {
    this.#taken = 0;
    this.#frameAt = 0;
  }

  taken(): number {
    return this.#taken;
  }

  frameAt(): number {
    return this.#frameAt;
  }

  memoryBytes(): number {
    return this.#zstd.memory.buffer.byteLength;
  }

  push(bytes: Uint8Array, give: (piece: Buffer) => void): void {
    for (let at = 0; at < bytes.length; at += INPUT_BYTES)
      this.#pushSome(bytes.subarray(at, at + INPUT_BYTES), give);
  }

  #pushSome(bytes: Uint8Array, give: (piece: Buffer) => void): void {
    new Uint8Array(this.#zstd.memory.buffer).set(bytes, this.#input);
    let view = new DataView(this.#zstd.memory.buffer);
    writeStruct(view, this.#inputAt, this.#input, bytes.length);
    for (let taken = 0, isFull = false; taken < bytes.length || isFull;) {
      writeStruct(view, this.#outputAt, this.#output, OUTPUT_BYTES);
      const left = this.#decompress();
      // The memory may have grown, and then is another one.
      view = new DataView(this.#zstd.memory.buffer);
      const before = taken;
      taken = view.getUint32(this.#inputAt + 8, true);
      this.#taken += taken - before;
      if (left === 0) this.#frameAt = this.#taken;
      const length = view.getUint32(this.#outputAt + 8, true);
      if (length > 0) give(Buffer.from(new Uint8Array(view.buffer, this.#output, length)));
      isFull = length === OUTPUT_BYTES && left !== 0;
    }
  }

  /** What it would like to have next; 0 where a frame has ended. */
  #decompress(): number {
    let left: number;
    try {
      left = this.#zstd.ZSTD_decompressStream(this.#context, this.#outputAt, this.#inputAt);
    } catch (error) {
      throw new ZstdError('the decoder gave up on it', { cause: error });
    }
    // Errors are the last numbers of a size_t.
    if (left < 0 && left > -MOST_ERRORS)
      throw new ZstdError(ERRORS[-left] ?? `error ${-left} of libzstd`);
    return left;
  }
}

function writeStruct(view: DataView, at: number, pointer: number, size: number): void {
  view.setUint32(at, pointer, true);
  view.setUint32(at + 4, size, true);
  view.setUint32(at + 8, 0, true);
}

/** The module of the package without its wrapper, which passes over errors. */
function loadModule(): Promise<object> {
  loaded ??= (async () => {
    let found: object | undefined;
    class Loader extends ZSTDDecoder {
      override _init(result: { module: object }): void {
        found = result.module;
      }
    }
    await new Loader().init();
    if (found === undefined) throw new TypeError('zstddec was loaded before, by others');
    return found;
  })();
  return loaded;
}

let loaded: Promise<object> | undefined;

/** TypeScript knows it of browsers alone. */
interface Engine {
  Instance: new (module: object, imports: object) => { exports: LibZstd };
}

const webAssembly = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;
