import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, parse as parsePath } from 'node:path';
import { parse } from 'yaml';
import { ZodError } from 'zod';
import { wordPage } from '../../report/experiments/word-page.ts';
import { wordTable } from '../../report/experiments/word-table.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import { WORKFLOW } from '../../schemas/run.ts';
import {
  expandSettings,
  type QueryPart,
  summarize,
  type WordExperimentInput,
  type WordExperimentResult,
  type WordSetting,
  wordSettings,
} from '../../schemas/word-experiment.ts';
import { loadConfiguration } from '../configuration/load-configuration.ts';
import { type ExperimentOptions, runExperiment } from './run-experiment.ts';

export interface WordOptions extends ExperimentOptions {
  config: string;
  settings: string;
  trials: number;
  seed: number;
  part: QueryPart;
  parallel: number;
  results?: string;
  json: boolean;
  force: boolean;
}

/** Runs the experiment and prints its table; false after Ctrl-C. */
export async function runWords(options: WordOptions): Promise<boolean> {
  const { terminals, results, json, force, trials, seed: firstSeed, part, parallel } = options;
  const configuration = await loadConfiguration(options.config);
  const settings = await readSettings(options.settings, configuration);
  const input: WordExperimentInput = {
    configuration,
    force,
    settings,
    trials,
    firstSeed,
    part,
    parallel,
  };
  const summary = `${settings.length} settings, ${trials} trials each`;
  const result = await runExperiment<WordExperimentResult>(
    {
      workflow: WORKFLOW.wordExperiment,
      workflowId: `experiment/words/${configuration.index}`,
      input,
      summary,
    },
    options,
  );
  if (result === undefined) return false;
  const table = wordTable(settings, result);
  if (results !== undefined) {
    await mkdir(dirname(results), { recursive: true });
    await writeFile(results, table);
    await writeFile(pageBeside(results), wordPage(configuration.index, settings, result));
  }
  const rows = Object.fromEntries(
    settings.map(({ name }, at) => [name, summarize(result.metrics[at] ?? [])]),
  );
  terminals.out.write(
    json ? `${JSON.stringify({ affinity: result.affinity, settings: rows })}\n` : table,
  );
  return true;
}

/** words.md: words.html. */
function pageBeside(results: string): string {
  const { dir, name } = parsePath(results);
  return join(dir, `${name}.html`);
}

async function readSettings(file: string, base: Configuration): Promise<WordSetting[]> {
  const parsed = wordSettings.safeParse(parse(await readFile(file, 'utf8')));
  try {
    if (!parsed.success) throw parsed.error;
    return expandSettings(base, parsed.data);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    throw new Failure(
      'ConfigurationError',
      error.issues.map((issue) => `${file}: ${issue.path.join('.')}: ${issue.message}`).join('\n'),
      { cause: error },
    );
  }
}
