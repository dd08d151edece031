import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'vitest';
import { exitCodeOfBrokenOutput } from '../../../cli/terminal/broken-output.ts';
import { inBuild } from '../../repository.ts';
import { skippedFor } from '../../skipped-for.ts';

const MAIN = inBuild('cli/main.js');

describe('an output that breaks', () => {
  it('is no error where the reader went away', async () => {
    // The schema is longer than a pipe holds, so that the reader is gone before all is written.
    const { code, stderr } = await inShell(`"$NODE" "$MAIN" init --schema | true; exit $PIPE`);
    assert.deepEqual([code, stderr], [0, '']);
  });

  it(
    'ends with one line where the disk is full',
    skippedFor(!existsSync('/dev/full') && 'this system has no /dev/full'),
    async () => {
      for (const words of ['init --schema', '--help', 'run --help']) {
        const { code, stderr } = await inShell(`"$NODE" "$MAIN" ${words} > /dev/full`);
        assert.match(stderr, /^error: the output could not be written: ENOSPC[^\n]*\n$/, words);
        assert.equal(code, 1, words);
      }
    },
  );

  it('is told from errors that have nothing to do with it', () => {
    assert.equal(exitCodeOfBrokenOutput(new TypeError('x')), undefined);
    assert.equal(exitCodeOfBrokenOutput(undefined), undefined);
  });
});

/** Runs a line of bash; `$PIPE` is the exit code of the first command of a pipe. */
function inShell(line: string): Promise<{ code: number; stderr: string }> {
  const script = line.replace('$PIPE', '${PIPESTATUS[0]}');
  const env = { ...process.env, NODE: process.execPath, MAIN };
  return new Promise((resolve) => {
    execFile('bash', ['-c', script], { env, timeout: 60_000 }, (error, _, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stderr });
    });
  });
}
