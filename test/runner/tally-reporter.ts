import type { SerializedError } from 'vitest';
import type { Reporter, TestModule, Vitest } from 'vitest/node';

/**
 * Ends a run with one line, `N passed, N failed` or `N passed, N failed, N skipped`, for people and
 * programs alike. Files that fail outside of their tests, and errors that belong to no test, count
 * among the failed; so do tests that a run left unfinished.
 */
export class TallyReporter implements Reporter {
  private line: string | undefined;

  onInit(vitest: Vitest): void {
    if (vitest.config.watch) return;
    // Nothing is written after this: hooks of the whole run are over, and what else was to be said
    // is said.
    process.once('exit', (code) => {
      // A run that ends before its tests, or without them, has failed all the same.
      const errors = code === 0 || vitest.state.getTestModules().length > 0 ? 0 : 1;
      console.log(this.line ?? tally(vitest.state.getTestModules(), errors));
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    for (const [reason, tests] of skippedTests(modules)) console.log(`skipped ${tests}: ${reason}`);
    this.line = tally(modules, unhandled.length);
  }
}

function tally(modules: readonly TestModule[], errors: number): string {
  const count = { passed: 0, failed: errors, skipped: 0, pending: 0 };
  for (const module of modules) {
    const failedBefore = count.failed;
    for (const test of module.children.allTests()) count[test.result().state] += 1;
    if (!module.ok() && count.failed === failedBefore) count.failed += 1;
  }
  const { passed, skipped } = count;
  const failed = count.failed + count.pending;
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** How many tests are skipped for a reason of `skippedFor`. */
function skippedTests(modules: readonly TestModule[]): Map<string, number> {
  const reasons = new Map<string, number>();
  for (const module of modules)
    for (const test of module.children.allTests()) {
      const { skippedFor } = test.meta();
      if (skippedFor !== undefined) reasons.set(skippedFor, (reasons.get(skippedFor) ?? 0) + 1);
    }
  return reasons;
}
