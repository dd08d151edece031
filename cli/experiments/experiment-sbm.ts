import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { parse } from 'yaml';
import { findTensorflow } from '../../infra/tensorflow/tensorflow.ts';
import { relevanceCurves } from '../../hashers/losses/relevance-curves.ts';
import { sbmPage } from '../../report/experiments/sbm-page.ts';
import {
  type Method,
  sbmGrid,
  type SbmPoint,
  type SbmScores,
  type SbmSetting,
  sbmSetting,
  sbmSettings,
  sbmSummary,
} from '../../schemas/experiment.ts';
import { Failure } from '../../schemas/failures.ts';
import { WORKFLOW } from '../../schemas/run.ts';
import { openStore } from '../../store/open-store.ts';
import { storeLocation } from '../configuration/published-location.ts';
import { type ExperimentOptions, runExperiment } from './run-experiment.ts';
import { sbmDefault } from './sbm-defaults.ts';

export interface SbmOptions extends ExperimentOptions {
  method: Method[];
  trials: number;
  seed: number;
  draws: 'symmetric' | 'independent';
  engine: 'wasm' | 'tensorflow';
  grid?: string;
  store: string;
  results?: string;
  json: boolean;
  force: boolean;
}

/** Runs the experiment and prints its table; false after Ctrl-C. */
export async function runSbm(options: SbmOptions): Promise<boolean> {
  const { terminals, results, json, store, force, trials, seed, engine, local } = options;
  const settings = (await settingsOf(options)).map((setting) => ({
    ...setting,
    training: { ...setting.training, engine },
  }));
  if (local && engine === 'tensorflow') await findTensorflow(process.env);
  const input = {
    store: openStore(await storeLocation(store)).uri,
    force,
    settings,
    trials,
    firstSeed: seed,
  };
  const summary = `${settings.length} settings, ${trials} trials each`;
  const scores = await runExperiment<SbmScores>(
    {
      workflow: WORKFLOW.sbmExperiment,
      workflowId: `experiment/sbm/${randomUUID()}`,
      input,
      summary,
    },
    options,
  );
  if (scores === undefined) return false;
  const { table, plots, page } = sbmPage(settings, scores, relevanceCurves);
  if (results !== undefined) {
    await mkdir(results, { recursive: true });
    await writeFile(join(results, 'sbm-table.md'), table);
    for (const { name, svg } of plots) await writeFile(join(results, name), svg);
    await writeFile(join(results, 'sbm.html'), page);
  }
  terminals.out.write(json ? `${JSON.stringify(summaries(settings, scores))}\n` : table);
  return true;
}

async function settingsOf({ method, draws, grid }: SbmOptions): Promise<SbmSetting[]> {
  if (grid === undefined)
    return method.map((name) => sbmSetting(name, draws, sbmDefault(name, draws)));
  const parsed = sbmGrid.safeParse(parse(await readFile(grid, 'utf8')));
  if (parsed.success) return sbmSettings(method, draws, parsed.data);
  const problems = parsed.error.issues.map(
    (issue) => `${grid}: ${issue.path.join('.')}: ${issue.message}`,
  );
  throw new Failure('ConfigurationError', problems.join('\n'));
}

type Summary = ReturnType<typeof sbmSummary>;

/** Every setting with its figures, and those of the setting of highest F1 of each method. */
function summaries(
  settings: SbmSetting[],
  scores: SbmScores,
): { models: Record<string, Summary>; settings: (SbmPoint & { method: Method } & Summary)[] } {
  const models: Record<string, Summary> = {};
  const rows = settings.map(({ method, training }, at) => {
    const summary = sbmSummary(scores[at] ?? []);
    if ((models[method]?.f1 ?? -1) < summary.f1) models[method] = summary;
    const { concentration, beta, lambda, rate, hardPerPositive } = training;
    const hardNegatives = hardPerPositive > 0;
    return { method, concentration, beta, lambda, hardNegatives, rate, ...summary };
  });
  return { models, settings: rows };
}
