/**
 * kernels/wasm/hamming-scan.ts, compiled, as text: lookup reads no files of its own, in a browser
 * least of all. A test holds that it is what the build makes; it prints the text that is due where
 * it is not (test/lookup/hamming/hamming-scan.test.ts).
 */
const MODULE = [
  'AGFzbQEAAAABEwJgBn9/f39/fwF/YAV/f39/fwACDwEDZW52Bm1lbW9yeQIAAAMDAgABBx8DBndpdGhpbgAACWRpc3' +
    'RhbmNlcwABBm1lbW9yeQIACsgJArkFAgV/A3sgAkECRiACQQFGciACQQRGcgRAIAT9ECELA0AgCUEIaiABTARAIAAg' +
    'AiAJbEECdGohByAD/QAEACENAnsgAkEBRgRAIAf9AAQAIA39Uf1i/X39fyAH/QAEECAN/VH9Yv19/X/9hQEMAQsgB/' +
    '0ABAAgDf1R/WL9ff1/IAf9AAQQIA39Uf1i/X39f/2FAf0MAQABAAEAAQABAAEAAQABAP26ASAH/QAEICAN/VH9Yv19' +
    '/X8gB/0ABDAgDf1R/WL9ff1//YUB/QwBAAEAAQABAAEAAQABAAEA/boB/YUBIgwgAkECRg0AGiAM/QwBAAEAAQABAA' +
    'EAAQABAAEA/boBIAdBQGv9AAQAIA39Uf1i/X39fyAH/QAEUCAN/VH9Yv19/X/9hQH9DAEAAQABAAEAAQABAAEAAQD9' +
    'ugEgB/0ABGAgDf1R/WL9ff1/IAf9AARwIA39Uf1i/X39f/2FAf0MAQABAAEAAQABAAEAAQABAP26Af2FAf0MAQABAA' +
    'EAAQABAAEAAQABAP26Af2FAQsiDCAL/TP9hAEhCANAIAgEQCAIaCEHIAggCEEBa3EhCCAFIAZBA3RqIgogByAJajYC' +
    'ACAKIAdBBEkEfyAHQQJJBH8gDP0YASAM/RgAIAcbBSAM/RgCIAz9GAMgB0ECRhsLBSAHQQZJBH8gDP0YBCAM/RgFIA' +
    'dBBEYbBSAM/RgGIAz9GAcgB0EGRhsLC8E2AgQgBkEBaiEGDAELCyAJQQhqIQkMAQsLCwNAIAEgCUoEQCAAIAIgCWxB' +
    'AnRqIQpBACEIQQAhBwNAIAIgB0oEQCAIIAogB0ECdCIIaigCACADIAhqKAIAc2lqIQggB0EBaiEHDAELCyAEIAhOBE' +
    'AgBSAGQQN0aiIHIAk2AgAgByAINgIEIAZBAWohBgsgCUEBaiEJDAELCyAGC4oEAgR/AnsgAkECRiACQQFGciACQQRG' +
    'cgRAA0AgBkEIaiABTARAIAAgAiAGbEECdGohBSAD/QAEACEJIAQgBkEBdGoCeyACQQFGBEAgBf0ABAAgCf1R/WL9ff' +
    '1/IAX9AAQQIAn9Uf1i/X39f/2FAQwBCyAF/QAEACAJ/VH9Yv19/X8gBf0ABBAgCf1R/WL9ff1//YUB/QwBAAEAAQAB' +
    'AAEAAQABAAEA/boBIAX9AAQgIAn9Uf1i/X39fyAF/QAEMCAJ/VH9Yv19/X/9hQH9DAEAAQABAAEAAQABAAEAAQD9ug' +
    'H9hQEiCiACQQJGDQAaIAr9DAEAAQABAAEAAQABAAEAAQD9ugEgBUFAa/0ABAAgCf1R/WL9ff1/IAX9AARQIAn9Uf1i' +
    '/X39f/2FAf0MAQABAAEAAQABAAEAAQABAP26ASAF/QAEYCAJ/VH9Yv19/X8gBf0ABHAgCf1R/WL9ff1//YUB/QwBAA' +
    'EAAQABAAEAAQABAAEA/boB/YUB/QwBAAEAAQABAAEAAQABAAEA/boB/YUBC/0LBAAgBkEIaiEGDAELCwsDQCABIAZK' +
    'BEAgACACIAZsQQJ0aiEIQQAhB0EAIQUDQCACIAVKBEAgByAIIAVBAnQiB2ooAgAgAyAHaigCAHNpaiEHIAVBAWohBQ' +
    'wBCwsgBCAGQQF0aiAHOwEAIAZBAWohBgwBCwsL',
].join('');

/** What TypeScript knows of WebAssembly in browsers alone. */
interface WasmApi {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: { env: { memory: WasmMemory } }) => { exports: unknown };
  Memory: new (options: { initial: number }) => WasmMemory;
}

interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

interface ScanExports {
  within(
    codes: number,
    n: number,
    words: number,
    query: number,
    radius: number,
    out: number,
  ): number;
  distances(codes: number, n: number, words: number, query: number, out: number): void;
}

/** Codes that a piece holds at most: what it has to say of each fits beside them. */
const PIECE_WORDS = 32_768;
const QUERY = 1024;
const CODES = 2048;
const OUT = CODES + 4 * PIECE_WORDS;
const PAGES = Math.ceil((OUT + 8 * PIECE_WORDS) / 65_536);

/** Scans codes of W words of 32 bits by SIMD, piece by piece through a memory of half a MiB. */
interface ScanModule {
  /** Calls `take` for each code within `radius` of the first W words of `query`, ascending. */
  within(
    codes: Uint32Array,
    words: number,
    query: Uint32Array,
    radius: number,
    take: (code: number, distance: number) => void,
  ): void;
  /** `out[b]` becomes the distance of code b. */
  distances(codes: Uint32Array, words: number, query: Uint32Array, out: Uint16Array): void;
}

let opened: ScanModule | null | undefined;

/** The module; undefined where no WebAssembly with SIMD may be compiled (some edge functions). */
export function scanModule(): ScanModule | undefined {
  if (opened === undefined) {
    try {
      opened = openModule();
    } catch {
      opened = null;
    }
  }
  return opened ?? undefined;
}

export function moduleBytes(): Uint8Array {
  return Uint8Array.from(atob(MODULE), (character) => character.charCodeAt(0));
}

function openModule(): ScanModule {
  const api = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
  const memory = new api.Memory({ initial: PAGES });
  const exports = new api.Instance(new api.Module(moduleBytes()), { env: { memory } })
    .exports as ScanExports;
  const input = new Uint32Array(memory.buffer, CODES, PIECE_WORDS);
  const sought = new Uint32Array(memory.buffer, QUERY, 8);
  const matches = new Uint32Array(memory.buffer, OUT, 2 * PIECE_WORDS);
  const found = new Uint16Array(memory.buffer, OUT, PIECE_WORDS);

  /** Again and again, so that a vector of codes meets it word for word. */
  function setQuery(query: Uint32Array, words: number): void {
    for (let k = 0; k < 8; k++) sought[k] = query[k % words]!;
  }

  return {
    within(codes, words, query, radius, take) {
      setQuery(query, words);
      const perPiece = Math.floor(PIECE_WORDS / words);
      const total = codes.length / words;
      for (let first = 0; first < total; first += perPiece) {
        const n = Math.min(perPiece, total - first);
        input.set(codes.subarray(first * words, (first + n) * words));
        const count = exports.within(CODES, n, words, QUERY, radius, OUT);
        for (let i = 0; i < count; i++) take(first + matches[2 * i]!, matches[2 * i + 1]!);
      }
    },
    distances(codes, words, query, out) {
      setQuery(query, words);
      const perPiece = Math.floor(PIECE_WORDS / words);
      const total = codes.length / words;
      for (let first = 0; first < total; first += perPiece) {
        const n = Math.min(perPiece, total - first);
        input.set(codes.subarray(first * words, (first + n) * words));
        exports.distances(CODES, n, words, QUERY, OUT);
        out.set(found.subarray(0, n), first);
      }
    },
  };
}
