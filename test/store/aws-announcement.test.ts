import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { describe, it } from 'vitest';
import { inRepository } from '../repository.ts';

const ANNOUNCEMENT = /NodeVersionSupportWarning/;
/** The SDK speaks on an old Node alone, so every Node passes for one. */
const OLD_NODE = "Object.defineProperty(process, 'version', { value: 'v20.19.0' });";

/** What a process of its own says on standard error: the SDK says it once a process. */
function saidBy(script: string): Promise<string> {
  const own = Object.entries(process.env).filter(([name]) => !/^AWS_|^NODE_/.test(name));
  const env = {
    ...Object.fromEntries(own),
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  };
  const words = ['--input-type=module', '-e', `${OLD_NODE}\n${script}`];
  return new Promise((resolve) => {
    execFile(process.execPath, words, { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve(`${stderr}${error === null ? stdout : `${stdout}failed: ${error.message}`}`);
    });
  });
}

const moduleOf = (path: string): string => JSON.stringify(pathToFileURL(inRepository(path)).href);

describe("the AWS SDK's announcement about Node", () => {
  it('comes without us, so that the next test can fail', async () => {
    const sdk = JSON.stringify(import.meta.resolve('@aws-sdk/client-s3'));
    assert.match(
      await saidBy(`const { S3 } = await import(${sdk}); new S3({ region: 'us-east-1' });`),
      ANNOUNCEMENT,
    );
  });

  it('does not reach who uses a store or a published index', async () => {
    const store = await saidBy(`
      const { openStore } = await import(${moduleOf('dist/store/open-store.js')});
      await openStore('s3://bucket/x').get('y').catch(() => console.log('asked'));`);
    const index = await saidBy(`
      const { openIndex } = await import(${moduleOf('lookup/dist/lookup/open-index.js')});
      await openIndex('s3://bucket/x').catch(() => console.log('asked'));`);
    assert.deepEqual([store, index], ['asked\n', 'asked\n']);
  });

  it('is all that is suppressed', async () => {
    const said = await saidBy(`
      const { openStore } = await import(${moduleOf('dist/store/open-store.js')});
      await openStore('s3://bucket/x').get('y').catch(() => undefined);
      process.emitWarning('another one');`);
    assert.match(said, /Warning: another one/);
  });
});
