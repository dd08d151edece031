import { localClustering } from '../../evaluation/clustering.ts';
import { greedyClusters } from '../../evaluation/greedy-clusters.ts';
import { openDictionary } from '../../evaluation/words/open-dictionary.ts';
import { precisionRecall, sampleQueries } from '../../evaluation/precision-recall.ts';
import { partOfTruth } from '../../evaluation/query-parts.ts';
import type { Retrieve } from '../../evaluation/retrieval.ts';
import { wordSenses } from '../../evaluation/words/word-similarity.ts';
import { sampleWords, wuPalmerScores } from '../../evaluation/words/wu-palmer-score.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { AFFINITY, VOCABULARY } from '../../schemas/tables.ts';
import type { AffinityFigures, QueryPart } from '../../schemas/word-experiment.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import { toJson } from '../stage/json-object.ts';
import { toSparseRows } from './load-sparse-rows.ts';
import { type StageContext, type StageInput } from '../stage/stage.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    measureAffinity: typeof measureAffinity;
  }
}

interface MeasureAffinityInput extends StageInput {
  affinity: ArtifactReference;
  /** Labels an item. */
  tables: number;
  queries: number;
  seed: number;
  part: QueryPart;
  /** The words, and the dictionary that Wu-Palmer similarity is measured with; empty: it is not. */
  vocabulary: ArtifactReference;
  wordnet: string;
}

interface MeasureAffinityOutput extends AffinityFigures {
  artifact: ArtifactReference;
  cached: boolean;
}

/**
 * Costs of a false member that are tried; the best by F1 on these queries counts, so the measure
 * is, if anything, too high.
 */
const COSTS = [0.1, 0.2, 0.3, 0.4, 0.5];
const SWEEPS = 10;

/**
 * How hard D is: degree, clustering, the F1 of greedy overlapping clusters, and the Wu-Palmer
 * similarity of its own neighbours. Rows: figures.
 */
export async function measureAffinity(
  input: MeasureAffinityInput,
  context: StageContext,
): Promise<MeasureAffinityOutput> {
  const store = context.openStore(input.store);
  const { tables, queries, seed, part } = input;
  const dictionary = input.wordnet === '' ? undefined : await openDictionary(input.wordnet);
  const parameters = {
    tables,
    queries,
    seed,
    part,
    costs: COSTS,
    sweeps: SWEEPS,
    ...(dictionary && { wordnet: dictionary.digest }),
  };
  const recipe = {
    stage: 'yardstick',
    parameters,
    inputs: [input.affinity, ...(dictionary ? [input.vocabulary] : [])],
    force: input.force,
  } as const;
  const { artifact, cached, facts } = await produceArtifact(context, store, recipe, async () => {
    const d = await openArtifact(store, input.affinity);
    const words = Number(d.manifest.facts['words']);
    const affinity = toSparseRows(
      await decodeParquet(await d.part('affinity.parquet'), AFFINITY, 'affinity.parquet'),
      0,
      words,
      'affinity.parquet',
    );
    const figures: AffinityFigures = {
      ...localClustering(affinity),
      greedyCost: 0,
      greedyPrecision: 0,
      greedyRecall: 0,
      greedyF1: -1,
    };
    let greedy: Retrieve = () => new Uint32Array(0);
    const truth = partOfTruth(
      { rowOffsets: affinity.offsets, columns: affinity.columns },
      part,
      seed,
    );
    const sample = sampleQueries(truth, words, queries, seed);
    for (const [at, cost] of COSTS.entries()) {
      context.onProgress(at, COSTS.length);
      const labels = greedyClusters(affinity, { tables, cost, sweeps: SWEEPS, seed });
      const retrieve = retrieveByLabel(labels, tables);
      const { precision, recall, f1 } = precisionRecall(retrieve, truth, sample);
      if (f1 <= figures.greedyF1) continue;
      greedy = retrieve;
      Object.assign(figures, {
        greedyCost: cost,
        greedyPrecision: precision,
        greedyRecall: recall,
        greedyF1: f1,
      });
    }
    if (dictionary) {
      const vocabulary = await openArtifact(store, input.vocabulary);
      const { word } = await decodeParquet(
        await vocabulary.part('vocabulary.parquet'),
        VOCABULARY,
        'vocabulary.parquet',
      );
      const senses = wordSenses(word, dictionary.wordnet);
      const drawn = sampleWords(senses, words, queries, seed);
      const ways: Retrieve[] = [
        (item) => affinity.columns.subarray(affinity.offsets[item], affinity.offsets[item + 1]),
        greedy,
      ];
      const [wpOfD, greedyWp] = wuPalmerScores(ways, senses, drawn).map(({ best }) =>
        best.reduce((sum, value) => sum + value / drawn.length, 0),
      );
      Object.assign(figures, { wpOfD, greedyWp });
    }
    return {
      parts: [{ name: 'figures.json', bytes: toJson(figures), rows: 1 }],
      rows: Object.keys(figures).length,
      facts: { ...figures },
    };
  });
  const figures = Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, Number(value)]),
  );
  return { ...(figures as unknown as AffinityFigures), artifact, cached };
}

/** Items that share a label with the query. */
function retrieveByLabel(labels: Uint32Array, tables: number): (query: number) => Uint32Array {
  const members = new Map<number, number[]>();
  for (const [entry, label] of labels.entries()) {
    const found = members.get(label) ?? [];
    found.push(Math.floor(entry / tables));
    members.set(label, found);
  }
  return (query) => {
    const found = new Set(
      [...labels.subarray(query * tables, query * tables + tables)].flatMap(
        (label) => members.get(label) ?? [],
      ),
    );
    found.delete(query);
    return Uint32Array.from(found);
  };
}
