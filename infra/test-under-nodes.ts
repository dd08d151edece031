import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache-folder.ts';
import { runProgram } from './programs.ts';

/*
 * `npm run test:nodes [-- PATTERN...]`: `npm test` under every later Node that the README names.
 * The binaries come as npm's own packages, one for each platform, and are kept in the cache folder.
 * HASHLOOM_NODES=24 or 22,26 runs some of them.
 */
const NODES = ['22', '24', '26'];
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const npm = process.env['npm_execpath'];
const wanted = process.env['HASHLOOM_NODES']?.split(',') ?? NODES;
const lines: string[] = [];
if (npm === undefined) throw new Error('start this by npm: npm run test:nodes');
for (const version of wanted) {
  const node = await bringNode(version, npm);
  const { stdout } = await runProgram(node, ['--version'], {
    environment: process.env,
    timeoutMs: 30_000,
  });
  say(`\nNode ${stdout.trim()}: ${node}`);
  const code = await run(node, [npm, 'test', '--', ...process.argv.slice(2)], ROOT, {
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env['PATH']}`,
  });
  lines.push(`Node ${stdout.trim()}: ${code === 0 ? 'passed' : `failed with code ${code}`}`);
  if (code !== 0) process.exitCode = 1;
}
say(`\n${lines.join('\n')}`);

/**
 * The newest binary of a major version. The package `node` would fetch it in an install script, and
 * none runs here, so the package of this platform is taken directly.
 */
async function bringNode(version: string, npmScript: string): Promise<string> {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = join(cacheFolder(process.env), 'node', version);
  await mkdir(folder, { recursive: true });
  const words = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--ignore-scripts',
    '--prefer-offline',
  ];
  const code = await run(process.execPath, [npmScript, ...words, `${name}@${version}`], folder);
  if (code !== 0) throw new Error(`npm does not bring ${name}@${version}: it ended with ${code}`);
  return join(folder, 'node_modules', name, 'bin', 'node');
}

/** Runs a program to its end with our output; 1 where a signal ended it. */
function run(
  program: string,
  words: string[],
  cwd: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd, env: environment, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
