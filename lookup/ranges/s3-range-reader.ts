import type { GetObjectCommandInput, S3 } from '@aws-sdk/client-s3';
import { IndexReadError } from '../index-errors.ts';
import type { IndexLocation, RangeReader } from './range-reader.ts';
import { sameObject } from './same-object.ts';

interface Read {
  bytes: Uint8Array;
  etag: string | undefined;
  size: number | undefined;
  /** The first byte that it says it has. */
  start: number | undefined;
}

/**
 * A folder of a bucket, `s3://bucket/prefix`, as the standard AWS environment reaches it (path
 * style where an endpoint is set). Node alone, with `@aws-sdk/client-s3` installed: it is loaded at
 * the first read. Throws IndexReadError.
 */
export function s3Location(uri: string): IndexLocation {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/*(.*)$/s.exec(uri) ?? [];
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{1,62}$/.test(bucket))
    throw new IndexReadError(uri, 'expected s3://bucket/prefix');
  let connected: Promise<S3> | undefined;
  const keyOf = (path: string): string =>
    prefix === '' ? path : `${prefix.replace(/\/+$/, '')}/${path}`;

  /**
   * Undefined where there is no such object, `unchanged` where it still has the ETag, nothing where
   * the range lies beyond its end.
   */
  async function get(
    path: string,
    options: Pick<GetObjectCommandInput, 'Range' | 'IfNoneMatch'>,
  ): Promise<Read | 'unchanged' | undefined> {
    try {
      connected ??= connect();
      const output = await (
        await connected
      ).getObject({ Bucket: bucket, Key: keyOf(path), ...options });
      const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(output.ContentRange ?? '') ?? [];
      return {
        bytes: (await output.Body?.transformToByteArray()) ?? new Uint8Array(0),
        etag: output.ETag,
        size: total === undefined ? undefined : Number(total),
        start: start === undefined ? undefined : Number(start),
      };
    } catch (error) {
      const { name, $metadata: metadata } = error as Error & {
        $metadata?: { httpStatusCode?: number };
      };
      if (name === 'NoSuchKey' || name === 'NotFound') return undefined;
      if (metadata?.httpStatusCode === 304) return 'unchanged';
      if (name === 'InvalidRange')
        return { bytes: new Uint8Array(0), etag: undefined, size: undefined, start: undefined };
      throw new IndexReadError(`s3://${bucket}/${keyOf(path)}`, (error as Error).message || name, {
        cause: error,
      });
    }
  }

  function openRange(path: string): RangeReader {
    const where = `s3://${bucket}/${keyOf(path)}`;
    const seen = sameObject(where);
    return {
      get size() {
        return seen.size;
      },
      get etag() {
        return seen.etag;
      },
      async read(start, end) {
        if (start >= end) return new Uint8Array(0);
        const found = await get(path, { Range: `bytes=${start}-${end - 1}` });
        if (!found || found === 'unchanged')
          throw new IndexReadError(where, 'no such object', { missing: true });
        seen.check(found.size, found.etag);
        if (found.start !== undefined && found.start !== start)
          throw new IndexReadError(
            where,
            `asked for bytes ${start}-${end - 1}, got some from byte ${found.start} on`,
          );
        if (found.bytes.length > end - start)
          throw new IndexReadError(where, 'the server ignores Range: it sent the whole object');
        return found.bytes;
      },
    };
  }

  return {
    uri,
    async readObject(path) {
      const found = await get(path, {});
      return found === 'unchanged' ? undefined : found?.bytes;
    },
    readIfChanged: (path, etag) => get(path, etag === undefined ? {} : { IfNoneMatch: etag }),
    openRange,
  };
}

async function connect(): Promise<S3> {
  const { env } = process;
  // The SDK announces which Node its later versions will need; whoever reads an index can do
  // nothing about it.
  env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const { S3 } = await import('@aws-sdk/client-s3').catch((error: unknown) => {
    throw new Error(
      's3:// needs the package @aws-sdk/client-s3; install it, or give a location of your own',
      { cause: error },
    );
  });
  const forcePathStyle =
    Boolean(env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL']) ||
    env['HASHLOOM_S3_PATH_STYLE'] === 'true' ||
    env['AWS_S3_FORCE_PATH_STYLE'] === 'true';
  const settings = { forcePathStyle, responseChecksumValidation: 'WHEN_REQUIRED' } as const;
  const client = new S3(settings);
  const hasRegion = await client.config.region().then(
    () => true,
    () => false,
  );
  return hasRegion ? client : new S3({ ...settings, region: 'us-east-1' });
}
