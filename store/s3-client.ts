import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput, S3 } from '@aws-sdk/client-s3';

/** Loads the SDK on first use: a process that keeps its store in a folder never pays for it. */
export async function connect(): Promise<S3> {
  const { env } = process;
  // The version is pinned here, so the SDK's announcement about the Node of its later versions is
  // no news for who runs Hashloom.
  env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { S3 } = await import('@aws-sdk/client-s3');
  const hasEndpoint = Boolean(env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL);
  const settings = {
    forcePathStyle:
      hasEndpoint ||
      env.HASHLOOM_S3_PATH_STYLE === 'true' ||
      env.AWS_S3_FORCE_PATH_STYLE === 'true',
    // Servers other than AWS often refuse the checksums that the SDK adds by itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
  } as const;
  const client = new S3(settings);
  const hasRegion = await client.config.region().then(
    () => true,
    () => false,
  );
  return hasRegion ? client : new S3({ ...settings, region: 'us-east-1' });
}

/** Into an array of its own, so that typed views of it are aligned. */
export async function readBody({
  Body,
  ContentLength = 0,
}: GetObjectCommandOutput): Promise<Uint8Array> {
  const bytes = new Uint8Array(ContentLength);
  let filled = 0;
  for await (const chunk of Body as Readable as AsyncIterable<Uint8Array>) {
    if (filled + chunk.length > bytes.length)
      throw new Error(`the body is longer than its Content-Length of ${ContentLength} bytes`);
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  if (filled !== bytes.length)
    throw new Error(`the body ended after ${filled} of ${ContentLength} bytes`);
  return bytes;
}
