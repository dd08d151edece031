import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { Worker } from '@temporalio/worker';
import { BUNDLE_FILE } from '../../workers/bundle-file.ts';
import { installQuietRuntime } from './set-up/quiet-runtime.ts';
import { inRepository } from '../repository.ts';

const FIXTURES = inRepository('test/fixtures/histories/');

installQuietRuntime();

/**
 * A run that was begun with earlier code must go on with this code: commands replay as they were
 * recorded.
 */
describe('recorded histories', () => {
  const names = readdirSync(FIXTURES).filter((name) => name.endsWith('.json'));

  it('are there for every kind of workflow', () => {
    const types = new Set(names.map((name) => startOf(read(name)).workflowType.name));
    assert.deepEqual([...types].toSorted(), [
      'append',
      'processShards',
      'reindex',
      'scheduled',
      'train',
    ]);
  });

  for (const name of names) {
    it(`replay: ${name}`, async () => {
      await replay(read(name));
    });
  }

  it('fail to replay when a command is another one', async () => {
    const history = read(names.find((name) => name.includes('first-run.json'))!);
    const scheduled = history.events.find(
      (event) => event['activityTaskScheduledEventAttributes'],
    )!;
    (
      scheduled['activityTaskScheduledEventAttributes'] as { activityType: { name: string } }
    ).activityType.name = 'somethingElse';
    await assert.rejects(replay(history), /[Nn]ondeterminism/);
  });
});

interface History {
  events: Record<string, unknown>[];
}

function read(name: string): History {
  return JSON.parse(readFileSync(FIXTURES + name, 'utf8')) as History;
}

async function replay(history: History): Promise<void> {
  await Worker.runReplayHistory(
    { workflowBundle: { codePath: BUNDLE_FILE } },
    history,
    startOf(history).workflowId,
  );
}

function startOf({ events }: History): { workflowId: string; workflowType: { name: string } } {
  return events[0]!['workflowExecutionStartedEventAttributes'] as {
    workflowId: string;
    workflowType: { name: string };
  };
}
