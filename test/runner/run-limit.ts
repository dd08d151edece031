import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

/** A failed exit code; Vitest's own way out would wait for what hangs. */
const FAILED = 1;

/** Ends a run that takes too long, with the names of the files and tests that were under way. */
export class RunLimit implements Reporter {
  private readonly running = new Map<string, Set<string>>();
  private readonly limitS: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(limitS: number) {
    this.limitS = limitS;
  }

  onInit(vitest: Vitest): void {
    if (!vitest.config.watch) this.timer = setTimeout(() => this.giveUp(), 1000 * this.limitS);
  }

  onTestModuleQueued(module: TestModule): void {
    this.running.set(nameOf(module), new Set());
  }

  onTestCaseReady(test: TestCase): void {
    this.running.get(nameOf(test.module))?.add(test.fullName);
  }

  onTestCaseResult(test: TestCase): void {
    this.running.get(nameOf(test.module))?.delete(test.fullName);
  }

  onTestModuleEnd(module: TestModule): void {
    this.running.delete(nameOf(module));
  }

  onTestRunEnd(): void {
    // What is left has a limit of its own, teardownTimeout.
    clearTimeout(this.timer);
  }

  private giveUp(): void {
    console.error(`the tests were not over within ${this.limitS} s; under way were`);
    for (const [file, tests] of this.running) console.error(`  ${[file, ...tests].join('\n    ')}`);
    process.exit(FAILED);
  }
}

const nameOf = ({ moduleId }: TestModule): string => relative(process.cwd(), moduleId);
