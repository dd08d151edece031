import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import type { S3 } from '@aws-sdk/client-s3';
import { SINGLE_PUT_BYTES, uploadInParts } from '../../store/s3-upload.ts';

const TARGET = { Bucket: 'bucket', Key: 'key' };

/** A client that notes what it is asked. */
function noting(refusals: { abort?: Error; complete?: Error } = {}) {
  const calls: [name: string, input: unknown][] = [];
  const answer = (name: string, output: unknown, refusal?: Error) => (input: unknown) => {
    calls.push([name, input]);
    return refusal === undefined ? Promise.resolve(output) : Promise.reject(refusal);
  };
  const client = {
    createMultipartUpload: answer('create', { UploadId: 'id' }),
    completeMultipartUpload: answer('complete', { ETag: '"whole"' }, refusals.complete),
    abortMultipartUpload: answer('abort', {}, refusals.abort),
  };
  return { calls, client: client as unknown as S3, names: () => calls.map(([name]) => name) };
}

describe('uploadInParts', () => {
  it('sends a few parts at a time, and keeps the condition at the completion', async () => {
    const { client, calls } = noting();
    let [under, most] = [0, 0];
    const sent: [number, number, number][] = [];
    const etag = await uploadInParts(
      client,
      TARGET,
      9 * SINGLE_PUT_BYTES + 1,
      async ({ PartNumber }, start, end) => {
        most = Math.max(most, ++under);
        await new Promise((resolve) => setImmediate(resolve));
        under--;
        sent.push([PartNumber, start, end]);
        return `"${PartNumber}"`;
      },
      { IfNoneMatch: '*' },
    );
    assert.equal(etag, '"whole"');
    assert.equal(most, 4);
    sent.sort((a, b) => a[0] - b[0]);
    assert.deepEqual(sent.at(-1), [10, 9 * SINGLE_PUT_BYTES, 9 * SINGLE_PUT_BYTES + 1]);
    assert.deepEqual(calls, [
      ['create', TARGET],
      [
        'complete',
        {
          ...TARGET,
          UploadId: 'id',
          IfNoneMatch: '*',
          MultipartUpload: { Parts: sent.map(([n]) => ({ PartNumber: n, ETag: `"${n}"` })) },
        },
      ],
    ]);
  });

  it('makes at most 10,000 parts', async () => {
    const { client } = noting();
    let last = 0;
    await uploadInParts(client, TARGET, 20_000 * SINGLE_PUT_BYTES, async ({ PartNumber }) => {
      last = Math.max(last, PartNumber);
      return '"etag"';
    });
    assert.equal(last, 10_000);
  });

  it('aborts where a part fails, begins no other, and tells the first error', async () => {
    const { client, names } = noting({ abort: new Error('no right to abort') });
    const begun: number[] = [];
    await assert.rejects(
      uploadInParts(client, TARGET, 20 * SINGLE_PUT_BYTES, async ({ PartNumber }) => {
        begun.push(PartNumber);
        if (PartNumber === 2) throw new Error('part 2 broke');
        await new Promise((resolve) => setImmediate(resolve));
        return '"etag"';
      }),
      /part 2 broke/,
    );
    assert.deepEqual(begun, [1, 2, 3, 4]);
    assert.deepEqual(names(), ['create', 'abort']);
  });

  it('aborts where the condition does not hold at the completion', async () => {
    const { client, names } = noting({ complete: new Error('precondition failed') });
    await assert.rejects(
      uploadInParts(client, TARGET, 2 * SINGLE_PUT_BYTES, async () => '"etag"', {
        IfNoneMatch: '*',
      }),
      /precondition failed/,
    );
    assert.deepEqual(names(), ['create', 'complete', 'abort']);
  });
});
