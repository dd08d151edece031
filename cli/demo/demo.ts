import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { LookupAnswer } from '@hashloom/lookup';
import type { ReindexResult } from '../../schemas/run.ts';
import { writeBrownCorpus } from './brown-corpus.ts';
import { DEMO_CHECKS, DEMO_INDEX, DEMO_QUERIES } from './demo-configuration.ts';
import { formatFigure, formatSeconds } from '../terminal/format.ts';
import { CONFIGURATION_FILE, loadConfiguration } from '../configuration/load-configuration.ts';
import { proposeConfiguration } from '../init/propose-configuration.ts';
import { lookupWords } from '../index/lookup-words.ts';
import { shellWord } from '../terminal/shell-word.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Terminals } from '../terminal/program-options.ts';
import { runLocally } from '../run/run-index.ts';
import { matchesOfWords, matchesTable, type WordMatches } from './matches-of-words.ts';
import { outcomeLine, outcomeText } from '../run/run-outcome.ts';

interface DemoOptions {
  home: string;
  threads: number;
  json: boolean;
  /** The tables of stages and metrics are shown too. */
  metrics: boolean;
  terminals: Terminals;
  /** How this program was called, for the commands it proposes. */
  program: string;
}

interface DemoCheck {
  name: string;
  value: number;
  /** Least value that passes. */
  least: number;
}

/**
 * From the Brown corpus to the best matches of twelve words, on a server and workers of its own.
 * Returns false after Ctrl-C; throws when a check of the result fails.
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const started = performance.now();
  const { home, json, program, terminals } = options;
  const { err, out } = terminals;
  const file = await prepareDemo(home, (line) => {
    if (!json) err.write(`${line}\n`);
  });
  const configuration = await loadConfiguration(file);
  const again = againCommand(program, home);
  const result = await runLocally(configuration, {
    home,
    threads: options.threads,
    force: false,
    replace: true,
    json,
    terminals,
    again,
  });
  if (result === undefined) return false;

  const [answers, matches] = await Promise.all([
    lookupWords(result.uri, DEMO_QUERIES),
    matchesOfWords(result.uri),
  ]);
  const checks = checksOf(result, answers, matches);
  if (json) {
    const queries = answers.map(({ query, buckets, items }, at) => ({
      query,
      ...matches[at],
      buckets,
      items,
    }));
    out.write(
      `${JSON.stringify({ ...(JSON.parse(outcomeLine(result)) as object), queries, checks })}\n`,
    );
  } else {
    out.write(outcomeText(result, out, { metrics: options.metrics, query: '' }));
    out.write(`\n${matchesTable(matches, out).join('\n')}\n\n`);
    for (const check of checks) out.write(`${checkLine(check, out)}\n`);
  }
  const failed = checks.filter((check) => !(check.value >= check.least));
  if (failed.length > 0) {
    const reasons = failed.map(
      (check) =>
        `${check.name}: expected at least ${formatFigure(check.least)}, got ` +
        formatFigure(check.value),
    );
    throw new Error(`the demo's own check failed: ${reasons.join('; ')}`);
  }
  if (!json) out.write(farewell(options, (performance.now() - started) / 1000));
  return true;
}

const DEFAULT_HOME = './hashloom-demo';

/**
 * Writes the corpus and the configuration that init proposes for it, where they are not there yet;
 * returns the configuration's file.
 */
export async function prepareDemo(home: string, say: (line: string) => void): Promise<string> {
  await mkdir(home, { recursive: true });
  const written = await writeBrownCorpus(join(home, 'corpus'));
  if (written > 0) say(`wrote ${written} texts of the Brown corpus to ${join(home, 'corpus')}`);
  const file = join(home, CONFIGURATION_FILE);
  const { text } = await proposeConfiguration({ file, ...DEMO_INDEX });
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before !== text) await writeFile(file, text);
  return file;
}

function checksOf(
  { metrics }: ReindexResult,
  answers: readonly LookupAnswer[],
  matches: readonly WordMatches[],
): DemoCheck[] {
  const filled = answers.filter((answer) => answer.items.length > 0).length;
  return [
    {
      name: `words of ${matches.length} with ${DEMO_CHECKS.matches} matches`,
      value: matches.filter(({ complete }) => complete).length,
      least: matches.length,
    },
    {
      name: `words of ${answers.length} with items in their buckets`,
      value: filled,
      least: DEMO_CHECKS.queriesWithItems,
    },
    {
      name: 'fair HR@50 of the answers, beside that of the most linked items',
      value: metrics['queryFairHr50'] ?? Number.NaN,
      // The most linked items may find nothing at all; the answers must find something.
      least: Math.max(
        DEMO_CHECKS.overPopularity * (metrics['popularityFairHr50'] ?? Number.NaN),
        1 / (metrics['heldOutPairs'] ?? Number.NaN),
      ),
    },
  ];
}

function checkLine(check: DemoCheck, terminal: Terminal): string {
  const mark =
    check.value >= check.least ? terminal.paint('green', '✔') : terminal.paint('red', '✘');
  return (
    `${mark} ${check.name}: ${formatFigure(check.value)} (at least ` +
    `${formatFigure(check.least)})`
  );
}

function farewell({ home, program, terminals }: DemoOptions, seconds: number): string {
  const folder = relative('.', resolve(home)) || '.';
  const index = join(folder, 'store', 'indexes', DEMO_INDEX.index);
  const lines = [
    ['another word', `${program} query money --index ${shellWord(index)}`],
    [
      'what it occurs with',
      `${program} query money --relation goes-with --index ${shellWord(index)}`,
    ],
    ['its buckets', `${program} lookup money --index ${shellWord(index)}`],
    ['the run in Temporal’s UI', `${program} dev --home ${shellWord(folder)}`],
    ['the demo again, from its artifacts', againCommand(program, home)],
    [
      'your own corpus',
      `${program} init --corpus FOLDER, then ${program} run --local, then ${program} query WORD`,
    ],
  ] as const;
  const width = Math.max(...lines.map(([title]) => title.length));
  const { out } = terminals;
  return [
    '',
    `${out.paint('bold', 'Done')} in ${formatSeconds(seconds)}. What to try next:`,
    ...lines.map(([title, command]) => `  ${title.padEnd(width)}  ${out.paint('cyan', command)}`),
    '',
  ].join('\n');
}

function againCommand(program: string, home: string): string {
  return home === DEFAULT_HOME ? `${program} demo` : `${program} demo --home ${shellWord(home)}`;
}
