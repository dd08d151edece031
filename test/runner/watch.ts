/**
 * `npm run test:watch -- FILE...`: the compiler and Vitest side by side. A save of a source is
 * compiled, and what is compiled runs the tests that import it; a save of a test runs that test.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { inRepository } from '../repository.ts';

const compiler = start('typescript/bin/tsc', '-b', '--watch', '--preserveWatchOutput');
// A process of its own for each file, as modules of the build stay loaded for the life of a
// process.
const tests = start('vitest/vitest.mjs', 'watch', '--isolate', ...process.argv.slice(2));

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(signal));
await Promise.race([once(compiler, 'exit'), once(tests, 'exit')]);
end('SIGTERM');

function start(program: string, ...words: string[]): ChildProcess {
  const path = inRepository(`node_modules/${program}`);
  return spawn(process.execPath, [path, ...words], {
    cwd: inRepository('.'),
    stdio: program.startsWith('vitest') ? 'inherit' : ['ignore', 'inherit', 'inherit'],
  });
}

function end(signal: NodeJS.Signals): void {
  for (const child of [compiler, tests]) child.kill(signal);
}
