import { pathToFileURL } from 'node:url';
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { Client, Connection } from '@temporalio/client';
import { startEmbeddedServer } from '../../../infra/server/embedded-server.ts';
import { answers, hasEnded } from '../../../infra/server/server-process.ts';
import { findTemporalCli } from '../../../infra/server/temporal-cli.ts';
import type { Failure } from '../../../schemas/failures.ts';
import { inBuild } from '../../repository.ts';

const ANY_PORTS = { port: 0, uiPort: 0 };

let folder: string;
let cli: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hashloom-server-test-'));
  cli = (await findTemporalCli()).path;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const pidOf = async (home: string): Promise<number> =>
  (JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { pid: number }).pid;

async function withClient<T>(
  address: string,
  use: (client: Client, connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }), connection);
  } finally {
    await connection.close();
  }
}

/** Another process that starts the server of this home and says so in a line of JSON. */
async function startElsewhere(
  home: string,
): Promise<{ child: ChildProcess; reused: boolean; address: string }> {
  const module = pathToFileURL(inBuild('infra/server/embedded-server.js')).href;
  const script = `const { startEmbeddedServer } = await import(${JSON.stringify(module)});
    const server = await startEmbeddedServer(${JSON.stringify({ cli, home, ...ANY_PORTS })});
    console.log(JSON.stringify(server));
    process.stdin.once('end', () => void server.stop()).resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, ...(JSON.parse(line) as { reused: boolean; address: string }) };
}

describe('startEmbeddedServer', () => {
  it('starts in memory with our search attributes, and leaves nothing', async () => {
    const server = await startEmbeddedServer({ cli, ...ANY_PORTS });
    try {
      const known = await withClient(server.address, (_, connection) =>
        connection.operatorService.listSearchAttributes({ namespace: server.namespace }),
      );
      for (const name of ['HashloomIndex', 'HashloomStage', 'HashloomVersion'])
        assert.ok(name in known.customAttributes, name);
      assert.ok((await fetch(server.uiUrl)).ok);
    } finally {
      await server.stop();
    }
    assert.equal(await answers(server.address), false);
    await assert.rejects(readFile(server.logFile), { code: 'ENOENT' });
  });

  it('keeps its data from one start to the next', async () => {
    // A folder that would end or change where it is taken for a part of a URI.
    const home = join(folder, 'data #1? 100% für');
    const first = await startEmbeddedServer({ cli, home, ...ANY_PORTS });
    assert.equal(first.reused, false);
    await withClient(first.address, (client) =>
      client.workflow.start('none', { workflowId: 'reindex/kept', taskQueue: 'nobody' }),
    );
    await first.stop();
    await first.stop();
    assert.ok((await readdir(home)).includes('temporal.db'));
    const second = await startEmbeddedServer({ cli, home, ...ANY_PORTS });
    try {
      const description = await withClient(second.address, (client) =>
        client.workflow.getHandle('reindex/kept').describe(),
      );
      assert.equal(description.status.name, 'RUNNING');
    } finally {
      await second.stop();
    }
  });

  it('is shared by those who start it at the same time, and ends with the last of them', async () => {
    const home = join(folder, 'shared');
    const servers = await Promise.all(
      [1, 2, 3].map(() => startEmbeddedServer({ cli, home, ...ANY_PORTS })),
    );
    const pid = await pidOf(home);
    assert.equal(servers.filter(({ reused }) => !reused).length, 1);
    assert.equal(new Set(servers.map(({ address }) => address)).size, 1);
    // The one that started it goes first.
    servers.sort((a, b) => Number(a.reused) - Number(b.reused));
    await servers[0]!.stop();
    await servers[1]!.stop();
    assert.ok(await answers(servers[2]!.address));
    await servers[2]!.stop();
    assert.ok(await hasEnded(pid, 0));
  });

  it(
    'is shared between processes, outlives the one that started it, and dies with the last by ' +
      'SIGKILL',
    async () => {
      const home = join(folder, 'processes');
      const [a, b] = await Promise.all([startElsewhere(home), startElsewhere(home)]);
      assert.equal(a.address, b.address);
      const [owner, other] = a.reused ? [b, a] : [a, b];
      assert.equal(owner.reused, false);
      assert.equal(other.reused, true);
      const pid = await pidOf(home);
      owner.child.stdin?.end();
      await once(owner.child, 'exit');
      assert.ok(await answers(other.address));
      other.child.kill('SIGKILL');
      assert.ok(await hasEnded(pid, 15_000));
    },
  );

  it('starts anew after its only user and the server itself were killed', async () => {
    const home = join(folder, 'killed');
    const first = await startElsewhere(home);
    await withClient(first.address, (client) =>
      client.workflow.start('none', { workflowId: 'reindex/survivor', taskQueue: 'nobody' }),
    );
    const pid = await pidOf(home);
    process.kill(-pid, 'SIGKILL');
    first.child.kill('SIGKILL');
    const second = await startEmbeddedServer({ cli, home, ...ANY_PORTS });
    try {
      assert.equal(second.reused, false);
      await withClient(second.address, (client) =>
        client.workflow.getHandle('reindex/survivor').describe(),
      );
    } finally {
      await second.stop();
    }
  });

  it('does not take for its own a server that took the port first', async () => {
    const both = join(folder, 'late.sh');
    const health = `'${cli}' operator cluster health --address "127.0.0.1:$port"`;
    const lines = [
      '#!/bin/sh',
      `mkdir '${join(folder, 'late')}' 2>/dev/null || exec '${cli}' "$@"`,
      `port=$(echo "$@" | sed 's/.*--port \\([0-9]*\\).*/\\1/')`,
      `'${cli}' "$@" > '${join(folder, 'other.log')}' 2>&1 &`,
      `until ${health} > /dev/null 2>&1; do :; done`,
      `${health} > /dev/null; ${health} > /dev/null`,
      `echo "$port" > '${join(folder, 'taken')}'`,
      'echo "bind: address already in use"; exit 1',
    ];
    await writeFile(both, `${lines.join('\n')}\n`, { mode: 0o755 });
    const server = await startEmbeddedServer({
      cli: both,
      home: join(folder, 'raced'),
      ...ANY_PORTS,
    });
    try {
      const taken = (await readFile(join(folder, 'taken'), 'utf8')).trim();
      assert.match(taken, /^[0-9]+$/);
      assert.notEqual(server.address, `127.0.0.1:${taken}`);
      assert.ok(await answers(server.address));
    } finally {
      await server.stop();
    }
  });

  it('says the end of the log when the binary dies', async () => {
    await assert.rejects(
      startEmbeddedServer({ cli: '/bin/sh', home: join(folder, 'dies'), ...ANY_PORTS }),
      (error: Failure) => {
        assert.equal(error.type, 'TemporalUnreachable');
        assert.match(error.message, /did not come up[\s\S]*server[\s\S]*temporal\.log/);
        return true;
      },
    );
  });

  it('refuses a port that is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    await assert.rejects(
      startEmbeddedServer({ cli, ...ANY_PORTS, port }),
      (error: Failure) =>
        error.type === 'ConfigurationError' && error.message.includes(`port ${port}`),
    );
    holder.close();
  });
});
