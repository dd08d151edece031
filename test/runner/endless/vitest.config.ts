import { defineConfig } from 'vitest/config';
import { RunLimit } from '../run-limit.ts';
import { TallyReporter } from '../tally-reporter.ts';

// oxlint-disable-next-line import/no-default-export
export default defineConfig({
  test: {
    include: ['test/runner/endless/*.endless.ts'],
    pool: 'forks',
    maxWorkers: 2,
    setupFiles: ['test/runner/end-of-file.ts'],
    reporters: [
      'default',
      new RunLimit(Number(process.env['HASHLOOM_TEST_RUN_LIMIT_S'] ?? 60)),
      new TallyReporter(),
    ],
    testTimeout: 500,
    hookTimeout: 500,
    teardownTimeout: 1000,
  },
});
