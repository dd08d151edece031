import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import {
  loadConfiguration,
  parseConfiguration,
} from '../../../cli/configuration/load-configuration.ts';
import { DEMO_CONFIGURATION } from '../../../cli/demo/demo-configuration.ts';
import { prepareDemo } from '../../../cli/demo/demo.ts';
import { proposeConfiguration } from '../../../cli/init/propose-configuration.ts';

it('the demo is configured as init proposes for its corpus, but for training', async () => {
  const home = await mkdtemp(join(tmpdir(), 'hashloom-demo-'));
  try {
    const file = await prepareDemo(home, () => undefined);
    const { index, store } = DEMO_CONFIGURATION;
    const { text } = await proposeConfiguration({ file, index, store, corpus: './corpus' });
    const { training: proposed, ...rest } = parseConfiguration(text, file);
    const { training, ...demo } = await loadConfiguration(file);
    assert.deepEqual(demo, rest);
    assert.notDeepEqual(training, proposed);
  } finally {
    await rm(home, { recursive: true });
  }
});
