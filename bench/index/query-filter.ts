import type { Filter, HashIndex } from '@hashloom/lookup';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { buildCells } from '../../test/lookup/cells/cells-in-memory.ts';
import { clusteredVectors } from '../../test/lookup/cells/clustered-vectors.ts';
import { buildIndex, ids, openCounting, texts } from '../../test/lookup/index-in-memory.ts';
import { nearestByCosine } from '../../test/reference/nearest-by-cosine.ts';
import { recordFigure } from '../record-figure.ts';

const QUERIES = 50;
const D = 128;
const COMMAND = 'npm run bench -- query-filter';
/** As test/lookup/cells/cells-in-memory.ts has it. */
const CELLS = '000102030405060708090a0b0c0d0e0f';

interface Setup {
  vectors: Float32Array;
  queries: Float32Array[];
  part: Int32Array;
}

/**
 * `npm run bench -- query-filter [--items N]`: recall@10 of vectors under filters of several
 * selectivities against exact cosine over what passes, from memory and from where parts lie, and
 * how many of the cold answers call themselves complete.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const items = Number(options.get('items') ?? 100_000);
  const all = clusteredVectors(items + QUERIES, D, 1000);
  const vectors = all.subarray(0, items * D);
  const stream = new RandomStream(1, 95);
  const setup = {
    vectors,
    queries: Array.from({ length: QUERIES }, (_, q) =>
      all.subarray((items + q) * D, (items + q + 1) * D),
    ),
    part: Int32Array.from({ length: items }, () => stream.below(1000)),
  };
  const open = indexOf(setup);
  const warm = open();
  await warm.warm();
  for (const permille of [1, 10, 100, 500, 900]) {
    const filter: Filter = { part: { $lt: permille } };
    const truth = truthOf(setup, permille);
    const ofWarm = await measure(() => warm, filter, setup.queries, truth);
    const ofCold = await measure(open, filter, setup.queries, truth);
    process.stdout.write(
      `${permille / 10}% pass\n  warm ${JSON.stringify(ofWarm)}\n  cold ${JSON.stringify(ofCold)}\n`,
    );
    if (permille !== 10) continue;
    recordFigure({
      name: 'query-filter-recall10-1%',
      value: ofWarm.recall,
      unit: `share, ${items} clustered vectors of ${D} dimensions, from memory`,
      goal: '>= .95',
      command: COMMAND,
    });
    recordFigure({
      name: 'query-filter-cold-complete-1%',
      value: ofCold.complete,
      unit: `share of cold answers that say they are complete; recall of all ${ofCold.recall}`,
      goal: 'none below .95',
      command: COMMAND,
    });
  }
}

function indexOf({ vectors, part }: Setup): () => HashIndex {
  const n = part.length;
  const keys = ids(...Array.from({ length: n }, (_, i) => BigInt(i)));
  const cells = Math.max(Math.round(4 * Math.sqrt(n)), Math.round(n / 256));
  const { map, bin } = buildCells(vectors, { dimensions: D, cells, keys });
  const base = buildIndex({
    keys,
    codes: Uint8Array.from({ length: 2 * n }, (_, at) => at % 251),
    tables: 1,
    codeBytes: 2,
    payloads: texts(Array.from(part, (value) => `{"part":${value}}`)),
    fields: { part: 'number' },
    beside: new Map([
      ['cells.map', map],
      ['cells.bin', bin],
    ]),
  });
  const lineage = [...base.manifest.lineage, { stage: 'cells', key: CELLS }];
  const manifest = { ...base.manifest, lineage };
  return () => openCounting({ ...base, manifest }).index;
}

function truthOf({ vectors, queries, part }: Setup, below: number): Set<string>[] {
  const passing = [...part.keys()].filter((i) => part[i]! < below);
  const own = new Float32Array(passing.length * D);
  passing.forEach((i, at) => own.set(vectors.subarray(i * D, (i + 1) * D), at * D));
  return queries.map(
    (query) => new Set(nearestByCosine(own, query, D, 10).map((row) => String(passing[row]))),
  );
}

async function measure(
  open: () => HashIndex,
  filter: Filter,
  queries: readonly Float32Array[],
  truth: readonly Set<string>[],
) {
  await open().query({ vector: queries[0]!, filter });
  const sums = { recall: 0, complete: 0, ofComplete: 0, candidates: 0, kib: 0, rounds: 0 };
  const begun = process.cpuUsage();
  for (const [q, vector] of queries.entries()) {
    const { matches, complete, usage } = await open().query({ vector, filter });
    const recall = matches.filter(({ id }) => truth[q]!.has(id)).length / 10;
    sums.recall += recall;
    sums.candidates += usage.candidates;
    sums.kib += usage.bytes / 1024;
    sums.rounds += usage.rounds;
    if (!complete) continue;
    sums.complete++;
    sums.ofComplete += recall;
  }
  const { user, system } = process.cpuUsage(begun);
  const mean = (sum: number, of = QUERIES): number => Number((sum / of).toPrecision(3));
  return {
    recall: mean(sums.recall),
    complete: mean(sums.complete),
    recallOfComplete: sums.complete === 0 ? undefined : mean(sums.ofComplete, sums.complete),
    candidates: mean(sums.candidates),
    kib: mean(sums.kib),
    rounds: mean(sums.rounds),
    cpuMs: mean((user + system) / 1000),
  };
}
