import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseConfiguration } from '../../cli/configuration/load-configuration.ts';
import { proposeConfiguration } from '../../cli/init/propose-configuration.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import type { Preset } from '../../schemas/presets.ts';
import { recordFigure } from '../record-figure.ts';
import { type Found, foundLinks, linksOf, type NamedLinks, storeIn } from './found-links.ts';
import { type HalvedCollection, halvedCollections } from './halved-collections.ts';

/**
 * What `init` proposes for a collection against the best of a small grid: how many links of one
 * half the answers made of the other find. `--data FOLDER --collections books,news --home FOLDER`;
 * `--presets yes` measures the presets broad and tight in place of the grid.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const data = resolve(
    options.get('data') ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)),
  );
  const all = halvedCollections(data);
  const names = options.get('collections')?.split(',') ?? Object.keys(all);
  const given = options.get('home');
  const home = given ?? mkdtempSync(join(tmpdir(), 'hashloom-regret-'));
  try {
    for (const name of names) {
      const folder = join(home, name);
      mkdirSync(folder, { recursive: true });
      const halves = await all[name]!(folder);
      if (options.has('presets')) {
        await comparePresets(name, halves, folder);
        continue;
      }
      const { regret, beside } = await regretOf(name, halves, folder);
      recordFigure({
        name: `defaults-regret-${name}`,
        value: regret,
        unit: '1 - score / best score of a grid, score: (HR@50 x fair HR@50)^(1/2)',
        goal: '<= 0.10',
        rival: beside,
        command: `npm run bench -- defaults-regret --collections ${name}`,
      });
    }
  } finally {
    if (given === undefined) rmSync(home, { recursive: true, force: true });
  }
}

/** The best of the grid is chosen by some queries, and everything is told by others. */
const CHOSEN_BY = 1;
const TOLD_BY = 2;

/** Of the values in place of those that were proposed. */
type Change = Partial<Record<string, number>>;

async function regretOf(
  name: string,
  halves: HalvedCollection,
  folder: string,
): Promise<{ regret: number; beside: string }> {
  const proposed = await proposedFor(halves.made, folder);
  const asked = await linksOf(askedBy(proposed, halves.asked));
  const seen = new Map<string, { chosenBy: Found; toldBy: Found; change: Change }>();
  const made = new Map<string, NamedLinks>();
  const measure = async (change: Change): Promise<number> => {
    const key = JSON.stringify(change, Object.keys(change).toSorted());
    if (!seen.has(key)) {
      const configuration = changed(proposed, change);
      const { neighbours: _, ...rest } = configuration;
      const ofD = JSON.stringify(rest);
      if (!made.has(ofD)) {
        made.clear();
        made.set(ofD, await linksOf(configuration));
      }
      const found = (seed: number) =>
        foundLinks(made.get(ofD)!, asked, configuration, {
          seed,
          knownIsNoAnswer: halves.knownIsNoAnswer,
        });
      const both = { chosenBy: found(CHOSEN_BY), toldBy: found(TOLD_BY), change };
      seen.set(key, both);
      process.stdout.write(`${name} ${key}: ${shown(both.chosenBy)} | ${shown(both.toldBy)}\n`);
    }
    return scoreOf(seen.get(key)!.chosenBy);
  };
  await search(gridFor(proposed), measure);
  const [own] = seen.values();
  const best = [...seen.values()].reduce((top, each) =>
    scoreOf(each.chosenBy) > scoreOf(top.chosenBy) ? each : top,
  );
  const regret = Math.max(0, 1 - scoreOf(own!.toldBy) / scoreOf(best.toldBy));
  const { uniform, fair } = own!.toldBy;
  return {
    regret,
    beside:
      `proposed ${uniform.toFixed(3)}, fair ${fair.toFixed(3)}; best of ${seen.size} ` +
      `${best.toldBy.uniform.toFixed(3)}, ${best.toldBy.fair.toFixed(3)} by ` +
      JSON.stringify(best.change),
  };
}

async function comparePresets(
  name: string,
  halves: HalvedCollection,
  folder: string,
): Promise<void> {
  const asked = await linksOf(askedBy(await proposedFor(halves.made, folder), halves.asked));
  const { knownIsNoAnswer } = halves;
  for (const preset of ['tight', undefined, 'broad'] as const) {
    const proposed = await proposedFor(halves.made, folder, preset);
    const made = await linksOf(proposed);
    const found = foundLinks(made, asked, proposed, { seed: TOLD_BY, knownIsNoAnswer });
    process.stdout.write(`${name} ${preset ?? 'as proposed'}: ${shown(found)}\n`);
  }
}

const scoreOf = ({ uniform, fair }: Found): number => Math.sqrt(uniform * fair);

const shown = ({ uniform, fair, empty, links }: Found): string =>
  `HR@50 ${uniform.toFixed(3)}, fair ${fair.toFixed(3)}, empty ${empty.toFixed(3)}, ` +
  `links ${links.toFixed(1)}`;

/** Each key alone at each of its values, then all that helped, then each of them again on top. */
async function search(
  grid: Record<string, number[]>,
  measure: (change: Change) => Promise<number>,
): Promise<void> {
  const own = await measure({});
  const better: Change = {};
  for (const [key, values] of Object.entries(grid)) {
    let top = own;
    for (const value of values) {
      const score = await measure({ [key]: value });
      if (score <= top) continue;
      top = score;
      better[key] = value;
    }
  }
  let best = await measure(better);
  for (const [key, values] of Object.entries(grid))
    for (const value of values) {
      const score = await measure({ ...better, [key]: value });
      if (score <= best) continue;
      best = score;
      better[key] = value;
    }
}

/** Values other than those that were proposed. */
function gridFor(proposed: Configuration): Record<string, number[]> {
  const { source, vocabulary } = proposed;
  const isText = source.kind === 'text';
  const grid: Record<string, number[]> = {
    ...(isText && vocabulary.commonShare === 1 && { 'vocabulary.common': [0, 120] }),
    ...(isText && vocabulary.commonShare < 1 && { 'vocabulary.commonShare': [0.1, 0.5, 1] }),
    'affinity.minimumWeight': isText ? [0.5, 1, 1.7] : [0, 0.5, 1],
    'affinity.minimumPmi': isText ? [0.5, 1, 1.5] : [0, 0.5, 1, 2],
    'affinity.top': [25, 50, 100],
    'neighbours.alpha': [2, 8, 32],
    'neighbours.factors': isText ? [64, 128] : [32, 64, 128],
  };
  return Object.fromEntries(
    Object.entries(grid).map(([path, values]) => [
      path,
      values.filter((value) => value !== valueAt(proposed, path)),
    ]),
  );
}

const valueAt = (configuration: Configuration, path: string): unknown =>
  path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], configuration);

async function proposedFor(
  corpus: string,
  folder: string,
  preset?: Preset,
): Promise<Configuration> {
  const file = join(folder, 'hashloom.yaml');
  const places = { file, index: 'regret', store: storeIn(folder), corpus };
  const { text } = await proposeConfiguration({ ...places, ...(preset && { preset }) });
  return parseConfiguration(text, file);
}

/** So many of the most common words are not asked for: of English `the`, `his`, `would`. */
const NOT_ASKED = 60;

/** Links that are asked for do not depend on what is proposed, but for the kind. */
function askedBy(proposed: Configuration, corpus: string): Configuration {
  const isText = proposed.source.kind === 'text';
  return {
    ...proposed,
    source: { ...proposed.source, path: pathToFileURL(corpus).href },
    vocabulary: { ...proposed.vocabulary, common: isText ? NOT_ASKED : 0, commonShare: 1 },
    affinity: {
      minimumPmi: isText ? 1 : -100,
      minimumWeight: isText ? 1.2 : 0,
      top: 1000,
    },
  };
}

function changed(proposed: Configuration, change: Change): Configuration {
  const copy = structuredClone(proposed) as unknown as Record<string, Record<string, unknown>>;
  for (const [path, value] of Object.entries(change)) {
    const [section, key] = path.split('.') as [string, string];
    copy[section]![key] = value;
  }
  return copy as unknown as Configuration;
}
