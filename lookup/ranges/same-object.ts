import { IndexReadError } from '../index-errors.ts';

/** What the first answer told of an object: the later ones must say the same. */
interface SeenObject {
  readonly size: number | undefined;
  readonly etag: string | undefined;
  /**
   * Takes what an answer says, as far as it does. Throws IndexReadError where it is of another
   * object.
   */
  check(size: number | undefined, etag: string | undefined): void;
}

export function sameObject(uri: string): SeenObject {
  let seenSize: number | undefined;
  let seenEtag: string | undefined;
  return {
    get size() {
      return seenSize;
    },
    get etag() {
      return seenEtag;
    },
    check(size, etag) {
      if (seenSize !== undefined && size !== undefined && size !== seenSize)
        throw new IndexReadError(
          uri,
          `changed while it was read: ${seenSize} bytes, now ${size}; open the index again`,
        );
      if (seenEtag !== undefined && etag !== undefined && etag !== seenEtag)
        throw new IndexReadError(
          uri,
          `changed while it was read: ETag ${seenEtag}, now ${etag}; open the index again`,
        );
      seenSize ??= size;
      seenEtag ??= etag;
    },
  };
}
