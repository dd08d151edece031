/*
 * `npm run race -- [--races 1000] [--store URI | --moto PYTHON]`: two publishers of one index,
 * again and again. Both have read which version is current before either swaps it, so exactly one
 * may win; the other must say PublishConflict, and the versions of both must be whole. Without
 * --store, a folder for temporary files; a bucket must honour preconditions on writes. --moto
 * starts an S3 server with a Python that has moto[server].
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { listVersions, readIndexState } from '../../activities/versions/current-version.ts';
import { Failure } from '../../schemas/failures.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { publishVersion } from '../upkeep/published-index.ts';

const { values } = parseArgs({
  options: {
    races: { type: 'string', default: '1000' },
    store: { type: 'string' },
    moto: { type: 'string' },
  },
});
const races = Number(values.races);
/**
 * Races before the next index: a publisher reads the claim of every version, so that many versions
 * make a race long.
 */
const RACES_AN_INDEX = 10;
const scratch = await mkdtemp(join(tmpdir(), 'hashloom-race-'));
const server = values.moto === undefined ? undefined : await startMoto(values.moto);
const uri = server ? 's3://races/store' : (values.store ?? pathToFileURL(scratch).href);

async function startMoto(python: string): Promise<{ stop(): void }> {
  const child = spawn(
    python,
    [fileURLToPath(new URL('../../../test/heavy/serve-moto.py', import.meta.url)), 'races'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const [endpoint] = (await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() =>
      Promise.reject(new Error(`${python} does not serve; it needs moto[server]`)),
    ),
  ])) as [Buffer];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint.toString().trim(),
    AWS_ACCESS_KEY_ID: 'races',
    AWS_SECRET_ACCESS_KEY: 'races',
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  return { stop: () => void child.kill() };
}

/** Holds everybody who comes until `count` have come. */
function barrier(count: number): () => Promise<void> {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  let come = 0;
  return async () => {
    if (++come === count) open();
    await opened;
  };
}

/**
 * A store of its own, as another process has it, that swaps `current.json` only when its rival is
 * about to.
 */
function racingStore(meet: () => Promise<void>): Store {
  const store = openStore(uri);
  const put: Store['put'] = async (path, bytes, condition) => {
    if (path.endsWith('/current.json')) await meet();
    return await store.put(path, bytes, condition);
  };
  return { ...store, put };
}

try {
  const store = openStore(uri);
  assert.ok(
    await store.conditional(),
    `${uri} does not honour preconditions; nobody can win a race there`,
  );
  const wins = [0, 0];
  const started = performance.now();
  for (let race = 1; race <= races; race++) {
    const index = `race-${process.pid}-${Math.ceil(race / RACES_AN_INDEX)}`;
    const meet = barrier(2);
    const outcomes = await Promise.allSettled(
      [0, 1].map((who) =>
        publishVersion(racingStore(meet), {
          index,
          codes: { a: who, b: race % 256 },
          metrics: { f1: race + who / 10 },
          run: `${race}-${who}`,
        }),
      ),
    );
    const winners = outcomes.flatMap((outcome, who) =>
      outcome.status === 'fulfilled' ? [{ who, version: outcome.value }] : [],
    );
    const reasons = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    );
    assert.equal(
      winners.length,
      1,
      `race ${race}: ${winners.length} winners; ${reasons.map(String).join('; ')}`,
    );
    assert.ok(
      reasons[0] instanceof Failure && reasons[0].type === 'PublishConflict',
      `race ${race}: ${String(reasons[0])}`,
    );
    const [{ who, version }] = winners as [{ who: number; version: number }];
    const { current, currentVersion } = await readIndexState(store, index);
    assert.deepEqual(
      [current?.version, currentVersion?.runId],
      [version, `${race}-${who}`],
      `race ${race}: current is not the winner's`,
    );
    const versions = (await listVersions(store, index)).map((each) => each.version);
    assert.deepEqual(
      versions,
      Array.from({ length: versions.length }, (_, at) => at + 1),
      `race ${race}: a version is lost`,
    );
    assert.equal(versions.length, 2 * (((race - 1) % RACES_AN_INDEX) + 1));
    wins[who]! += 1;
    if (race % 100 === 0) console.log(`${race} races, wins ${wins.join(' and ')}`);
  }
  console.log(
    `${races} races on ${uri.split(':')[0]}: one winner each, no version lost, wins ` +
      `${wins.join(' and ')}, ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
} finally {
  server?.stop();
  await rm(scratch, { recursive: true, force: true });
}
