import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { someLinks } from '../../evaluation/answers/held-out-links.ts';
import { type HitFigures, hitFigures } from '../../evaluation/answers/hit-figures.ts';
import { byList } from '../../evaluation/answers/list-way.ts';
import { rankTargets } from '../../evaluation/answers/rank-targets.ts';
import { byPopularity } from '../../evaluation/answers/simple-ways.ts';
import type { Way } from '../../evaluation/answers/way.ts';
import { neighbourPredictor } from '../../kernels/affinity/predict-neighbours.ts';
import { RELATION } from '../../kernels/affinity/relate-rows.ts';
import { type Factors, factorize, factorSides } from '../../kernels/factors/factorize.ts';
import { pairScorer } from '../../kernels/factors/pair-scores.ts';
import { neighboursConfiguration } from '../../schemas/configuration/affinity.ts';
import { recordFigure } from '../record-figure.ts';
import { holdOutLinks } from './hold-out-links.ts';
import { byProduct, type Implicit, readFactors, startImplicit, writeLinks } from './implicit.ts';
import {
  type LinkedCorpus,
  reportsByTerms,
  storiesByWords,
  wordsOfBooks,
} from './linked-corpus.ts';
import { weightedLoss } from './weighted-loss.ts';

const ASKED = 2000;
/** Longer than any list that is published, as in the stage that measures answers. */
const LIST_ENTRIES = 1000;

/**
 * Held-out links that lists find, and the implicit library on the same links, settings and
 * processors, interleaved; processor time, so that others on the machine matter less.
 * `--data FOLDER --python PYTHON --seeds N --corpora words,reuters,tmc`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const data = resolve(
    options.get('data') ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)),
  );
  const seeds = Number(options.get('seeds') ?? 3);
  const names = (options.get('corpora') ?? 'words,reuters,tmc').split(',');
  const command = 'npm run bench -- als --python PYTHON';
  const folder = mkdtempSync(join(tmpdir(), 'hashloom-als-'));
  const rival = startImplicit(options.get('python') ?? 'python3');
  const corpora: Record<string, () => Promise<LinkedCorpus>> = {
    words: () => wordsOfBooks(join(data, 'gutenberg'), folder),
    reuters: () => storiesByWords(join(data, 'reuters21578.jsonl.gz')),
    tmc: () => reportsByTerms(join(data, 'tmc2007-500.parquet')),
  };
  try {
    for (const name of names) {
      const corpus = await corpora[name]!();
      const runs: Compared[] = [];
      for (let seed = 1; seed <= seeds; seed++)
        runs.push(await compare(name, corpus, seed, rival, folder));
      const mean = (of: (run: Compared) => number): number =>
        runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
      const unit = `share of held-out links, ${seeds} seeds`;
      const hit = (cut: number) => (run: Compared) => run.ours.uniform[cut]!;
      const beside = `implicit ${mean(({ theirs }) => theirs.uniform[name === 'words' ? 1 : 0]!).toFixed(3)}`;
      if (name === 'words') {
        recordFigure({
          name: 'words-query-hr50',
          value: mean(hit(1)),
          unit,
          goal: '>= 0.22',
          rival: beside,
          command,
        });
        recordFigure({
          name: 'words-query-fair50',
          value: mean(({ ours }) => ours.fair[1]!),
          unit,
          goal: '>= 0.055',
          command,
        });
        recordFigure({
          name: 'words-query-dm10',
          value: mean(({ ours }) => ours.matched),
          unit,
          goal: '>= 0.20',
          command,
        });
      } else
        recordFigure({
          name: `pairs-query-hr10-${name}`,
          value: mean(hit(0)),
          unit,
          goal: `>= ${beside}`,
          command,
        });
      recordFigure({
        name: `als-vs-implicit-${name}`,
        value: mean(({ speed }) => speed),
        unit:
          `their processor time / ours, median of ${ROUNDS} paired runs; loss ` +
          `${mean(({ loss }) => loss).toFixed(4)} of theirs`,
        goal: '>= 1',
        command,
      });
    }
  } finally {
    rival.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const ROUNDS = 3;

interface Compared {
  ours: HitFigures;
  isLike: HitFigures;
  theirs: HitFigures;
  popularity: HitFigures;
  /** Ours, of theirs. */
  loss: number;
  /** Their processor time, of ours. */
  speed: number;
}

async function compare(
  name: string,
  corpus: LinkedCorpus,
  seed: number,
  rival: Implicit,
  folder: string,
): Promise<Compared> {
  const { split, size } = corpus;
  const { graph, links } = holdOutLinks(corpus, seed);
  const { top: _top, postings: _, ...settings } = neighboursConfiguration.parse({});
  const sides = factorSides(size, split);
  const rows = split ?? size;
  const keys = Uint32Array.from({ length: size }, (_, row) => row);
  writeLinks(graph, rows, split ?? 0, folder);
  const columns = size - (split ?? 0);
  const ratios: number[] = [];
  let own: Factors | undefined;
  let theirs: Factors | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    own = factorize(graph, sides, { ...settings, seed, keys }, () => undefined);
    const { user, system } = process.cpuUsage(before);
    const { factors, alpha, regularization, rounds } = settings;
    const asked = [folder, rows, columns, factors, alpha, regularization, rounds, 1, seed];
    const { cpuSeconds } = await rival.ask(asked.join(' '));
    ratios.push(cpuSeconds! / ((user + system) / 1e6));
    theirs = readFactors(folder);
  }
  const speed = ratios.toSorted((a, b) => a - b)[ROUNDS >> 1]!;
  const lossOf = (factors: Factors): number =>
    weightedLoss(graph, rows, split ?? 0, factors, settings);
  const loss = lossOf(own!) / lossOf(theirs!);
  const scorer = pairScorer(own!, sides, settings.factors);
  const relation = split === undefined ? RELATION.related : RELATION.goesWith;
  const predictor = neighbourPredictor(graph, scorer, LIST_ENTRIES);
  const side =
    split === undefined
      ? undefined
      : Uint8Array.from({ length: size }, (_v, item) => Number(item >= split));
  const some = someLinks(links, ASKED, seed);
  const measure = (way: Way): HitFigures =>
    hitFigures(rankTargets(way, some, side && { side }), some);
  const ways = {
    ours: measure(byList(graph, relation, LIST_ENTRIES, predictor)),
    isLike: measure(byList(graph, RELATION.isLike, LIST_ENTRIES)),
    theirs: measure(byProduct(theirs!, size, split, settings.factors)),
    popularity: measure(byPopularity(links.known)),
  };
  for (const [way, { uniform, fair, matched }] of Object.entries(ways))
    process.stdout.write(
      `${name} ${seed} ${way}: HR@10 ${uniform[0]!.toFixed(3)}, HR@50 ${uniform[1]!.toFixed(3)}, ` +
        `fair ${fair[0]!.toFixed(3)}, ${fair[1]!.toFixed(3)}, matched ${matched.toFixed(3)}\n`,
    );
  process.stdout.write(
    `${name} ${seed}: loss ${loss.toFixed(4)} of theirs, ${speed.toFixed(2)} times their speed\n`,
  );
  return { ...ways, loss, speed };
}
