import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput, S3 } from '@aws-sdk/client-s3';
import { Failure } from '../schemas/failures.ts';
import { checkedKey, checkedPath, checkedPrefix, PROBE_FOLDER } from './object-path.ts';
import { honoursConditions } from './probe-conditions.ts';
import { connect, readBody } from './s3-client.ts';
import {
  attemptsOf,
  isConditionFailed,
  isMissingKey,
  isRangeBeyondEnd,
  s3Error,
} from './s3-errors.ts';
import { SINGLE_COPY_BYTES, SINGLE_PUT_BYTES, uploadInParts } from './s3-upload.ts';
import type { ObjectHead, PutCondition, Store } from './store.ts';

/**
 * A store in an S3 bucket under a prefix (`''` for all of the bucket), reached as the standard AWS
 * environment says. Path style where an endpoint is set or HASHLOOM_S3_PATH_STYLE or
 * AWS_S3_FORCE_PATH_STYLE is `true`. On a server that ignores preconditions a conditional `put`
 * looks before it writes, which two writers at once can pass; `conditional` tells.
 */
export function openS3Store(bucket: string, prefix: string): Store {
  const root = prefix === '' ? '' : `${prefix}/`;
  const keyOf = (path: string): string => root + checkedPath(path);
  // Others fill buckets too: what is read of a whole bucket may have any key that it lists.
  const isWhole = prefix === '';
  const keyToRead = (path: string): string => (isWhole ? checkedKey(path) : keyOf(path));
  let connected: Promise<S3> | undefined;
  let probed: Promise<boolean> | undefined;

  /** One request; `otherwise` may turn an expected refusal into an answer. */
  async function request<T>(
    operation: string,
    key: string,
    send: (client: S3) => Promise<T>,
    otherwise?: (error: unknown) => T | undefined,
  ): Promise<T> {
    try {
      connected ??= connect();
      return await send(await connected);
    } catch (error) {
      const answer = otherwise?.(error);
      if (answer !== undefined) return answer;
      throw s3Error(error, { operation, bucket, key });
    }
  }

  async function getObject<T>(
    path: string,
    range: string | undefined,
    read: (output: GetObjectCommandOutput) => Promise<T>,
    empty: T,
  ): Promise<T | undefined> {
    const key = keyToRead(path);
    const found = await request<{ value: T | undefined }>(
      'get',
      key,
      async (client) => ({
        value: await read(
          await client.getObject({
            Bucket: bucket,
            Key: key,
            ...(range === undefined ? {} : { Range: range }),
          }),
        ),
      }),
      (error) => {
        if (isMissingKey(error)) return { value: undefined };
        return isRangeBeyondEnd(error) ? { value: empty } : undefined;
      },
    );
    return found.value;
  }

  async function head(path: string): Promise<ObjectHead | undefined> {
    const key = keyToRead(path);
    const { found } = await request<{ found: ObjectHead | undefined }>(
      'head',
      key,
      async (client) => {
        const output = await client.headObject({ Bucket: bucket, Key: key });
        return {
          found: {
            path,
            size: output.ContentLength ?? 0,
            etag: output.ETag ?? '',
            modifiedMs: output.LastModified?.getTime() ?? 0,
          },
        };
      },
      (error) => (isMissingKey(error) ? { found: undefined } : undefined),
    );
    return found;
  }

  async function send(
    client: S3,
    key: string,
    bytes: Uint8Array,
    condition: { IfNoneMatch?: string; IfMatch?: string },
  ): Promise<string> {
    if (bytes.length <= SINGLE_PUT_BYTES) {
      const output = await client.putObject({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentLength: bytes.length,
        ...condition,
      });
      return output.ETag ?? '';
    }
    return await uploadInParts(
      client,
      { Bucket: bucket, Key: key },
      bytes.length,
      async (part, start, end) =>
        (
          await client.uploadPart({
            ...part,
            Body: bytes.subarray(start, end),
            ContentLength: end - start,
          })
        ).ETag,
      condition,
    );
  }

  async function put(
    path: string,
    bytes: Uint8Array,
    condition: PutCondition = {},
  ): Promise<string | undefined> {
    const key = keyOf(path);
    const conditions = {
      ...(condition.ifAbsent ? { IfNoneMatch: '*' } : {}),
      ...(condition.ifMatch === undefined ? {} : { IfMatch: condition.ifMatch }),
    };
    const isConditional = condition.ifAbsent === true || condition.ifMatch !== undefined;
    if (isConditional && !(await conditional())) {
      const there = await head(path);
      if (condition.ifAbsent ? there !== undefined : there?.etag !== condition.ifMatch)
        return undefined;
      return await request('put', key, (client) => send(client, key, bytes, {}));
    }
    try {
      return await request('put', key, (client) => send(client, key, bytes, conditions));
    } catch (error) {
      const { cause } = error as Error;
      if (!isConditional || cause === undefined) throw error;
      if (isConditionFailed(cause))
        return attemptsOf(cause) > 1 ? await ownEarlierWrite(path, bytes) : undefined;
      if (condition.ifMatch !== undefined && isMissingKey(cause)) return undefined;
      throw error;
    }
  }

  /**
   * When the answer to a write that took effect was lost, the SDK's second attempt is refused by
   * the first.
   */
  async function ownEarlierWrite(path: string, bytes: Uint8Array): Promise<string | undefined> {
    const there = await head(path);
    if (there?.size !== bytes.length) return undefined;
    const found = await store.get(path);
    return found !== undefined && Buffer.compare(found, bytes) === 0 ? there.etag : undefined;
  }

  async function conditional(): Promise<boolean> {
    probed ??= honoursConditions(request, bucket, root);
    try {
      return await probed;
    } catch (error) {
      probed = undefined;
      throw error;
    }
  }

  async function putFile(path: string, localFile: string): Promise<string> {
    const key = keyOf(path);
    const handle = await open(localFile, 'r');
    try {
      const { size } = await handle.stat();
      const read = async (start: number, end: number): Promise<Uint8Array> => {
        const bytes = new Uint8Array(end - start);
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
        if (bytesRead !== bytes.length)
          throw new Error(
            `${localFile} ended at byte ${start + bytesRead} while being uploaded, expected ${end}`,
          );
        return bytes;
      };
      if (size <= SINGLE_PUT_BYTES) {
        const bytes = await read(0, size);
        return await request('put', key, (client) => send(client, key, bytes, {}));
      }
      return await request('put', key, (client) =>
        uploadInParts(client, { Bucket: bucket, Key: key }, size, async (part, start, end) => {
          const Body = await read(start, end);
          return (await client.uploadPart({ ...part, Body, ContentLength: Body.length })).ETag;
        }),
      );
    } finally {
      await handle.close();
    }
  }

  async function copy(from: string, to: string): Promise<void> {
    const there = await head(from);
    if (there === undefined)
      throw new Failure('StoreError', `copy: nothing at s3://${bucket}/${keyOf(from)}`);
    const key = keyOf(to);
    const CopySource = `${bucket}/${keyOf(from)}`.split('/').map(encodeURIComponent).join('/');
    await request('copy', key, async (client) => {
      if (there.size <= SINGLE_COPY_BYTES) {
        await client.copyObject({ Bucket: bucket, Key: key, CopySource });
      } else {
        await uploadInParts(
          client,
          { Bucket: bucket, Key: key },
          there.size,
          async (part, start, end) => {
            const output = await client.uploadPartCopy({
              ...part,
              CopySource,
              CopySourceRange: `bytes=${start}-${end - 1}`,
            });
            return output.CopyPartResult?.ETag;
          },
        );
      }
    });
  }

  async function* list(listed: string): AsyncIterable<ObjectHead> {
    const Prefix = root + (isWhole ? listed : checkedPrefix(listed));
    let token: string | undefined;
    do {
      const ContinuationToken = token;
      const page = await request('list', Prefix, (client) =>
        client.listObjectsV2({
          Bucket: bucket,
          Prefix,
          ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
        }),
      );
      for (const { Key = '', Size = 0, ETag = '', LastModified } of page.Contents ?? []) {
        const path = Key.slice(root.length);
        // Consoles make an object of size 0 for a folder.
        const isFolder = path.endsWith('/') && Size === 0;
        if (path.startsWith(`${PROBE_FOLDER}/`) || path === '' || isFolder) continue;
        yield { path, size: Size, etag: ETag, modifiedMs: LastModified?.getTime() ?? 0 };
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  const store: Store = {
    uri: prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`,
    get: (path) => getObject(path, undefined, readBody, new Uint8Array(0)),
    async getRange(path, start, end) {
      if (end <= start) return (await head(path)) === undefined ? undefined : new Uint8Array(0);
      return await getObject(path, `bytes=${start}-${end - 1}`, readBody, new Uint8Array(0));
    },
    stream: (path) =>
      getObject<Readable | undefined>(
        path,
        undefined,
        async (output) => output.Body as Readable | undefined,
        undefined,
      ),
    head,
    put,
    putFile,
    copy,
    async delete(path) {
      const key = keyOf(path);
      await request<unknown>(
        'delete',
        key,
        (client) => client.deleteObject({ Bucket: bucket, Key: key }),
        (error) => (isMissingKey(error) ? 'gone' : undefined),
      );
    },
    list,
    conditional,
    localFile: () => undefined,
  };
  return store;
}
