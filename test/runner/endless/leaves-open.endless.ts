import { spawn } from 'node:child_process';
import { it } from 'vitest';

it('passes, and leaves an interval and a process behind', () => {
  setInterval(() => undefined, 1000);
  spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
});
