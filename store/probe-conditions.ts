import { randomUUID } from 'node:crypto';
import type { S3 } from '@aws-sdk/client-s3';
import { PROBE_FOLDER } from './object-path.ts';
import { isConditionFailed, isUnknownCondition } from './s3-errors.ts';

/** One request of a store; `otherwise` may turn an expected refusal into an answer. */
type S3Sender = <T>(
  operation: string,
  key: string,
  send: (client: S3) => Promise<T>,
  otherwise?: (error: unknown) => T | undefined,
) => Promise<T>;

/** Whether a server keeps preconditions: both must be refused where they do not hold. */
export async function honoursConditions(
  request: S3Sender,
  bucket: string,
  root: string,
): Promise<boolean> {
  const key = `${root}${PROBE_FOLDER}/${randomUUID()}`;
  const refused = async (
    condition: { IfNoneMatch: string } | { IfMatch: string },
  ): Promise<boolean | undefined> =>
    await request<boolean | undefined>(
      'probe preconditions with put',
      key,
      async (client) => {
        await client.putObject({ Bucket: bucket, Key: key, Body: 'probe', ...condition });
        return false;
      },
      (error) => {
        if (isConditionFailed(error)) return true;
        return isUnknownCondition(error) ? false : undefined;
      },
    );
  await refused({ IfNoneMatch: '*' });
  const honoured =
    (await refused({ IfNoneMatch: '*' })) === true &&
    (await refused({ IfMatch: '"00000000000000000000000000000000"' })) === true;
  // A policy that forbids to delete still allows every stage but gc.
  await request('delete', key, (client) => client.deleteObject({ Bucket: bucket, Key: key })).catch(
    () => undefined,
  );
  return honoured;
}
