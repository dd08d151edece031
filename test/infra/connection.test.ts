import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import { Worker } from '@temporalio/worker';
import { freePort } from '../../infra/server/free-port.ts';
import { startEmbeddedServer } from '../../infra/server/embedded-server.ts';
import { findTemporalCli } from '../../infra/server/temporal-cli.ts';
import type { Failure } from '../../schemas/failures.ts';
import { SEARCH_ATTRIBUTES } from '../../schemas/run.ts';
import {
  type ClientConnection,
  connectClient,
  connectWorker,
  isTemporalConfigured,
} from '../../workers/connection.ts';
import { queuesWithoutPollers } from '../../workers/queue-pollers.ts';
import { ensureSearchAttributes } from '../../workers/search-attributes.ts';
import { installQuietRuntime } from '../pipeline/set-up/quiet-runtime.ts';

const address = inject('temporalAddress');

let connected: ClientConnection;
beforeAll(async () => {
  installQuietRuntime();
  connected = await connectClient({ address, embedded: true });
});
afterAll(() => connected.connection.close());

describe('connectClient and connectWorker', () => {
  it('fail in bounded time where nobody listens', async () => {
    const closed = `127.0.0.1:${await freePort()}`;
    for (const connect of [connectClient, connectWorker]) {
      const start = Date.now();
      await assert.rejects(connect({ address: closed, timeoutMs: 1000 }), (error: Failure) => {
        assert.equal(error.type, 'TemporalUnreachable');
        for (const part of [closed, 'TEMPORAL_ADDRESS', 'hashloom dev', '--local'])
          assert.ok(error.message.includes(part), error.message);
        return true;
      });
      assert.ok(Date.now() - start < 5000);
    }
  });

  it('tell a server that is not Temporal', async () => {
    const server = createServer((_, response) => void response.writeHead(404).end()).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    for (const connect of [connectClient, connectWorker]) {
      await assert.rejects(
        connect({ address: `127.0.0.1:${port}`, timeoutMs: 1000 }),
        (error: Failure) => error.type === 'TemporalUnreachable',
      );
    }
    server.close();
    server.closeAllConnections();
  });

  it('name a namespace that is not there', async () => {
    await assert.rejects(
      connectClient({ address, namespace: 'nowhere', embedded: true }),
      (error: Failure) =>
        error.type === 'ConfigurationError' && error.message.includes('"nowhere"'),
    );
  });
});

describe('isTemporalConfigured', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'hashloom-connection-test-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('wants an address, from a variable or from a profile', async () => {
    const file = join(folder, 'temporal.toml');
    await writeFile(
      file,
      '[profile.prod]\naddress = "temporal.example:7233"\n[profile.keyonly]\nnamespace = "n"\n',
    );
    const TEMPORAL_CONFIG_FILE = file;
    assert.equal(isTemporalConfigured({ HOME: folder }), false);
    assert.equal(isTemporalConfigured({ HOME: folder, TEMPORAL_ADDRESS: '' }), false);
    assert.equal(
      isTemporalConfigured({ HOME: folder, TEMPORAL_NAMESPACE: 'n', TEMPORAL_API_KEY: 'k' }),
      false,
    );
    assert.equal(
      isTemporalConfigured({ HOME: folder, TEMPORAL_ADDRESS: 'temporal.example:7233' }),
      true,
    );
    assert.equal(isTemporalConfigured({ TEMPORAL_CONFIG_FILE }), false);
    assert.equal(isTemporalConfigured({ TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE: 'prod' }), true);
    assert.equal(isTemporalConfigured({ TEMPORAL_CONFIG_FILE }, 'prod'), true);
    assert.equal(isTemporalConfigured({ TEMPORAL_CONFIG_FILE }, 'keyonly'), false);
    assert.throws(
      () => isTemporalConfigured({ TEMPORAL_CONFIG_FILE }, 'missing'),
      (error: Failure) =>
        error.type === 'ConfigurationError' && error.message.includes("'missing'"),
    );
  });
});

describe('queuesWithoutPollers', () => {
  const queue = `poller-test-${process.pid}`;
  const poll = (kind: 'workflow' | 'activity', withinMs: number): Promise<string[]> =>
    queuesWithoutPollers(connected.connection, connected.namespace, [{ queue, kind }], {
      withinMs,
    });

  it('waits for a worker, knows what it polls, and forgets it when it has shut down', async () => {
    const { connection, namespace } = await connectWorker({ address, embedded: true });
    assert.deepEqual(await poll('activity', 0), [queue]);
    const waiting = poll('activity', 10_000);
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: queue,
      activities: { nothing: async () => undefined },
    });
    const running = worker.run();
    assert.deepEqual(await waiting, []);
    assert.deepEqual(await poll('workflow', 0), [queue]);
    worker.shutdown();
    await running;
    assert.deepEqual(await poll('activity', 0), [queue]);

    const again = await Worker.create({
      identity: 'another',
      connection,
      namespace,
      taskQueue: queue,
      activities: { nothing: async () => undefined },
    });
    const runningAgain = again.run();
    assert.deepEqual(await poll('activity', 10_000), []);
    again.shutdown();
    await runningAgain;
    await connection.close();
  });

  it('is over after its time', async () => {
    const start = Date.now();
    assert.deepEqual(
      await queuesWithoutPollers(
        connected.connection,
        connected.namespace,
        [
          { queue: 'nobody', kind: 'activity' },
          { queue: 'nobody', kind: 'workflow' },
        ],
        { withinMs: 600 },
      ),
      ['nobody'],
    );
    assert.ok(Date.now() - start < 5000);
  });
});

describe('ensureSearchAttributes', () => {
  it('finds them where they are, and says false where there is no such namespace', async () => {
    assert.equal(await ensureSearchAttributes(connected.connection, connected.namespace), true);
    assert.equal(await ensureSearchAttributes(connected.connection, 'nowhere'), false);
  });

  it('adds what is missing, ready for use', async () => {
    const server = await startEmbeddedServer({
      cli: (await findTemporalCli()).path,
      port: 0,
      uiPort: 0,
    });
    const { connection, client, namespace } = await connectClient({
      address: server.address,
      embedded: true,
    });
    try {
      await connection.operatorService.removeSearchAttributes({
        namespace,
        searchAttributes: [SEARCH_ATTRIBUTES.index],
      });
      const list = async (): Promise<string[]> =>
        Object.keys(
          (await connection.operatorService.listSearchAttributes({ namespace })).customAttributes,
        );
      assert.ok(!(await list()).includes(SEARCH_ATTRIBUTES.index));
      assert.equal(await ensureSearchAttributes(connection, namespace), true);
      assert.ok((await list()).includes(SEARCH_ATTRIBUTES.index));
      await client.workflow.start('none', {
        workflowId: 'with-attribute',
        taskQueue: 'nobody',
        searchAttributes: { [SEARCH_ATTRIBUTES.index]: ['words'] },
      });
    } finally {
      await connection.close();
      await server.stop();
    }
  });
});
