import { loadHeldOutLinks, sidesOfWords } from '../../activities/quality/load-held-out-links.ts';
import { readAnswers } from '../../activities/quality/report-sources.ts';
import { requireVersion } from '../../activities/versions/current-version.ts';
import { readWords } from '../../activities/words/read-vocabulary.ts';
import { CUTS } from '../../evaluation/answers/hit-figures.ts';
import { measureWays } from '../../evaluation/answers/measure-ways.ts';
import { WAYS } from '../../evaluation/answers/way-names.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { Failure } from '../../schemas/failures.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import { recordedConfiguration } from '../../schemas/recorded-configuration.ts';
import { artifactComplete } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { formatCount } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { givenCodes, givenLists } from './given-ways.ts';
import { readTable } from './read-table.ts';

interface AnswersOptions {
  store: Store;
  index: string;
  version?: number;
  /** One of the two. */
  codes?: string;
  lists?: string;
  /** Codes of all tables meet. */
  shared?: boolean;
}

/** A way by its shares: uniform and fair by CUTS, matched among 10. */
interface EvaluatedWay {
  way: string;
  uniform: number[];
  fair: number[];
  matched: number;
  /** Standard errors of the same; absent of what is not known. */
  errors: { uniform: number[]; fair: number[]; matched: number };
  /** Share of the items that ask without an answer. */
  empty: number;
  /** -1 where it is not known. */
  bytes: number;
}

export interface AnswersEvaluation {
  index: string;
  version: number;
  cuts: readonly number[];
  /** Links that are sought, and items that ask for them. */
  links: number;
  queries: number;
  /** The given way, then those of the run. */
  ways: EvaluatedWay[];
  missing: number;
  unknown: { ids: number; first: string[] };
}

const LISTED = 10;

/**
 * What lists or codes of any program find of the links that a run held out, beside what its own
 * ways find of the same. Throws Failure (DataError) where the version held none out, and
 * (IntegrityError) where its artifacts are gone.
 */
export async function evaluateAnswers(options: AnswersOptions): Promise<AnswersEvaluation> {
  const { store, index } = options;
  const manifest = await requireVersion(store, index, options.version);
  const pairs = await artifactOf(store, manifest, 'hold-out');
  const vocabulary = await artifactOf(store, manifest, 'vocabulary');
  const { source, seed } = recordedConfiguration.parse(manifest.configuration);
  const words = await readWords(store, vocabulary);
  const given =
    options.lists === undefined
      ? givenCodes(await readTable(options.codes!), words, options.shared ?? false)
      : givenLists(await readTable(options.lists), words);
  const links = await loadHeldOutLinks(store, pairs, seed);
  if (links.targets.length === 0)
    throw new Failure(
      'DataError',
      `version ${manifest.version} of ${index} held no links out; run it with heldOut.pairs ` +
        'above 0, over a corpus of ten links or more',
    );
  const leftSide = source.kind === 'pairs' && source.sides === 'two' ? source.columns.left : '';
  const side = sidesOfWords(words, leftSide);
  const [measured] = measureWays({ given: { way: given.way } }, links, {
    seed,
    ...(side && { side }),
    onProgress: () => undefined,
  });
  const { uniform, fair, matched, errors, empty } = measured!.figures;
  return {
    index,
    version: manifest.version,
    cuts: CUTS,
    links: links.targets.length,
    queries: links.queries.length,
    ways: [
      { way: 'given', uniform, fair, matched, errors, empty, bytes: given.bytes ?? -1 },
      ...(await waysOfRun(store, manifest)),
    ],
    missing: given.missing,
    unknown: { ids: given.unknown.size, first: [...given.unknown].slice(0, LISTED) },
  };
}

/** For a person: a line a way. */
export function answersText(found: AnswersEvaluation, terminal: Terminal): string {
  const { index, version, cuts, links, queries, ways } = found;
  const heads = [
    { title: 'Way' },
    ...[
      ...cuts.map((cut) => formatCount(cut)),
      'Fair, 50',
      'Fair, 1,000',
      'Matched',
      'None',
      'Bytes',
    ].map((title) => ({ title, align: 'right' as const })),
  ];
  const [at50, at1000] = [cuts.indexOf(50), cuts.indexOf(1000)];
  const rows = ways.map(({ way, uniform, fair, matched, empty, bytes, errors }) => [
    way in WAYS ? WAYS[way as keyof typeof WAYS] : way,
    ...uniform.map((share, k) => percent(share, way === 'given' ? errors.uniform[k] : undefined)),
    percent(fair[at50]!, way === 'given' ? errors.fair[at50] : undefined),
    percent(fair[at1000]!, way === 'given' ? errors.fair[at1000] : undefined),
    percent(matched, way === 'given' ? errors.matched : undefined),
    percent(empty),
    bytes < 0 ? '' : formatCount(Math.round(bytes)),
  ]);
  return (
    `${formatCount(links)} links held out of version ${version} of ${index}, asked for by ` +
    `${formatCount(queries)} items: how many are among the first answers (± standard error)\n` +
    `${renderTable(heads, rows, terminal.columns()).join('\n')}\n`
  );
}

/** What does not fit between file and version; empty when nothing. */
export function unfitText({ missing, unknown }: AnswersEvaluation, file: string): string {
  const more = unknown.ids > unknown.first.length ? ', …' : '';
  return [
    ...(unknown.ids > 0
      ? [
          `${file}: ${formatCount(unknown.ids)} ids are no items of the version and are left ` +
            `out: ${unknown.first.join(', ')}${more}\n`,
        ]
      : []),
    ...(missing > 0
      ? [`${file}: ${formatCount(missing)} items of the version are not in it: no answer\n`]
      : []),
  ].join('');
}

async function artifactOf(
  store: Store,
  { lineage, version, index }: IndexManifest,
  stage: string,
): Promise<ArtifactReference> {
  const reference = lineage.find((each) => each.stage === stage);
  if (!reference)
    throw new Failure(
      'DataError',
      `version ${version} of ${index} was made without links, so none were held out; give ` +
        '--truth with what should be found',
    );
  if (await artifactComplete(store, reference)) return reference;
  throw new Failure(
    'IntegrityError',
    `what version ${version} of ${index} was made from is not in ${store.uri} any more; run it ` +
      'again',
  );
}

async function waysOfRun(store: Store, { lineage }: IndexManifest): Promise<EvaluatedWay[]> {
  const rows = await readAnswers(
    store,
    lineage.find(({ stage }) => stage === 'answers'),
  );
  return Object.keys(WAYS).flatMap((way) => {
    const own = rows.filter((row) => row.way === way);
    const of = (weighing: string) =>
      CUTS.map((cut) => own.find((row) => row.weighing === weighing && row.cut === cut)!);
    const matched = own.find(({ weighing }) => weighing === 'matched');
    if (!matched) return [];
    const [uniform, fair] = [of('uniform'), of('fair')];
    return [
      {
        way,
        uniform: uniform.map(({ share }) => share),
        fair: fair.map(({ share }) => share),
        matched: matched.share,
        errors: {
          uniform: uniform.map(({ error }) => error),
          fair: fair.map(({ error }) => error),
          matched: matched.error,
        },
        empty: matched.empty,
        bytes: matched.bytes,
      },
    ];
  });
}

function percent(share: number, error?: number): string {
  const shown = `${(100 * share).toFixed(1)}%`;
  return error === undefined ? shown : `${shown} ±${(100 * error).toFixed(1)}`;
}
