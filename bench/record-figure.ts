import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

interface Figure {
  name: string;
  value: number;
  unit: string;
  goal: string;
  rival?: string;
  command: string;
}

/**
 * Puts a row in docs/results/figures.json, in place of an earlier one of the same name and command.
 */
export function recordFigure(figure: Figure): void {
  const file = fileURLToPath(new URL('../../docs/results/figures.json', import.meta.url));
  mkdirSync(fileURLToPath(new URL('../../docs/results/', import.meta.url)), { recursive: true });
  const rows = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as (Figure & { machine: string; date: string })[])
    : [];
  const machine = `${cpus().length} cores x64, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`;
  const kept = rows.filter(
    ({ name, command }) => name !== figure.name || command !== figure.command,
  );
  const row = {
    ...figure,
    value: Number(figure.value.toPrecision(4)),
    machine,
    date: new Date().toISOString().slice(0, 10),
  };
  writeFileSync(
    file,
    `${JSON.stringify(
      [...kept, row].sort((a, b) => (a.name < b.name ? -1 : 1)),
      null,
      2,
    )}\n`,
  );
  process.stdout.write(
    `${row.name}: ${row.value} ${row.unit} (goal ` +
      `${row.goal}${row.rival ? `; ${row.rival}` : ''})\n`,
  );
}
