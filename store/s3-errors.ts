import { Failure } from '../schemas/failures.ts';

/** What a request was about, for messages. `path` is empty where the bucket itself is meant. */
interface S3Request {
  operation: string;
  bucket: string;
  key: string;
}

/** Refusals that stay until a person changes something, with what to check. */
const HINTS: Record<string, string> = {
  NoSuchBucket: 'create the bucket or correct its name, and check AWS_ENDPOINT_URL',
  InvalidBucketName: 'correct the name of the bucket',
  AccessDenied:
    'check the policy: Hashloom needs s3:GetObject, s3:PutObject, s3:DeleteObject, ' +
    's3:AbortMultipartUpload and, on the bucket itself, s3:ListBucket (without it a missing ' +
    'object answers 403)',
  InvalidAccessKeyId:
    'check AWS_ACCESS_KEY_ID or AWS_PROFILE, and that AWS_ENDPOINT_URL is the server that ' +
    'knows the key',
  SignatureDoesNotMatch: 'check AWS_SECRET_ACCESS_KEY',
  ExpiredToken: 'renew the session token',
  InvalidToken: 'check AWS_SESSION_TOKEN',
  RequestTimeTooSkewed: 'set the clock of this machine',
  PermanentRedirect: 'the bucket is in another region: set AWS_REGION',
  AuthorizationHeaderMalformed: 'the bucket is in another region: set AWS_REGION',
  CredentialsProviderError:
    'no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE',
};

/** Errors without a name of their own, by HTTP status. */
const NAMES: Record<number, string> = { 301: 'PermanentRedirect', 403: 'AccessDenied' };

/** A StoreError where no retry helps, else a plain error that a retry may mend. */
export function s3Error(error: unknown, { operation, bucket, key }: S3Request): Error {
  if (error instanceof Failure) return error;
  const name = (error as Error).name;
  const status = statusOf(error);
  const hint = HINTS[name] ?? HINTS[NAMES[status ?? 0] ?? ''];
  const where = `${operation} s3://${bucket}/${key}`;
  const what = [status, name, (error as Error).message]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
  if (hint !== undefined)
    return new Failure('StoreError', `${where}: ${what}; ${hint}`, { cause: error });
  return new Error(`${where}: ${what}`, { cause: error });
}

export function isMissingKey(error: unknown): boolean {
  const name = (error as Error).name;
  return (
    name !== 'NoSuchBucket' &&
    (name === 'NoSuchKey' || name === 'NotFound' || statusOf(error) === 404)
  );
}

/** 412, or 409 where another conditional write of the same key is under way. */
export function isConditionFailed(error: unknown): boolean {
  return statusOf(error) === 412 || (error as Error).name === 'ConditionalRequestConflict';
}

/** The server answers that it does not know the header of a condition. */
export function isUnknownCondition(error: unknown): boolean {
  return statusOf(error) === 501 || (error as Error).name === 'NotImplemented';
}

/** The read began at or after the object's end. */
export function isRangeBeyondEnd(error: unknown): boolean {
  return statusOf(error) === 416 || (error as Error).name === 'InvalidRange';
}

/** How often the SDK sent the request that failed. */
export function attemptsOf(error: unknown): number {
  return (error as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1;
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
