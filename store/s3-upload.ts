import type { S3 } from '@aws-sdk/client-s3';

/** S3 takes at most so many parts. */
const MAXIMUM_PARTS = 10_000;
const PART_BYTES = 64 * 1024 * 1024;
/** Parts under way at once; a part is held in memory while it travels. */
const CONCURRENCY = 4;

/** Larger bodies travel in parts, so that a broken connection costs one part. */
export const SINGLE_PUT_BYTES = PART_BYTES;

/** A copy inside S3 is one request up to 5 GiB. */
export const SINGLE_COPY_BYTES = 5 * 1024 ** 3;

interface UploadPart {
  Bucket: string;
  Key: string;
  UploadId: string;
  PartNumber: number;
}

interface UploadTarget {
  Bucket: string;
  Key: string;
}

/**
 * A multipart upload of `size` bytes: `send` transfers the bytes [start, end) and returns the
 * part's etag. Aborted on any error. The condition is kept at its completion. Returns the etag of
 * the whole.
 */
export async function uploadInParts(
  client: S3,
  target: UploadTarget,
  size: number,
  send: (part: UploadPart, start: number, end: number) => Promise<string | undefined>,
  condition: { IfNoneMatch?: string; IfMatch?: string } = {},
): Promise<string> {
  const partBytes = Math.max(PART_BYTES, Math.ceil(size / MAXIMUM_PARTS));
  const count = Math.ceil(size / partBytes);
  const { UploadId } = await client.createMultipartUpload(target);
  if (UploadId === undefined)
    throw new Error(
      `multipart upload of s3://${target.Bucket}/${target.Key}: the server gave no upload id`,
    );
  const upload = { ...target, UploadId };
  try {
    const etags = new Array<string | undefined>(count);
    let next = 0;
    let failed = false;
    const transfer = async (): Promise<void> => {
      while (next < count && !failed) {
        const index = next++;
        const start = index * partBytes;
        try {
          etags[index] = await send(
            { ...upload, PartNumber: index + 1 },
            start,
            Math.min(size, start + partBytes),
          );
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    const transfers = await Promise.allSettled(
      Array.from({ length: Math.min(CONCURRENCY, count) }, transfer),
    );
    for (const outcome of transfers) if (outcome.status === 'rejected') throw outcome.reason;
    const Parts = etags.map((ETag, index) => ({
      PartNumber: index + 1,
      ...(ETag === undefined ? {} : { ETag }),
    }));
    const completed = await client.completeMultipartUpload({
      ...upload,
      ...condition,
      MultipartUpload: { Parts },
    });
    return completed.ETag ?? '';
  } catch (error) {
    // Parts of an upload that is neither completed nor aborted cost money for ever. The first error
    // is the one to tell.
    await client.abortMultipartUpload(upload).catch(() => undefined);
    throw error;
  }
}
