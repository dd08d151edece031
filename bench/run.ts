/** `npm run bench -- NAME [--OPTION VALUE]...`: runs bench/NAME.ts and prints the machine, its load and the date first. */
import { cpus, loadavg } from 'node:os';

const [name, ...rest] = process.argv.slice(2);
if (!name || !/^[a-z][a-z0-9-]*$/.test(name)) {
  process.stderr.write('npm run bench -- NAME, where NAME is a file of bench/\n');
  process.exitCode = 2;
} else {
  const options = new Map<string, string>();
  for (let at = 0; at + 1 < rest.length; at += 2)
    options.set(rest[at]!.replace(/^--/, ''), rest[at + 1]!);
  process.stdout.write(
    `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}, ${new Date().toISOString()}\n`,
  );
  const { bench } = (await import(`./${name}.js`)) as {
    bench: (options: Map<string, string>) => Promise<void>;
  };
  await bench(options);
}
