/** Reads lines and stretches of known length from chunks that are cut anywhere. */
export interface ByteReader {
  /**
   * Up to and with the next `\n`, or what is left before the end; undefined at the end. Throws
   * RangeError above `most` bytes.
   */
  line(most: number): Promise<Buffer | undefined>;
  /** The next `length` bytes; fewer at the end. */
  take(length: number): Promise<Buffer>;
  /** Bytes read so far. */
  position(): number;
}

export function byteReader(chunks: AsyncIterator<Buffer, void, undefined>): ByteReader {
  let held: Buffer = Buffer.alloc(0);
  let position = 0;

  async function more(): Promise<Buffer | undefined> {
    const { value, done } = await chunks.next();
    return done === true ? undefined : value;
  }

  function consume(length: number): Buffer {
    const taken = held.subarray(0, length);
    held = held.subarray(length);
    position += length;
    return taken;
  }

  return {
    async line(most) {
      for (let searched = 0; ;) {
        const at = held.indexOf(0x0a, searched);
        if (at >= 0) return consume(at + 1);
        if (held.length > most) throw new RangeError(`a line of more than ${most} bytes`);
        searched = held.length;
        const chunk = await more();
        if (chunk === undefined) return held.length === 0 ? undefined : consume(held.length);
        held = Buffer.concat([held, chunk]);
      }
    },
    async take(length) {
      const parts = [held];
      let size = held.length;
      while (size < length) {
        const chunk = await more();
        if (chunk === undefined) break;
        parts.push(chunk);
        size += chunk.length;
      }
      if (parts.length > 1) held = Buffer.concat(parts);
      return consume(Math.min(length, held.length));
    },
    position: () => position,
  };
}
