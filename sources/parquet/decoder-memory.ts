const MEMORY_SECTION = 5;
const HEADER_BYTES = 8;
export const WASM_PAGE_BYTES = 65_536;

/**
 * A WebAssembly module whose own memory may not grow beyond so many bytes: what asks for more traps
 * in the engine, whatever the code of the module thinks. Throws RangeError on a module without one
 * memory of its own.
 */
export function withMemoryLimit(module: Uint8Array, limitBytes: number): Uint8Array {
  let at = HEADER_BYTES;
  while (at < module.length) {
    const id = module[at]!;
    const size = readUnsigned(module, at + 1);
    const end = size.end + size.value;
    if (id === MEMORY_SECTION) {
      const count = readUnsigned(module, size.end);
      const flags = module[count.end]!;
      if (count.value !== 1 || flags > 1)
        throw new RangeError(`${count.value} memories with flags ${flags}, expected one`);
      const least = readUnsigned(module, count.end + 1);
      const body = [1, 1, ...unsigned(least.value), ...unsigned(limitBytes / WASM_PAGE_BYTES)];
      const section = [MEMORY_SECTION, ...unsigned(body.length), ...body];
      return Buffer.concat([module.subarray(0, at), Buffer.from(section), module.subarray(end)]);
    }
    at = end;
  }
  throw new RangeError('a WebAssembly module without a memory of its own');
}

/** LEB128, as WebAssembly codes integers. */
function readUnsigned(bytes: Uint8Array, from: number): { value: number; end: number } {
  let value = 0;
  let end = from;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[end++]!;
    value += factor * (byte & 127);
    if (byte < 128) return { value, end };
  }
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest >>>= 7) bytes.push((rest & 127) | 128);
  bytes.push(rest);
  return bytes;
}
