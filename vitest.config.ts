import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { compileOnSave } from './test/runner/compile-on-save.ts';
import { importingTests } from './test/runner/importing-tests.ts';
import { RunLimit } from './test/runner/run-limit.ts';
import { shippedSources } from './test/runner/shipped-sources.ts';
import { TallyReporter } from './test/runner/tally-reporter.ts';

/** Files that `npm test` has no time for: `npm run test:all` runs these and no others. */
const SLOW = 'test/**/*.slow.test.ts';
/** Their files share a Temporal server. */
const ON_TEMPORAL = ['test/pipeline/*.test.ts', 'test/infra/connection.test.ts'];

/** On two quiet cores a run takes a quarter of it. */
const RUN_LIMIT_S = Number(process.env['HASHLOOM_TEST_RUN_LIMIT_S'] ?? 1200);

const isWatching = process.argv.includes('watch');
const runsSlow = process.env['HASHLOOM_TESTS'] === 'slow';

// A developer's own Temporal settings must not reach the tests.
for (const name of Object.keys(process.env))
  if (name.startsWith('TEMPORAL_')) delete process.env[name];

// Vitest takes its configuration from a default export alone.
// oxlint-disable-next-line import/no-default-export
export default defineConfig({
  plugins: [shippedSources(), compileOnSave()],
  // The watcher leaves out what a build of Vite itself would write, and `dist` must not be that.
  build: { outDir: '.vite' },
  test: {
    maxWorkers: 2,
    teardownTimeout: 20_000,
    maxConcurrency: 2,
    reporters: ['default', new RunLimit(RUN_LIMIT_S), new TallyReporter()],
    watchTriggerPatterns: [
      { pattern: /\/dist\/(?!test\/).+\.js$/u, testsToRun: (file) => importingTests(file) },
    ],
    projects: [
      project('alone', { include: ['test/**/*.test.ts'], exclude: ON_TEMPORAL }),
      project('temporal', {
        include: ON_TEMPORAL,
        globalSetup: ['test/runner/temporal-server.ts'],
      }),
    ],
  },
});

function project(
  name: string,
  { include = [], exclude = [], ...rest }: NonNullable<TestProjectInlineConfiguration['test']>,
): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      ...rest,
      name,
      include: runsSlow
        ? include.map((glob) => glob.replace('*.test.ts', '*.slow.test.ts'))
        : include,
      exclude: runsSlow ? exclude : [...exclude, SLOW],
      pool: 'forks',
      // Node and the SDKs load twice and not a hundred times; `end-of-file.ts` sees to it that a
      // file leaves nothing open.
      // What a process has loaded stays loaded, so watch mode has a fresh one for each file.
      isolate: isWatching,
      setupFiles: ['test/runner/end-of-file.ts'],
      server: { deps: { external: [/\/dist\/.*\.js$/u] } },
      testTimeout: 120_000,
      hookTimeout: 120_000,
    },
  };
}
