import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What npm prints on its standard output. Throws Error with all that it printed where it fails. */
export async function runNpm(args: string[], folder: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('npm', args, {
      cwd: folder,
      env: ownSettings(process.env),
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    const printed = [stdout, stderr].filter(Boolean).join('\n').trim();
    throw new Error(`npm ${args.join(' ')} failed:\n${printed || String(error)}`, { cause: error });
  }
}

/**
 * npm hands its settings to the scripts that it runs; an npm within one must not take them for its
 * own.
 */
function ownSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !INHERITED.some((prefix) => name.startsWith(prefix)),
    ),
  );
}

const INHERITED = ['npm_package_', 'npm_lifecycle_', 'npm_command', 'npm_config_local_prefix'];
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
