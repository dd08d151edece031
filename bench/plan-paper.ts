import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DATA } from './measure-run.ts';

const run = promisify(execFile);
const CLI = fileURLToPath(new URL('../cli/main.js', import.meta.url));
const PAGE = fileURLToPath(new URL('../../docs/how-to/plan.md', import.meta.url));
const BEGIN = '<!-- the output of plan-paper -->\n';
const END = '<!-- until here -->';

/**
 * The paper's corpus as a plan, with the rates that are shipped: runs the command of
 * docs/how-to/plan.md and puts its output there. `--data FOLDER`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const yaml = /```yaml\n([\s\S]*?)```/.exec(page)?.[1];
  const command = /^hashloom (plan paper\.yaml .*)$/m.exec(page)?.[1];
  const begin = page.indexOf(BEGIN);
  if (yaml === undefined || command === undefined || begin === -1)
    throw new Error(`${PAGE}: expected the configuration, the command and ${BEGIN}`);
  const folder = await mkdtemp(join(tmpdir(), 'hashloom-bench-'));
  try {
    await writeFile(
      join(folder, 'paper.yaml'),
      yaml
        .replace('s3://corpora/books', join(resolve(options.get('data') ?? DATA), 'gutenberg'))
        .replace('s3://indexes', join(folder, 'store')),
    );
    const { stdout } = await run(process.execPath, [CLI, ...command.split(' ')], {
      cwd: folder,
      env: { ...process.env, COLUMNS: '110', NO_COLOR: '1' },
    });
    const shown = stdout.slice(stdout.indexOf('\n\n') + 2).trimEnd();
    await writeFile(
      PAGE,
      `${page.slice(0, begin + BEGIN.length)}\`\`\`\n` +
        `${shown}\n` +
        `\`\`\`\n` +
        page.slice(page.indexOf(END, begin)),
    );
    process.stdout.write(`${shown}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
