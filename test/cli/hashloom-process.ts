import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { inBuild } from '../repository.ts';

const MAIN = inBuild('cli/main.js');

export interface ProcessOutcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the built command line in a folder, with no Temporal configured. */
export function hashloom(folder: string, ...words: string[]): Promise<ProcessOutcome> {
  return hashloomWith({}, folder, ...words);
}

/** The same with environment variables of its own. */
export function hashloomWith(
  variables: Record<string, string>,
  folder: string,
  ...words: string[]
): Promise<ProcessOutcome> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('TEMPORAL_') && name !== 'NODE_OPTIONS',
  );
  // Where no configuration file of Temporal's client is.
  const env = { ...Object.fromEntries(kept), XDG_CONFIG_HOME: folder, NO_COLOR: '1', ...variables };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, ...words],
      { cwd: folder, env, timeout: 120_000 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      },
    );
  });
}

/**
 * Starts the built command line and kills it without a chance to tidy up once it says that training
 * is under way; throws where it ends before.
 */
export async function killOnceTraining(folder: string, ...words: string[]): Promise<void> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd: folder,
    env: { ...process.env, XDG_CONFIG_HOME: folder, NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  let said = '';
  let isKilled = false;
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes('Train the embeddings') && !isKilled) isKilled = child.kill('SIGKILL');
  });
  await exited;
  if (!isKilled) throw new Error(`it ended before training: ${said}`);
}
