/**
 * `npm run bench -- NAME [--OPTION VALUE]...`: runs the bench NAME, wherever it lies below bench/,
 * and prints the machine, its load and the date first.
 */
import { existsSync, readdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('./', import.meta.url);

const [name, ...rest] = process.argv.slice(2);
const file = name !== undefined && /^[a-z][a-z0-9-]*$/.test(name) ? fileOf(name) : undefined;
if (file === undefined) {
  process.stderr.write('npm run bench -- NAME, where NAME is a file below bench/\n');
  process.exitCode = 2;
} else {
  const options = new Map<string, string>();
  for (let at = 0; at + 1 < rest.length; at += 2) {
    options.set(rest[at]!.replace(/^--/, ''), rest[at + 1]!);
  }
  const machine = `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}`;
  process.stdout.write(
    `${machine}, load ${loadavg()[0]?.toFixed(1)}, ${new Date().toISOString()}\n`,
  );
  const { bench } = (await import(file.href)) as {
    bench: (options: Map<string, string>) => Promise<void>;
  };
  await bench(options);
}

/** Names of benches are unique, whatever their chapter. */
function fileOf(wanted: string): URL | undefined {
  const chapters = readdirSync(fileURLToPath(FOLDER), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${entry.name}/`);
  return ['', ...chapters]
    .map((chapter) => new URL(`${chapter}${wanted}.js`, FOLDER))
    .find((url) => existsSync(url));
}
