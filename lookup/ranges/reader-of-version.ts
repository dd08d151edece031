import { IndexReadError } from '../index-errors.ts';
import type { RangeReader } from './range-reader.ts';

/**
 * The reader of a part of a version that was there when it was opened: where the part is missing
 * later, the error says that the version has gone and how to go on.
 */
export function readerOfVersion(
  reader: RangeReader,
  { index, version }: { index: string; version: number },
): RangeReader {
  return {
    get size() {
      return reader.size;
    },
    get etag() {
      return reader.etag;
    },
    async read(start, end) {
      try {
        return await reader.read(start, end);
      } catch (error) {
        if (!(error instanceof IndexReadError) || !error.missing) throw error;
        const what = error.message.slice(`${error.uri}: `.length);
        throw new IndexReadError(
          error.uri,
          `${what}; version ${version} of ${index} is not whole, or was removed after it had ` +
            'been ' +
            'opened: open the index again for the current version, or ask through followIndex',
          { cause: error, missing: true },
        );
      }
    },
    close: async () => reader.close?.(),
  };
}
