/**
 * The whole way of a corpus in minutes: `hashloom run --local` over examples/words/gutenberg.yaml
 * in a store of its own, gzip to published index. `--epochs 100 --threads 2`.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { recordFigure } from '../record-figure.ts';

export async function bench(options: Map<string, string>): Promise<void> {
  const epochs = Number(options.get('epochs') ?? 100);
  const threads = options.get('threads') ?? '2';
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'hashloom-bench-'));
  try {
    const configuration = parse(
      await readFile(join(root, 'examples/words/gutenberg.yaml'), 'utf8'),
    ) as { store: string; source: { path: string }; training: { epochs: number } };
    configuration.store = join(folder, 'store');
    configuration.source.path = join(root, 'examples/words', configuration.source.path);
    configuration.training.epochs = epochs;
    await writeFile(join(folder, 'hashloom.yaml'), stringify(configuration));
    const started = performance.now();
    const child = spawn(
      process.execPath,
      [join(root, 'dist/cli/main.js'), 'run', '--local', '--threads', threads],
      { cwd: folder, stdio: 'inherit' },
    );
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`the run ended with code ${String(code)}`);
    const minutes = (performance.now() - started) / 60_000;
    recordFigure({
      name: `gutenberg-${epochs}-epochs-min`,
      value: minutes,
      unit: `minutes from gzip to published index, ${epochs} epochs, ${threads} threads`,
      goal: '<= 20',
      command: `npm run bench -- whole-way --epochs ${epochs}`,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
